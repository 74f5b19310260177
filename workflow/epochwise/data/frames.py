"""Reading a user's CSV, TSV, Excel or Parquet file into a data frame, as it is written.

Only the empty cell is missing here; what words and numbers mean is for `cells`.
"""

import csv
import re
import warnings
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile

from epochwise.data.written_numbers import EXACT
from epochwise.errors import DataError, shorten
from epochwise.plugins.registry import install, is_installed

if TYPE_CHECKING:
    import pandas as pd

SEPARATORS = {".csv": ",", ".tsv": "\t"}
TYPES = (*SEPARATORS, ".xlsx", ".parquet")
OTHERS = {
    ".xls": "save it as .xlsx or as .csv",
    ".ods": "save it as .xlsx or as .csv",
    ".txt": "rename it to .csv, and give the separator",
    ".dat": "rename it to .csv, and give the separator",
    ".gz": "unpack it",
    ".zip": "unpack it",
}
CANDIDATES = (";", "\t", "|")  # what may separate columns besides a comma
UNREADABLE = (ValueError, TypeError, LookupError, ArithmeticError, OSError, csv.Error, BadZipFile)


def read_frame(
    path: Path,
    separator: str | None = None,
    decimal: str = ".",
    sheet: str | None = None,
    texts: Collection[str] = (),
) -> "pd.DataFrame":
    """Read a file, or say what is wrong with it.

    Parameters
    ----------
    separator : the character between columns; by default a comma, in `.tsv` a tab.
    decimal : the decimal sign of numbers in a text file.
    sheet : the sheet of an Excel file; not needed where there is one.
    texts : columns that are to stay as they are written, "007".

    Raises
    ------
    DataError
        The file, the line and what to do.
    """
    suffix = path.suffix.lower()
    _check_file(path, suffix)
    try:
        if suffix == ".parquet":
            frame = _read_parquet(path)
        elif suffix == ".xlsx":
            frame = _read_excel(path, sheet)
        else:
            frame = _read_text(path, separator or SEPARATORS[suffix], decimal, texts)
    except UnicodeDecodeError:
        raise DataError(
            f"{path}: line {_first_bad_line(path)} is not UTF-8 text; save the file as UTF-8."
        ) from None
    except UNREADABLE as error:
        raise DataError(f"{path}: cannot be read: {_told(error)}") from None
    if frame.empty:
        raise DataError(f"{path}: has a header but no rows.")
    return frame


def _told(error: Exception) -> str:
    """Give the words of another library's error, on one line, with what to do where that is known."""
    words = " ".join(str(error).split()) or type(error).__name__
    if "Expected" in words and "fields" in words:
        return (
            f"{words.removeprefix('Error tokenizing data. C error: ').rstrip('.')}; correct this line (a "
            "text that holds the separator stands in double quotes), or give the separator."
        )
    return words


def _check_file(path: Path, suffix: str) -> None:
    if not path.exists():
        raise DataError(f"{path}: there is no such file; a path is relative to the study file.")
    if path.is_dir():
        raise DataError(f"{path}: is a folder; give a file.")
    if suffix not in TYPES:
        instead = OTHERS.get(suffix, f"use {', '.join(TYPES[:-1])} or {TYPES[-1]}")
        raise DataError(f"{path}: unknown file type {suffix!r}; {instead}.")
    if path.stat().st_size == 0:
        raise DataError(f"{path}: is empty; the first line must name the columns.")


def _read_parquet(path: Path) -> "pd.DataFrame":
    import pandas as pd

    frame = pd.read_parquet(path, partitioning=None)  # a folder `year=2020` is no column
    frame = frame.reset_index(drop=True)  # rows are counted, not named
    frame.columns = [str(column) for column in frame.columns]
    check_names(path, list(frame.columns))
    return frame


