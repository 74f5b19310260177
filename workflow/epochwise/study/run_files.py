"""The files of a study of curves: found by a pattern, and named by what stands in its braces.

In ``runs/lr={learning_rate}/seed-{seed}/metrics.csv`` each pair of braces stands for a part of a
file's or folder's name and becomes a column; ``*`` stands for any part that does not matter, ``**``
for any folders.
"""

import glob
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from os.path import expanduser, normpath
from pathlib import Path
from typing import Any

from epochwise.columns import COUNTS
from epochwise.errors import StudyError, shorten

BRACES = re.compile(r"\{([^{}]*)\}")
UNQUOTED = re.compile('[,"\\r\\n]')  # what the loss table as CSV cannot hold
PAIR = re.compile(  # of a name such as lr=0.1,depth=3 or lr=0.1_depth=3.csv
    r"([A-Za-z][A-Za-z0-9_]*)=([^,=/]+?)"
    r"([,;_ -](?=[A-Za-z][A-Za-z0-9_]*=)|(?:\.[A-Za-z][A-Za-z0-9]*)?$)"
)
COLUMN = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")
RUN = ("fold", "seed")  # what tells runs of one setting apart
TAKEN = {  # names that cannot be given to a column, and what to write instead
    "dataset": "the name of the curves, under `curves:`, is the dataset; name the column otherwise.",
    "backend": "it is what trains in this workflow; call the column framework, for instance.",
    "point": "it is the name of a setting that has several columns; name the column otherwise.",
} | dict.fromkeys(
    (name for name in COUNTS if name not in RUN),
    "the loss table has a column of this name; name the column otherwise.",
)


@dataclass(frozen=True)
class RunFile:
    """A file or folder of loss histories, and what its name says.

    Parameters
    ----------
    path : seen from where the study file's folder is seen from.
    labels : by the names in braces, its values: whole numbers, numbers, or texts.
    """

    path: str
    labels: Mapping[str, Any]


def find_run_files(patterns: Sequence[str], folder: Path, where: str) -> list[RunFile]:
    """Find the files of some patterns, in the order of what their names say.

    Parameters
    ----------
    folder : that relative patterns begin at.
    where : the study's file and key, for messages.

    Raises
    ------
    StudyError
        A pattern that no file matches or that cannot be one, and patterns that name different columns.
    """
    named = {pattern: columns_of(pattern, where) for pattern in patterns}
    first = next(iter(named))
    for pattern, columns in named.items():
        if set(columns) != set(named[first]):
            raise StudyError(
                f"{where}: {first!r} names {listed(named[first])} and {pattern!r} {listed(columns)}; "
                "put the same names in the braces of all."
            )
    found = {one.path: one for pattern in patterns for one in _matching(pattern, folder, where)}
    return _in_order(found.values())


def columns_of(pattern: str, where: str) -> list[str]:
    """List the names in the braces of a pattern, each once.

    Raises
    ------
    StudyError
        A name that cannot be that of a column.
    """
    names = list(dict.fromkeys(BRACES.findall(pattern)))
    for name in names:
        if name in TAKEN:
            raise StudyError(
                f"{where}: {shorten(repr(pattern))}: {{{name}}} cannot be: {TAKEN[name]}"
            )
        if name not in RUN and name.lower() in RUN:
            raise StudyError(
                f"{where}: {shorten(repr(pattern))}: {{{name}}} cannot be; write {{{name.lower()}}}, in small letters."
            )
        if not COLUMN.fullmatch(name):
            raise StudyError(
                f"{where}: {shorten(repr(pattern))}: {{{name}}} cannot be the name of a column; use letters, "
                "digits and _, beginning with a letter."
            )
    if "{" in BRACES.sub("", pattern) or "}" in BRACES.sub("", pattern):
        raise StudyError(f"{where}: {shorten(repr(pattern))}: a brace has no partner.")
    return names


def pairs_of(part: str) -> list[tuple[str, str, str]]:
    """Cut a part of a path that is made of pairs alone: name, value and what follows, of each.

    Returns
    -------
    pairs, in order; none where the part is something else or a name cannot be that of a column.
    """
    found = list(PAIR.finditer(part))
    names = [one[1] for one in found]
    usable = all(COLUMN.fullmatch(name) and name not in TAKEN for name in names)
    whole = "".join(one[0] for one in found) == part and len(set(names)) == len(names)
    return [(one[1], one[2], one[3]) for one in found] if whole and usable else []


