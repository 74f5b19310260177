"""Reading a CSV or TSV file into a data frame, as it is written."""

import csv
import io
import re
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Any

from epochwise.data.written_numbers import EXACT
from epochwise.errors import DataError, counted, in_quotes

if TYPE_CHECKING:
    import pandas as pd

CANDIDATES = (";", "\t", "|")  # what may separate columns besides a comma; a blank does rarely
NUMBER = re.compile(r"[-+]?[0-9.]+(?:e[-+]?[0-9]+)?")
LONGEST_LINE = 1_000_000  # characters of the line that names the columns
SEEN = 1000  # rows that are looked at for codes
CODES = "codes"  # of a frame's attributes: what to say of columns of numbers such as 01067


def read_text(path: Path, separator: Any, decimal: str, texts: Collection[str]) -> "pd.DataFrame":
    """Read a text file; the parameters are those of `frames.read_frame`."""
    import pandas as pd

    if not isinstance(separator, str) or len(separator) != 1:
        raise DataError(
            f'{path}: separator: {in_quotes(separator)} cannot be one; give one character, such as ";".'
        )
    names = header(path, separator)
    how: dict[str, Any] = {
        "sep": separator,
        "header": None,
        "skiprows": 1,
        "encoding": "utf-8-sig",
        "decimal": decimal,
        "keep_default_na": False,
        "na_values": [""],
        "skipinitialspace": separator != " ",
    }
    kept = {place: "str" for place, name in enumerate(names) if name in texts}
    how["low_memory"] = False  # a column's type is told from all its rows
    try:
        frame = pd.read_csv(path, dtype=kept, **how)
        _check_width(path, names, frame.shape[1])
        if large := _inexact(frame):
            frame[large] = pd.read_csv(path, usecols=large, dtype="str", **how)
        whole = [int(place) for place in frame.select_dtypes("integer").columns]
        first = pd.read_csv(path, usecols=whole, dtype="str", nrows=SEEN, **how) if whole else None
    except pd.errors.EmptyDataError:
        raise DataError(f"{path}: has a header but no rows.") from None
    codes = {} if first is None else {names[place]: _code(first[place]) for place in whole}
    if not names[-1] and frame.iloc[:, -1].isna().all():  # lines end in a separator
        names, frame = names[:-1], frame.iloc[:, :-1]
    check_names(path, names)
    frame.columns = names
    frame.attrs[CODES] = codes
    return frame


def _code(texts: "pd.Series[Any]") -> str:
    """Say that a code such as 01067 is read as a number; "" where there is none."""
    codes = texts[texts.str.match(r"\s*0[0-9]")]
    if not len(codes):
        return ""
    text, row = str(codes.iloc[0]).strip(), int(codes.index[0]) + 1
    return (
        f"has {in_quotes(text)} in row {row}, which is read as the number {int(text)}; put it under categorical or "
        "drop if it is a code"
    )


def _inexact(frame: "pd.DataFrame") -> list[int]:
    """List the columns of floats that may have been whole numbers too large for them."""
    sizes = frame.select_dtypes("float64").abs()
    large = ((sizes >= EXACT) & (sizes < float("inf"))).any()
    return [int(place) for place in large.index[large]]


def header(path: Path, separator: str) -> list[str]:
    """Read the names of a text file's columns, and refuse a line that is none of names."""
    lines = io.StringIO(beginning(path), newline="")
    first = next(csv.reader(lines, delimiter=separator, skipinitialspace=separator != " "), [])
    if re.match(r"\s*<(!doctype|html|\?xml)", first[0] if first else "", re.IGNORECASE):
        raise DataError(f"{path}: is a page of the web, not a table; download the file itself.")
    if len(first) == 1 and first[0].startswith("#"):
        raise DataError(
            f"{path}: the first line, {in_quotes(first[0].strip())}, is a comment, and it must name the "
            "columns; remove it."
        )
    if len(first) == 1 and (better := find_separator(first[0].strip())):
        raise DataError(
            f"{path}: the first line, {in_quotes(first[0].strip())}, is one column where {in_quotes(separator)} "
            f"separates them; set separator: {quoted(better)}."
        )
    if not any(first):
        check_names(path, first)
    return [tidy(name) for name in first]


def beginning(path: Path) -> str:
    """Read the first characters of a text file, which must hold the whole first line.

    Raises
    ------
    DataError
        They do not, or hold a zero byte, which no text has.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        text = file.read(LONGEST_LINE)
    if "\0" in text:
        raise DataError(f"{path}: holds zero bytes, so it is no text; write it once more.")
    if len(text) == LONGEST_LINE and not {"\r", "\n"} & set(text):
        raise DataError(
            f"{path}: the first line has more than {LONGEST_LINE:,} characters; it must name the columns."
        )
    return text


def find_separator(line: str) -> str | None:
    """Give what separates columns in a line that no comma cuts; None where nothing does."""
    likely = [*sorted(CANDIDATES, key=line.count, reverse=True), " "]
    return next((one for one in likely if one in line), None)


def quoted(separator: str) -> str:
    r"""Write a separator as a study does: ";" or "\t"."""
    return '"' + separator.replace("\t", "\\t") + '"'


def _check_width(path: Path, names: list[str], width: int) -> None:
    if width != len(names):
        raise DataError(
            f"{path}: the first line names {counted(len(names), 'column')}, a row has {width}; name every column, leave "
            "nothing above the names, put numbers with a decimal comma in quotes, or give another separator."
        )


def check_names(path: Path, names: list[str]) -> None:
    """Refuse columns without a name, names that repeat, and a first line of values."""
    if not any(names):
        raise DataError(f"{path}: the first line is empty; it must name the columns.")
    if "" in names:
        raise DataError(
            f"{path}: column {names.index('') + 1} has no name; the first line must name every column, and "
            "nothing may stand above it (row numbers are best left out of the file)."
        )
    if "." in "".join(names) and all(NUMBER.fullmatch(name) for name in names):
        raise DataError(
            f"{path}: the first line has numbers, such as {in_quotes(names[0])}, where it must name the columns; "
            "put a line of names above it."
        )
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise DataError(f"{path}: the column name {in_quotes(twice[0])} stands twice; rename one.")


def tidy(name: str) -> str:
    """Take the blanks and line breaks from around and inside a name."""
    return " ".join(name.split())


def first_bad_line(path: Path) -> int:
    """Find the line that is not UTF-8, counted from 1."""
    data = path.read_bytes()
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        return data[: error.start].count(b"\n") + 1
    return 1  # a separator or a quote that no encoding explains
