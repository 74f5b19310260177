"""The errors that a user can cause, each one sentence that says what to do next."""

import re
from collections.abc import Callable, Iterable
from difflib import get_close_matches
from itertools import accumulate

LONGEST_VALUE = 80  # characters of a value that a message shows
LONGEST_LIST = 800  # characters of names that a message lists
LONGEST_WORDS = 200  # characters of what another library says
TOO_LARGE = (
    "needs more memory than there is; free some, give less, or if it is damaged make it anew."
)


class EpochwiseError(Exception):
    """A mistake outside the code: in a study, in data, or in a plugin.

    Each sentence names the file and key (or the plugin), the value, what is
    allowed, and what to do next. It is printed without a traceback.

    Parameters
    ----------
    sentences : one, or as many as there are mistakes of one kind; the first is shown. What a terminal
        would not show as it is, or obey, is spelt out.
    """

    def __init__(self, *sentences: str) -> None:
        self.sentences = list(map(visible, sentences))
        super().__init__(*self.sentences)

    def __str__(self) -> str:
        more = len(self.sentences) - 1
        others = f" And {more} more: `epochwise validate` lists all." if more > 0 else ""
        return "".join(self.sentences[:1]) + others


class StudyError(EpochwiseError):
    """A study file says something that cannot be done."""


class DataError(EpochwiseError):
    """A dataset, or one partition of it, cannot be used."""


class CurvesError(EpochwiseError):
    """A loss history that another tool left cannot be read, or not without being told more."""


class DataWarning(UserWarning):
    """Something about the data that a run can live with and its user should know."""


class PluginError(EpochwiseError):
    """A plugin breaks its contract."""


def problems_of(check: Callable[[], object]) -> list[str]:
    """Call a check; give the sentences of the mistakes that it finds, none if all is well."""
    try:
        check()
    except EpochwiseError as error:
        return error.sentences
    return []


def unknown(kind: str, name: str, known: Iterable[str]) -> str:
    """Say that `name` is no known `kind`, which ones there are, and which was meant."""
    names = sorted(map(shorten, known))
    close = get_close_matches(shorten(name), names, n=1)
    hint = f" Did you mean {close[0]!r}?" if close else ""
    return f"unknown {kind} {in_quotes(name)}; there are: {several(names)}.{hint}"


def several(names: Iterable[str]) -> str:
    """List names; of too many the first, and how many more there are."""
    every = list(map(shorten, names))
    lengths = accumulate(len(one) + 2 for one in every)
    kept = sum(length <= LONGEST_LIST for length in lengths)
    more = f" and {len(every) - kept:,} more" if kept < len(every) else ""
    return ", ".join(every[:kept]) + more or "none"


def visible(text: str) -> str:
    r"""Write a text on one line as a terminal shows it: a hidden character is spelt out, ``\x1b``."""
    line = re.sub(r"\s*[\r\n]\s*", " ", text)
    line = re.sub(r"\S{400,}", lambda found: f"{found[0][:LONGEST_WORDS]}...", line)
    return "".join(one if one.isprintable() else repr(one)[1:-1] for one in line)


def told_by(error: BaseException) -> str:
    """Give the words of another library's error, short and on one line."""
    words = " ".join(str(error).split()) or type(error).__name__
    return words if len(words) <= LONGEST_WORDS else f"{words[:LONGEST_WORDS]}..."


def counted(number: float, what: str) -> str:
    """Write how many there are of something: 1 epoch, 2,024 epochs, 3 classes."""
    more = "es" if what.endswith("s") else "s"
    return f"{number:,.0f} {what}{'' if number == 1 else more}"


def in_quotes(value: object) -> str:
    """Show a value as Python writes it, cut where it is long."""
    return shorten(repr(value))


def shorten(text: str) -> str:
    """Cut what a message shows of a value."""
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}..."
