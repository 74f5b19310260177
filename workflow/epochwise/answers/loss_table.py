"""The loss table as it is read: its columns, and the sentences when they are wrong."""

from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from epochwise.errors import DataError

LOSSES = ("train_loss", "validation_loss", "test_loss")
COUNTS = ("fold", "seed", "epoch", "iteration", "samples")
REQUIRED = ("dataset", "backend", *COUNTS, *LOSSES)


def read(path: Path | str) -> pd.DataFrame:
    """Read a loss table; text stays dictionary-encoded, as categories.

    Raises
    ------
    DataError
        When the file is missing or is not Parquet.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        schema = pq.read_schema(path)
        text = [field.name for field in schema if pa.types.is_string(field.type)]
        table = pq.read_table(path, read_dictionary=text, partitioning=None)
    except (OSError, pa.ArrowException) as error:
        raise DataError(
            f"cannot read the loss table {path}: {error}. Make it again by running the workflow."
        ) from error
    return table.to_pandas(split_blocks=True, self_destruct=True)


def is_key(name: str) -> bool:
    """Tell whether a column names the configuration: dataset, backend or a swept key."""
    return name not in COUNTS and not name.endswith(("_loss", "_accuracy"))


def require_table(losses: pd.DataFrame) -> None:
    """Check that there are rows, and the columns that every loss table has."""
    missing = [name for name in REQUIRED if name not in losses.columns]
    if missing:
        raise DataError(
            f"the loss table has no column {', '.join(missing)}; it has "
            f"{', '.join(map(str, losses.columns)) or 'none'}. "
            "Make it again by running the workflow."
        )
    if losses.empty:
        raise DataError("the loss table has no rows, so there is no answer: train a run first.")


def integers(losses: pd.DataFrame, name: str) -> NDArray[np.int64]:
    """Return a column of whole numbers, (rows,)."""
    column = losses[name]
    if column.dtype.kind not in "iu" or column.isna().any():
        raise DataError(
            f"column {name!r} of the loss table must hold whole numbers, not {column.dtype}."
        )
    whole: NDArray[np.int64] = column.to_numpy(dtype=np.int64)
    return whole


def loss_values(losses: pd.DataFrame, name: str) -> NDArray[np.float64]:
    """Return a column of losses with NaN for what is not finite."""
    try:
        values = losses[name].to_numpy(dtype=np.float64, na_value=np.nan)
    except (TypeError, ValueError) as error:
        raise DataError(f"column {name!r} of the loss table must hold numbers: {error}.") from None
    if (values < 0).any():
        raise DataError(
            f"column {name!r} of the loss table holds {values[values < 0][0]:g}; "
            "a loss cannot be negative."
        )
    return np.where(np.isfinite(values), values, np.nan)
