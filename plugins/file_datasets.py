"""A user's own CSV, TSV or Parquet file."""

import csv
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from epochwise import hookimpl
from epochwise.datasets import Dataset
from epochwise.errors import DataError, unknown

if TYPE_CHECKING:
    import pandas as pd

SEPARATORS = {".csv": ",", ".tsv": "\t"}
MISSING = ("error", "drop_rows", "impute")
Names = str | list[str]


@hookimpl
def register_datasets(register: Callable[..., None]) -> None:
    """Announce the source."""
    register("file", load_file)


def load_file(
    file: str,
    target: Names,
    features: Names | None = None,
    drop: Names = (),  # type: ignore[assignment]  # an empty tuple is an empty list that no call can change
    categorical: Names = (),  # type: ignore[assignment]  # likewise
    partition: str | None = None,
    missing: str = "error",
) -> Dataset:
    """Read a file.

    Parameters
    ----------
    file : path of a `.csv`, `.tsv` or `.parquet` file, UTF-8, its first line the
        names of the columns.
    target : one or several columns to predict.
    features : columns to predict from; by default all others.
    drop : columns to leave out.
    categorical : columns to one-hot encode; columns of text always are.
    partition : a column of the words train, validation and test.
    missing : "error"; "drop_rows", leave out rows with a missing value; or
        "impute", by the training rows' mean, for categories their most frequent
        value (missing targets are an error still).

    Raises
    ------
    DataError
        The file, the column or row, and what to do.
    """
    frame = read(Path(file))
    targets, dropped = as_list(target), as_list(drop)
    apart = [*targets, *dropped, *([partition] if partition else [])]
    chosen = as_list(features) if features else [c for c in frame.columns if c not in apart]
    check_columns(file, [*chosen, *apart, *as_list(categorical)], list(frame.columns))
    if not chosen:
        raise DataError(f"{file}: no feature columns are left beside the target.")
    check_choices(file, missing, targets, chosen)
    frame = frame[[*chosen, *targets, *([partition] if partition else [])]]
    if missing == "drop_rows":
        frame = frame.dropna()
    texts = [column for column in chosen if is_text(file, column, frame, as_list(categorical))]
    frame = frame.astype(dict.fromkeys(texts, "string"))
    numbers = [column for column in chosen if column not in texts]
    frame = frame.astype(dict.fromkeys(numbers, "float64"))
    return Dataset(
        pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(None),
        chosen,
        targets,
        categorical=texts,
        partition=partition,
        missing="impute" if missing == "impute" else "error",
    )


def read(path: Path) -> "pd.DataFrame":
    """Read the file with pandas, or say what is wrong with it."""
    import pandas as pd

    suffix = path.suffix.lower()
    if not path.is_file():
        raise DataError(f"{path}: there is no such file; a path is relative to the study file.")
    if suffix not in (*SEPARATORS, ".parquet"):
        raise DataError(f"{path}: unknown file type {suffix!r}; use .csv, .tsv or .parquet.")
    try:
        if suffix == ".parquet":
            frame = pd.read_parquet(path)
        else:
            check_header(path, SEPARATORS[suffix])
            frame = pd.read_csv(path, sep=SEPARATORS[suffix], encoding="utf-8", index_col=False)
    except UnicodeDecodeError as error:
        raise DataError(
            f"{path}: is not UTF-8 text (byte {error.start}); save it as UTF-8."
        ) from None
    except (
        ValueError,
        OSError,
    ) as error:
        raise DataError(f"{path}: cannot be read: {error}") from None
    if frame.empty:
        raise DataError(f"{path}: has a header but no rows.")
    frame.columns = [str(column) for column in frame.columns]
    return frame


def check_header(path: Path, separator: str) -> None:
    """Refuse an empty file and column names that repeat, which pandas would rename."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        header = next(csv.reader(file, delimiter=separator), [])
    if not header:
        raise DataError(f"{path}: is empty; the first line must name the columns.")
    twice = sorted({column for column in header if header.count(column) > 1})
    if twice:
        raise DataError(f"{path}: the column name {twice[0]!r} stands twice; rename one.")


def check_columns(file: str, asked: list[str], there: list[str]) -> None:
    """Refuse columns that the file does not have."""
    for column in asked:
        if column not in there:
            raise DataError(f"{file}: {unknown('column', column, there)}")


def check_choices(file: str, missing: str, targets: list[str], features: list[str]) -> None:
    """Refuse a target among the features and an unknown way with missing values."""
    if both := set(targets) & set(features):
        raise DataError(f"{file}: {sorted(both)[0]!r} is both a target and a feature; choose one.")
    if missing not in MISSING:
        raise DataError(f"{file}: missing: {unknown('rule', missing, MISSING)}")


def is_text(file: str, column: str, frame: "pd.DataFrame", categorical: list[str]) -> bool:
    """Tell categories from numbers; a few texts among numbers are a mistake."""
    import pandas as pd

    values = frame[column]
    if column in categorical:
        return True
    if pd.api.types.is_numeric_dtype(values):
        return False
    present = values.dropna()
    strange = present[pd.to_numeric(present, errors="coerce").isna()]
    if len(strange) < len(present) / 2:
        raise DataError(
            f"{file}: column {column!r} has the text {strange.iloc[0]!r} in row "
            f"{strange.index[0] + 1} among numbers; correct it, or list the column under categorical."
        )
    return True


def as_list(names: Names) -> list[str]:
    """Let one name stand for a list of one."""
    return [names] if isinstance(names, str) else list(names)
