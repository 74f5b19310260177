"""A user's own CSV, TSV or Parquet file."""

import csv
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from epochwise.api import DataError, Dataset, hookimpl, unknown

if TYPE_CHECKING:
    import pandas as pd

SEPARATORS = {".csv": ",", ".tsv": "\t"}
MISSING = ("error", "drop_rows", "impute")
MOST_CATEGORIES = 100  # a column of more different texts is a name, a date or a comment
Names = str | list[str]


@hookimpl
def register_datasets(register: Callable[..., None]) -> None:
    """Announce the source."""
    register("file", load_file)


def load_file(
    file: str,
    target: Names,
    features: Names | None = None,
    drop: Names | None = None,
    categorical: Names | None = None,
    partition: str | None = None,
    missing: str = "error",
    separator: str | None = None,
) -> Dataset:
    """Read a file.

    Parameters
    ----------
    file : path of a `.csv`, `.tsv` or `.parquet` file, UTF-8, its first line the
        names of the columns.
    target : one or several columns to predict.
    features : columns to predict from; by default all others.
    drop : columns to leave out.
    categorical : features to one-hot encode; columns of text always are.
    partition : a column of the words train, validation and test.
    missing : "error"; "drop_rows", leave out rows with a missing value; or
        "impute", by the training rows' mean, for categories their most frequent
        value (missing targets are an error still).
    separator : the character between columns, by default a comma (a tab in `.tsv`).

    Raises
    ------
    DataError
        The file, the column or row, and what to do.
    """
    if missing not in MISSING:
        raise DataError(f"{file}: missing: {unknown('rule', str(missing), MISSING)}")
    frame = read(Path(file), separator)
    roles = {"target": target, "features": features, "drop": drop, "partition": partition}
    columns = {role: as_list(names) for role, names in roles.items()}
    if not columns["target"]:
        raise DataError(f"{file}: target: is empty; name one or several columns to predict.")
    check_roles(file, columns, list(frame.columns))
    chosen = columns["features"] or the_others(file, list(frame.columns), columns)
    listed = as_list(categorical)
    check_categorical(file, listed, chosen)
    texts = [column for column in chosen if column in listed or is_text(file, frame[column])]
    kinds = {column: "string" if column in texts else "float64" for column in chosen}
    frame = frame[[*chosen, *columns["target"], *columns["partition"]]].astype(kinds)
    import pyarrow as pa

    table = pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(None)
    return Dataset(
        table,
        chosen,
        columns["target"],
        None,
        texts,
        next(iter(columns["partition"]), None),
        missing,
    )


def read(path: Path, separator: str | None = None) -> "pd.DataFrame":
    """Read the file with pandas, or say what is wrong with it."""
    suffix = path.suffix.lower()
    if not path.is_file():
        raise DataError(f"{path}: there is no such file; a path is relative to the study file.")
    if suffix not in (*SEPARATORS, ".parquet"):
        raise DataError(f"{path}: unknown file type {suffix!r}; use .csv, .tsv or .parquet.")
    if path.stat().st_size == 0:
        raise DataError(f"{path}: is empty; the first line must name the columns.")
    try:
        frame = read_frame(path, separator or SEPARATORS.get(suffix, ""))
    except UnicodeDecodeError:
        raise DataError(
            f"{path}: line {first_bad_line(path)} is not UTF-8 text; save the file as UTF-8."
        ) from None
    except (ValueError, TypeError, OSError, csv.Error) as error:
        raise DataError(f"{path}: cannot be read: {' '.join(str(error).split())}") from None
    if frame.empty:
        raise DataError(f"{path}: has a header but no rows.")
    return frame


