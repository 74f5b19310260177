"""Reading tables as tools write them: CSV, TSV, JSON or Parquet, every cell with the line that it stands in.

The `csv` module does it: half a million cells take a third of a second, and neither pandas nor
pyarrow is imported unless the file is Parquet.
"""

import csv
import io
import json
from collections.abc import Sequence
from os.path import isdir
from pathlib import Path
from typing import Any

from epochwise.curves.written_tables import WrittenTable
from epochwise.errors import CurvesError, counted, several, shorten, told_by
from epochwise.readable import why_no_file

SEPARATORS = (",", "\t", ";", "|")  # else a blank
WEB = ("<!doctype", "<html")
LARGEST = 2**30  # bytes: all of it is read at once
RECORDS = (".json", ".jsonl", ".ndjson")


def read_table(path: str | Path) -> WrittenTable:
    """Read a table: Parquet, JSON (an object a line, or a list of objects), or separated columns.

    Raises
    ------
    CurvesError
        The file is empty, no text, or no table; names the line.
    """
    path = Path(path)
    _check_file(path)
    with path.open("rb") as file:
        magic = file.read(4)
    if magic == b"PAR1":
        return _read_parquet(path)
    text = read_text(path)
    if not text.strip():
        raise CurvesError(f"{path}: is empty; was the training that writes it ended at once?")
    if text.lstrip().lower().startswith(WEB):
        raise CurvesError(f"{path}: is a page of the web, no table; download the file itself.")
    if path.suffix.lower() in RECORDS or text.lstrip()[0] in "{[":
        return _from_records(path, text)
    return _from_lines(path, text)


def read_text(path: Path) -> str:
    """Read a text file.

    Raises
    ------
    CurvesError
        It is no text in UTF-8.
    """
    _check_file(path)
    data = path.read_bytes()
    try:
        if b"\0" not in data:
            return data.decode("utf-8-sig")
        line = 1
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
    raise CurvesError(
        f"{path}: is no text in UTF-8 (line {line}); give the file that the tool wrote, and if it is of another "
        "kind than its name says, name the reader."
    )


def _check_file(path: Path) -> None:
    """Refuse what is no file, and what is too large to be a loss history."""
    if isdir(path):
        raise IsADirectoryError(path)
    if problem := why_no_file(path):
        raise CurvesError(f"{path}: {problem}.")
    if (size := path.stat().st_size) > LARGEST:
        raise CurvesError(
            f"{path}: has {size:,} bytes, and a loss history {LARGEST:,} at most; keep a row per epoch."
        )


def _read_parquet(path: Path) -> WrittenTable:
    import pyarrow as pa

    from epochwise.parquet import plain

    try:
        table = plain(path)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise CurvesError(
            f"{path}: cannot be read as Parquet ({told_by(error)}); write it again."
        ) from None
    columns = {name: table[name].to_pylist() for name in table.column_names}
    if not table.num_rows:
        raise CurvesError(f"{path}: has no rows; is it the right file?")
    return WrittenTable(path, columns, range(1, table.num_rows + 1))


def _from_records(path: Path, text: str) -> WrittenTable:
    """Make a table of JSON objects: a line each, or all in a list; a key that one lacks is empty."""
    if text.lstrip().startswith("["):
        places, records = [1], _parsed(path, text, 1)
        places = list(range(1, len(records) + 1))
    else:
        lines = [(n, line) for n, line in enumerate(text.splitlines(), 1) if line.strip()]
        places = [number for number, _ in lines]
        records = [_parsed(path, line, number) for number, line in lines]
    for place, record in zip(places, records, strict=True):
        if not isinstance(record, dict):
            raise CurvesError(
                f"{path}: line {place}: {shorten(repr(record))} is no object; every line must be one, such as "
                '{"epoch": 1, "train_loss": 0.5}.'
            )
    names = dict.fromkeys(name for record in records for name in record)
    if not names:
        raise CurvesError(f"{path}: has no rows; was an epoch trained?")
    columns = {name: [record.get(name) for record in records] for name in names}
    return WrittenTable(path, columns, places)


def _parsed(path: Path, text: str, line: int) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        place = line + getattr(error, "lineno", 1) - 1
        raise CurvesError(
            f"{path}: line {place} is no JSON; give a file with one object a line, or a list of objects."
        ) from None


def _from_lines(path: Path, text: str) -> WrittenTable:
    """Make a table of separated columns; a header that is repeated is no row."""
    rows, lines = _rows(path, text)
    header = rows[0]
    names = [" ".join(name.split()) for name in header]
    _check_names(path, names)
    kept = [n for n, row in enumerate(rows) if row and row != header]
    rows, lines = [rows[n] for n in kept], [lines[n] for n in kept]
    notes = []
    if rows and len(rows[-1]) < len(names) and not text.endswith(("\n", "\r")):
        notes = [f"line {lines.pop()}, the last, is cut short and was left out"]
        rows.pop()
    if not rows:
        raise CurvesError(
            f"{path}: has a header but no rows; was an epoch trained? The columns are: {several(names)}."
        )
    _check_widths(path, rows, lines, len(names))
    columns = dict(zip(names, zip(*rows, strict=True), strict=True))
    return WrittenTable(path, columns, lines, notes)


def _rows(path: Path, text: str) -> tuple[list[tuple[str, ...]], Sequence[int]]:
    """Cut a text into cells; give the rows, from the header on, and their lines."""
    above = len(text) - len(text.lstrip())
    header = text[above:].partition("\n")[0]
    separator = max(SEPARATORS, key=header.count)
    separator = separator if separator in header else " "
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, skipinitialspace=True)
    lines: Sequence[int]
    try:
        rows = list(map(tuple, reader))  # tuples of texts are nothing to the garbage collector
        lines = range(1, len(rows) + 1)
        if reader.line_num != len(rows):  # a cell has a line break: count again
            again = csv.reader(io.StringIO(text, newline=""), reader.dialect)
            lines = [again.line_num for _ in again]
    except csv.Error as error:
        raise CurvesError(f"{path}: line {reader.line_num}: {error}; is it a table?") from None
    first = next(n for n, row in enumerate(rows) if row)
    return rows[first:], lines[first:]


def _check_names(path: Path, names: list[str]) -> None:
    if names and all(_is_number(name) for name in names):
        raise CurvesError(
            f"{path}: the first line has numbers, such as {names[0]!r}, where it must name the columns; put a "
            "line of names above it."
        )
    twice = [name for name in dict.fromkeys(names) if names.count(name) > 1]
    if twice:
        raise CurvesError(f"{path}: the column name {twice[0]!r} stands twice; rename one.")


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _check_widths(path: Path, rows: list[tuple[str, ...]], lines: list[int], width: int) -> None:
    for line, row in zip(lines, rows, strict=True):
        if len(row) != width:
            raise CurvesError(
                f"{path}: line {line} has {counted(len(row), 'value')}, the first line names {counted(width, 'column')}; correct "
                "the line, leave nothing above the names, or quote what has a separator in it."
            )
