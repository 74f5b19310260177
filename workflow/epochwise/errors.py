"""The errors that a user can cause, each one sentence that says what to do next."""

from collections.abc import Callable, Iterable
from difflib import get_close_matches

LONGEST_VALUE = 80  # characters of a value that a message shows


class EpochwiseError(Exception):
    """A mistake outside the code: in a study, in data, or in a plugin.

    Each sentence names the file and key (or the plugin), the value, what is
    allowed, and what to do next. It is printed without a traceback.

    Parameters
    ----------
    sentences : one, or as many as there are mistakes of one kind; the first is shown.
    """

    def __init__(self, *sentences: str) -> None:
        super().__init__(*sentences)
        self.sentences = list(sentences)

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
    names = sorted(known)
    close = get_close_matches(name, names, n=1)
    hint = f" Did you mean {close[0]!r}?" if close else ""
    return f"unknown {kind} {name!r}; there are: {', '.join(names) or 'none'}.{hint}"


def shorten(text: str) -> str:
    """Cut what a message shows of a value."""
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}..."