def read_frame(path: Path, separator: str) -> "pd.DataFrame":
    """Read with pandas; a separator of "" means Parquet."""
    import pandas as pd

    if not separator:
        frame = pd.read_parquet(path, partitioning=None)  # a folder `year=2020` is no column
        frame = frame.reset_index(drop=True)  # rows are counted, not named
        frame.columns = [str(column) for column in frame.columns]
        check_names(path, list(frame.columns))
        return frame
    with path.open(encoding="utf-8-sig", newline="") as file:
        header = next(csv.reader(file, delimiter=separator), [])
    check_names(path, header)
    try:
        frame = pd.read_csv(
            path,
            sep=separator,
            header=None,
            skiprows=1,
            encoding="utf-8-sig",
            low_memory=False,  # a column's type is told from all its rows
        )
    except pd.errors.EmptyDataError:
        raise DataError(f"{path}: has a header but no rows.") from None
    if frame.shape[1] != len(header):
        raise DataError(
            f"{path}: the first line names {len(header)} column(s), a row has {frame.shape[1]}; "
            "correct it, or give the separator."
        )
    frame.columns = header
    return frame


def check_names(path: Path, names: list[str]) -> None:
    """Refuse columns without a name, and names that repeat, which pandas would change."""
    if not any(names):
        raise DataError(f"{path}: the first line is empty; it must name the columns.")
    if "" in names:
        raise DataError(
            f"{path}: column {names.index('') + 1} has no name; name it (row numbers are best left "
            "out of the file)."
        )
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise DataError(f"{path}: the column name {twice[0]!r} stands twice; rename one.")


def first_bad_line(path: Path) -> int:
    """Find the line that is not UTF-8, counted from 1."""
    data = path.read_bytes()
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        return data[: error.start].count(b"\n") + 1
    return 1  # a separator or a quote that no encoding explains


def check_roles(file: str, columns: dict[str, list[str]], there: list[str]) -> None:
    """Refuse columns that the file does not have, or that are given two roles."""
    taken: dict[str, str] = {}
    for role, names in columns.items():
        for name in names:
            if name not in there:
                raise DataError(f"{file}: {role}: {unknown('column', name, there)}")
            if name in taken:
                raise DataError(
                    f"{file}: {name!r} stands under {taken[name]} and under {role}; choose one."
                )
            taken[name] = role


def the_others(file: str, there: list[str], columns: dict[str, list[str]]) -> list[str]:
    """List the columns that have no other role: the features."""
    apart = {name for names in columns.values() for name in names}
    others = [name for name in there if name not in apart]
    if not others:
        raise DataError(f"{file}: no feature columns are left beside the target.")
    return others


def check_categorical(file: str, listed: list[str], features: list[str]) -> None:
    """Refuse categories that are no features."""
    for name in listed:
        if name not in features:
            raise DataError(f"{file}: categorical: {unknown('feature', name, features)}")


def is_text(file: str, values: "pd.Series[object]") -> bool:
    """Tell categories from numbers; a few texts among numbers are a mistake."""
    import pandas as pd

    if pd.api.types.is_numeric_dtype(values):
        return False
    if pd.api.types.is_datetime64_any_dtype(values):
        raise DataError(f"{file}: column {values.name!r} has dates; drop it, or make it numbers.")
    present = values.dropna()
    strange = present[pd.to_numeric(present.astype(str), errors="coerce").isna()]
    if len(strange) < len(present) / 2:
        check_numbers(file, values.name, strange)
        return False
    if present.astype(str).nunique() > MOST_CATEGORIES:
        raise DataError(
            f"{file}: column {values.name!r} has more than {MOST_CATEGORIES} different texts, such as "
            f"{strange.iloc[0]!r}; put it under drop, or under categorical if it is a category."
        )
    return True


def check_numbers(file: str, column: object, strange: "pd.Series[object]") -> None:
    """Refuse a column of numbers with texts among them."""
    if len(strange):
        raise DataError(
            f"{file}: column {column!r} has the text {strange.iloc[0]!r} in row "
            f"{int(strange.index[0]) + 1} among numbers; correct it, or list the column under "
            "categorical."
        )


def as_list(names: Names | None) -> list[str]:
    """Let one name stand for a list of one; a column 2020 may be given as a number."""
    if names is None:
        return []
    return [str(name) for name in names] if isinstance(names, list) else [str(names)]
