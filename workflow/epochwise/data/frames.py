"""Reading a user's CSV, TSV, Excel or Parquet file into a data frame, as it is written.

Only the empty cell is missing here; what words and numbers mean is for `cells`.
"""

import csv
import os
import warnings
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from epochwise.data.text_frames import check_names, first_bad_line, read_text, tidy
from epochwise.errors import DataError, in_quotes, told_by
from epochwise.plugins.registry import install, is_installed
from epochwise.readable import why_no_file

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
UNREADABLE = (ValueError, TypeError, LookupError, ArithmeticError, OSError, csv.Error)


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
    check_file(path)
    suffix = path.suffix.lower()
    if sheet is not None and suffix != ".xlsx":
        raise DataError(
            f"{path}: sheet: {in_quotes(sheet)} is for .xlsx files alone; leave it out."
        )
    try:
        if suffix == ".parquet":
            frame = _read_parquet(path)
        elif suffix == ".xlsx":
            frame = _read_excel(path, sheet)
        else:
            frame = read_text(path, separator or SEPARATORS[suffix], decimal, texts)
    except UnicodeDecodeError:
        with path.open("rb") as file:
            packed = file.read(2) == b"PK"
        said = f"line {first_bad_line(path)} is not UTF-8 text; save the file as UTF-8."
        raise DataError(
            f"{path}: {'is packed, as Excel files are; rename it to .xlsx.' if packed else said}"
        ) from None
    except UNREADABLE as error:
        raise DataError(f"{path}: cannot be read: {_told(error)}") from None
    if frame.empty:
        raise DataError(f"{path}: has a header but no rows.")
    return frame


@contextmanager
def _library_told(path: Path) -> Iterator[None]:
    """Say what a library makes of a file; of one that is damaged it may raise anything."""
    try:
        yield
    except Exception as error:
        raise DataError(f"{path}: cannot be read: {_told(error)}") from None


def _told(error: Exception) -> str:
    """Give the words of another library's error, on one line, with what to do where that is known."""
    words = told_by(error)
    if "Expected" in words and "fields" in words:
        return (
            f"{words.removeprefix('Error tokenizing data. C error: ').rstrip('.')}; correct this line (a "
            "text that holds the separator stands in double quotes), or give the separator."
        )
    if "EOF inside string" in words:
        return f"a text begins with a double quote in row {words.split()[-1]} and never ends; close or remove it."
    if "not a zip file" in words:
        return f"{words}, as one of Excel is; save it as .xlsx or as .csv once more."
    return f"{words.rstrip('.')}; it is damaged or of another kind, so write it once more."


def check_file(path: Path) -> None:
    """Refuse what is no file of a known type."""
    suffix = path.suffix.lower()
    if not os.path.exists(path):
        raise DataError(f"{path}: there is no such file; a path is relative to the study file.")
    if problem := why_no_file(path):
        raise DataError(f"{path}: {problem}.")
    if suffix not in TYPES:
        instead = OTHERS.get(suffix, f"use {', '.join(TYPES[:-1])} or {TYPES[-1]}")
        raise DataError(f"{path}: unknown file type {in_quotes(suffix)}; {instead}.")
    if path.stat().st_size == 0:
        raise DataError(f"{path}: is empty; the first line must name the columns.")


def _read_parquet(path: Path) -> "pd.DataFrame":
    import pandas as pd

    exact = {"integer_object_nulls": True}  # whole numbers beside gaps do not become floats
    with _library_told(path):
        frame = pd.read_parquet(  # a folder `year=2020` is no column
            path, partitioning=None, to_pandas_kwargs=exact
        )
    frame = frame.reset_index(drop=True)  # rows are counted, not named
    frame.columns = [str(column) for column in frame.columns]
    check_names(path, list(frame.columns))
    _check_dates(path, frame)
    return frame


def _check_dates(path: Path, frame: "pd.DataFrame") -> None:
    """Refuse dates that pandas can hold and not count from 1970."""
    import pandas as pd

    for name in frame.select_dtypes(["datetime", "datetimetz"]).columns:
        try:
            pd.DatetimeIndex(frame[name]).as_unit("ns")
        except pd.errors.OutOfBoundsDatetime:
            raise DataError(
                f"{path}: column {in_quotes(name)} has dates before 1678 or after 2261; leave them out."
            ) from None


def _read_excel(path: Path, sheet: str | None) -> "pd.DataFrame":
    import pandas as pd

    name = _choose_sheet(path, sheets(path), sheet)
    with _library_told(path), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of styles and drop-down lists that are not kept
        cells = pd.read_excel(
            path, sheet_name=name, header=None, keep_default_na=False, na_values=[""], dtype=object
        )
    cells = cells.dropna(how="all").dropna(how="all", axis=1)
    if cells.empty:
        raise DataError(
            f"{path}: the sheet {in_quotes(name)} is empty; its first row must name the columns."
        )
    names = ["" if pd.isna(one) else tidy(str(one)) for one in cells.iloc[0]]
    check_names(path, names)
    frame = cells.iloc[1:].reset_index(drop=True).infer_objects()
    frame.columns = names
    return frame


def sheets(path: Path) -> list[str]:
    """List the sheets of an Excel file."""
    if not is_installed("openpyxl"):
        raise DataError(
            f"{path}: an Excel file needs openpyxl, which is not installed; try: "
            f"{install({'excel': ['openpyxl']})} (or save it as .csv)."
        )
    import pandas as pd

    with _library_told(path), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pd.ExcelFile(path, engine="openpyxl") as book:
            return [str(one) for one in book.sheet_names]


def _choose_sheet(path: Path, there: list[str], wanted: str | None) -> str:
    names = ", ".join(map(repr, there))
    if wanted is None and len(there) > 1:
        raise DataError(f"{path}: has the sheets {names}; name one, such as sheet: {there[0]}.")
    if wanted is not None and wanted not in there:
        raise DataError(
            f"{path}: sheet: there is no sheet {in_quotes(wanted)}; there are: {names}."
        )
    return wanted or there[0]