def listed(columns: Iterable[str]) -> str:
    """List columns as a pattern has them."""
    return ", ".join(f"{{{name}}}" for name in columns) or "none"


def _matching(pattern: str, folder: Path, where: str) -> list[RunFile]:
    path = expanduser(pattern)
    start = "" if Path(path).is_absolute() else f"{folder}/"
    regex = re.compile(re.escape(start) + _as_regex(path))
    paths = glob.glob(glob.escape(start) + BRACES.sub("*", path), recursive=True)
    if braced := [each for each in paths if set(each) & set("{}")]:
        raise StudyError(
            f"{where}: {braced[0]} has braces in its name, which stand for wildcards of the workflow; rename it."
        )
    matched = [(each, match) for each in paths if (match := regex.fullmatch(each))]
    if not matched:
        raise StudyError(
            f"{where}: no file matches {shorten(repr(pattern))}; check the pattern, which is relative to the study "
            "file. Each {name} and each * stands for a part of one file's or folder's name."
        )
    return [RunFile(normpath(each), _labels(match, each, where)) for each, match in matched]


def _as_regex(pattern: str) -> str:
    """Write a pattern as a regular expression; what comes twice must be the same twice."""
    seen: set[str] = set()
    parts = []
    for part in re.split(r"(\{[^{}]*\}|\*\*/|\*|\?|\[!?[^\]]+\])", pattern):
        if part == "**/":
            parts.append("(?:.*/)?")
        elif part in ("*", "?"):
            parts.append(f"[^/]{part if part == '*' else ''}")
        elif part.startswith("["):
            parts.append(_as_set(part[1:-1]))
        elif part.startswith("{"):
            name = part[1:-1]
            parts.append(f"(?P={name})" if name in seen else f"(?P<{name}>[^/]+?)")
            seen.add(name)
        else:
            parts.append(re.escape(part))
    return "".join(parts)


def _as_set(letters: str) -> str:
    """Write the letters of a pattern's brackets as a regular expression's; `!` is for all others."""
    start, letters = ("^", letters[1:]) if letters[0] == "!" else ("", letters)
    meant = re.sub(r"([\\\[^&|~])", r"\\\1", letters)
    return f"[{start}{meant}]"


def _labels(match: re.Match[str], path: str, where: str) -> dict[str, Any]:
    for name, text in match.groupdict().items():
        if UNQUOTED.search(text):
            raise StudyError(
                f"{where}: {path}: {{{name}}} is {text!r} there; give each part between commas its own braces, or "
                "rename the file."
            )
    labels = {name: _value(text) for name, text in match.groupdict().items()}
    for name in RUN:
        value = labels.get(name, 0)
        if not isinstance(value, int) or value < 0:
            raise StudyError(
                f"{where}: {path}: {{{name}}} is {value!r} there, and must be a whole number; name the column "
                "otherwise, or write * for it."
            )
    return labels


def _value(text: str) -> int | float | str:
    """Read a part of a name: `0.1`, `1e-3` and `007` are numbers."""
    if re.fullmatch(r"[+-]?\d{1,15}", text):
        return int(text)
    if re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?", text, re.IGNORECASE):
        return float(text)
    return text


def _in_order(files: Iterable[RunFile]) -> list[RunFile]:
    """Sort by the labels, column by column, numbers by their size; then by the paths, likewise."""

    def key(one: RunFile) -> tuple[Any, ...]:
        labels = sorted(one.labels.items(), key=lambda item: item[0] in RUN)
        return (*(_sortable(value) for _, value in labels), natural(one.path))

    return sorted(files, key=key)


def _sortable(value: Any) -> tuple[bool, Any]:
    return (True, natural(value)) if isinstance(value, str) else (False, value)


def natural(text: str) -> list[tuple[bool, Any]]:
    """Give what texts are sorted by so that `run-9` comes before `run-10`."""
    return [
        (part.isdecimal(), int(part) if part.isdecimal() else part)
        for part in re.split(r"(\d+)", text)
    ]
