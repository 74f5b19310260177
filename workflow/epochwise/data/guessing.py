"""Guessing the options with which a file can be read, each with the reason for it."""

from collections.abc import Iterable, Sequence
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

from epochwise.data.cells import Column
from epochwise.data.date_columns import days
from epochwise.data.frames import SEPARATORS, read_frame, sheets
from epochwise.data.looking import categories, is_like_an_id, look
from epochwise.data.mending import Guess, listed, mend
from epochwise.data.partitions import PARTITIONS
from epochwise.data.text_frames import CANDIDATES, LONGEST_LINE, SEEN
from epochwise.data.written_numbers import ALIKE, DECIMALS, THOUSANDS, Written
from epochwise.errors import DataError, in_quotes, unknown

if TYPE_CHECKING:
    import pandas as pd

ROUNDS = 5  # what one option makes readable may ask for another


def guess(path: Path, targets: Sequence[str] = ()) -> Guess:
    """Look at a file and guess how it is to be read.

    Parameters
    ----------
    targets : the columns to predict; if none is given, the last one.

    Raises
    ------
    DataError
        A file that cannot be read, or does not have a target.
    """
    found = Guess({"file": str(path)})
    _guess_layout(path, found)
    frame = _read(path, found)
    names = list(frame.columns)
    for target in targets:
        if target not in names:
            raise DataError(f"{path}: target: {unknown('column', target, names)}")
    given = list(dict.fromkeys(targets)) or [_last(frame)]
    found.options["target"] = given if len(given) > 1 else given[0]
    if not targets:
        found.reasons["target"] = "the last column; change it if you want to predict another"
    _guess_numbers(path, frame, found)
    frame = _read(path, found)
    for _ in range(ROUNDS):
        found.columns = _look(frame, found)
        if not [name for name, column in found.columns.items() if mend(name, column, found)]:
            break
    _set_apart(found)
    _guess_missing(found)
    return found


def _last(frame: "pd.DataFrame") -> str:
    """Give the last column, but not one that says which rows serve for what."""
    others = [str(name) for name in frame.columns if not _cuts(frame[name])]
    return [*map(str, frame.columns[:1]), *others][-1]


def _cuts(values: "pd.Series[Any]") -> bool:
    """Tell a column of the words train, validation and test."""
    words = {one if isinstance(one, str) else "" for one in values.dropna()}
    return {"train", "validation"} <= words <= set(PARTITIONS)


def _read(path: Path, found: Guess, decimal: str | None = None) -> "pd.DataFrame":
    separator, sheet = found.options.get("separator"), found.options.get("sheet")
    return read_frame(path, separator, decimal or found.written.decimal, sheet)


def _guess_layout(path: Path, found: Guess) -> None:
    """Find the character between columns, or the sheet."""
    suffix = path.suffix.lower()
    if suffix in SEPARATORS and path.is_file():
        with path.open(encoding="utf-8-sig", errors="replace") as file:
            first = file.readline(LONGEST_LINE)
        usual = SEPARATORS[suffix]
        most = max((usual, *CANDIDATES, ","), key=first.count)
        most = " " if most not in first and " " in first.strip() else most
        if most != usual:
            found.options["separator"] = most
    if suffix == ".xlsx" and len(there := sheets(path)) > 1:
        found.options["sheet"] = there[0]
        found.reasons["sheet"] = f"there are also: {', '.join(there[1:])}"


def _guess_numbers(path: Path, frame: "pd.DataFrame", found: Guess) -> None:
    """Take the decimal sign and the thousands separator with which most columns are numbers."""
    frame = frame.head(SEEN)
    plain = _unreadable(frame, found.written)
    decimals = DECIMALS[::-1] if found.options.get("separator") == ";" else DECIMALS
    frames = {one: _read(path, found, one).head(SEEN) for one in decimals if plain}
    best: dict[str, str | None] = {}
    fewest = len(plain)
    for decimal, thousands in product(frames, (None, *THOUSANDS)):
        if decimal != thousands:
            left = len(_unreadable(frames[decimal], Written(decimal, thousands)))
            keys = {"decimal": decimal, "thousands": thousands}
            best, fewest = (keys, left) if left < fewest else (best, fewest)
    for key, sign in best.items():
        if sign and (key, sign) != ("decimal", "."):
            found.options[key], found.reasons[key] = sign, _example(frame, plain, sign)


def _example(frame: "pd.DataFrame", columns: Iterable[str], sign: str) -> str:
    """Show the longest number that has a sign."""
    marks = ALIKE.get(sign, sign)
    texts = ((str(cell).strip(), name) for name in columns for cell in frame[name])
    signed = [found for found in texts if any(mark in found[0] for mark in marks)]
    text, name = max(signed, key=lambda found: len(found[0]), default=("", ""))
    return f"as in {text} of column {in_quotes(name)}"


def _unreadable(frame: "pd.DataFrame", written: Written) -> list[str]:
    """List the columns that look like numbers and are none as they are written; units may stand there."""
    columns = {str(name): look(frame[name], written) for name in frame.columns}
    return [
        name
        for name, one in columns.items()
        if one.kind == "unclear" and (not one.keys or {"decimal", "thousands"} & set(one.keys))
    ]


def _look(frame: "pd.DataFrame", found: Guess) -> dict[str, Column]:
    """Look at the columns in use."""
    columns = {}
    for name in map(str, frame.columns):
        if name in found.options.get("drop", ()):
            continue
        if name in found.options.get("dates", ()):
            form = found.options["dates"]
            given = form[name] if isinstance(form, dict) else None
            columns[name] = days(frame[name], found.written, given)
        elif name in found.options.get("categorical", ()):
            columns[name] = categories(frame[name], found.written)
        else:
            columns[name] = look(frame[name], found.written)
    return columns


def _set_apart(found: Guess) -> None:
    """Find the column that cuts the rows; leave out ids, and columns that say nothing."""
    for name, column in list(found.columns.items()):
        values = column.values.dropna()
        if name in found.targets or found.is_placed(name):
            continue
        if _cuts(values):
            found.options["partition"] = name
        elif not len(values):
            found.put("drop", name, "no values at all")
        elif values.nunique() == 1 and len(values) == len(column.values):
            found.put("drop", name, "one value in all rows")
        elif column.kind == "number" and is_like_an_id(column.values):
            found.put("drop", name, "another whole number in every row, called like an id")
    found.columns = {
        name: one
        for name, one in found.columns.items()
        if name not in found.options.get("drop", ())
    }


def _guess_missing(found: Guess) -> None:
    """Say what to do with missing values, where there are any."""
    gaps = {name: int(one.values.isna().sum()) for name, one in found.columns.items()}
    gaps = {name: number for name, number in gaps.items() if number}
    if gaps:
        found.options["missing"] = (
            "impute" if gaps.keys().isdisjoint(found.targets) else "drop_rows"
        )
        why = "drop_rows leaves the rows out"
        if found.options["missing"] == "drop_rows":
            why = "a target cannot be imputed"
        found.reasons["missing"] = f"in {listed(gaps)}; {why}"