def _read_excel(path: Path, sheet: str | None) -> "pd.DataFrame":
    if not is_installed("openpyxl"):
        raise DataError(
            f"{path}: an Excel file needs openpyxl, which is not installed; try: "
            f"{install({'excel': ['openpyxl']})} (or save it as .csv)."
        )
    import pandas as pd

    with warnings.catch_warnings(), pd.ExcelFile(path, engine="openpyxl") as book:
        warnings.simplefilter("ignore")  # of styles and drop-down lists that it does not keep
        name = _choose_sheet(path, [str(one) for one in book.sheet_names], sheet)
        cells = book.parse(name, header=None, keep_default_na=False, na_values=[""], dtype=object)
    cells = cells.dropna(how="all").dropna(how="all", axis=1)
    if cells.empty:
        raise DataError(
            f"{path}: the sheet {name!r} is empty; its first row must name the columns."
        )
    names = ["" if pd.isna(one) else _tidy(str(one)) for one in cells.iloc[0]]
    check_names(path, names)
    frame = cells.iloc[1:].reset_index(drop=True).infer_objects()
    frame.columns = names
    return frame


def _choose_sheet(path: Path, there: list[str], wanted: str | None) -> str:
    names = ", ".join(map(repr, there))
    if wanted is None and len(there) > 1:
        raise DataError(f"{path}: has the sheets {names}; name one, such as sheet: {there[0]}.")
    if wanted is not None and wanted not in there:
        raise DataError(f"{path}: sheet: there is no sheet {wanted!r}; there are: {names}.")
    return wanted or there[0]


def _read_text(path: Path, separator: str, decimal: str, texts: Collection[str]) -> "pd.DataFrame":
    import pandas as pd

    if len(separator) != 1:
        raise DataError(
            f'{path}: separator: {separator!r} cannot be one; give one character, such as ";".'
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
    try:
        frame = pd.read_csv(
            path, dtype=kept, low_memory=False, **how
        )  # types are told from all rows
        _check_width(path, names, frame.shape[1])
        if large := _inexact(frame):
            frame[large] = pd.read_csv(path, usecols=large, dtype="str", **how)
    except pd.errors.EmptyDataError:
        raise DataError(f"{path}: has a header but no rows.") from None
    frame.columns = names
    return frame


def _inexact(frame: "pd.DataFrame") -> list[int]:
    """List the columns of floats that may have been whole numbers too large for them."""
    sizes = frame.select_dtypes("float64").abs()
    large = ((sizes >= EXACT) & (sizes < float("inf"))).any()
    return [int(place) for place in large.index[large]]


def header(path: Path, separator: str) -> list[str]:
    """Read the names of a text file's columns, and refuse what cannot be names."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file, delimiter=separator, skipinitialspace=separator != " ")
        names = [_tidy(name) for name in next(reader, [])]
    if len(names) == 1 and (better := find_separator(names[0])):
        raise DataError(
            f"{path}: the first line, {shorten(repr(names[0]))}, is one column where {separator!r} "
            f"separates them; set separator: {quoted(better)}."
        )
    check_names(path, names)
    return names


def find_separator(line: str) -> str | None:
    """Give what separates columns in a line that no comma cuts; None where nothing does."""
    most = max(CANDIDATES, key=line.count)
    return most if most in line else None


def quoted(separator: str) -> str:
    r"""Write a separator as a study does: ";" or "\t"."""
    return '"' + separator.replace("\t", "\\t") + '"'


def _check_width(path: Path, names: list[str], width: int) -> None:
    if width != len(names):
        raise DataError(
            f"{path}: the first line names {len(names)} column(s), a row has {width}; the first line "
            "must name all columns and nothing stand above it; correct it, or give the separator."
        )


def check_names(path: Path, names: list[str]) -> None:
    """Refuse columns without a name, names that repeat, and a first line of values."""
    if not any(names):
        raise DataError(f"{path}: the first line is empty; it must name the columns.")
    if "" in names:
        raise DataError(
            f"{path}: column {names.index('') + 1} has no name; name it (row numbers are best left "
            "out of the file)."
        )
    if all(re.fullmatch(r"[-+]?[0-9.]+(e[-+]?[0-9]+)?", name) for name in names) and any(
        "." in name for name in names
    ):
        raise DataError(
            f"{path}: the first line has numbers, such as {names[0]!r}, where it must name the columns; "
            "put a line of names above it."
        )
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise DataError(f"{path}: the column name {twice[0]!r} stands twice; rename one.")


def _tidy(name: str) -> str:
    """Take the blanks and line breaks from around and inside a name."""
    return " ".join(name.split())


def _first_bad_line(path: Path) -> int:
    """Find the line that is not UTF-8, counted from 1."""
    data = path.read_bytes()
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        return data[: error.start].count(b"\n") + 1
    return 1  # a separator or a quote that no encoding explains
