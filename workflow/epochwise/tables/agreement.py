"""How far the loss curves of several backends lie apart: pure functions of the loss table.

Relative differences are |loss - reference| / |reference|, over the loss columns
(accuracies jump, so they are not compared).
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

REFERENCES = ("numpy", "sklearn")  # the first of these that a study has, else its first backend
LEVELS = {"first_epoch_above_1e-12": 1e-12, "first_epoch_above_1e-9": 1e-9}
SHOWN = (
    "reference",
    "identical",
    "max_difference",
    "epoch",
    *LEVELS,
    "runs",
    "same_best_epochs",
    "max_best_epoch_difference",
)
FIXED = ("dataset", "fold", "backend", "seed", "epoch", "iteration", "samples")


def reference_backend(backends: Sequence[str]) -> str:
    """Choose the backend that the others are compared with."""
    return next((name for name in REFERENCES if name in backends), min(backends))


def loss_columns(losses: "pd.DataFrame") -> list[str]:
    """List the loss columns."""
    return [name for name in losses.columns if str(name).endswith("_loss")]


def point_columns(losses: "pd.DataFrame") -> list[str]:
    """List what names a dataset and a point: everything that is neither fixed nor measured."""
    measured = [name for name in losses.columns if str(name).endswith(("_loss", "_accuracy"))]
    swept = [name for name in losses.columns if name not in (*FIXED, *measured)]
    return ["dataset", *swept]


def differences(losses: "pd.DataFrame", reference: str | None = None) -> "pd.DataFrame":
    """Hold every backend's curves against the reference's, epoch by epoch.

    Parameters
    ----------
    losses : the loss table; a row per run and epoch.
    reference : a backend; `reference_backend` chooses where not given.

    Returns
    -------
    A row per dataset, point, other backend and epoch, sorted: ``difference`` is the
    largest relative difference over runs and loss columns. It is infinite in an
    epoch that one of two runs reached and the other, having diverged, did not.
    """
    reference = reference or reference_backend(losses["backend"].unique())
    keys, columns = point_columns(losses), loss_columns(losses)
    epochs = losses.set_index([*keys, "fold", "seed", "epoch"]).sort_index()
    wanted = epochs.loc[epochs["backend"] == reference, columns]
    parts = []
    for backend in sorted(set(losses["backend"]) - {reference}):
        got = epochs.loc[epochs["backend"] == backend, columns]
        got, right = got.align(wanted, join="outer")
        apart = relative_difference(got.to_numpy(), right.to_numpy()).max(axis=1, initial=0.0)
        table = got.index.to_frame(index=False).assign(backend=backend, difference=apart)
        parts.append(table.groupby([*keys, "backend", "epoch"], as_index=False)["difference"].max())
    return _joined(parts, [*keys, "backend", "epoch", "difference"])


def relative_difference(got: "np.ndarray", wanted: "np.ndarray") -> "np.ndarray":
    """Give |got - wanted| / |wanted|, elementwise; 0 where equal, infinity where one is missing."""
    with np.errstate(divide="ignore", invalid="ignore"):
        apart = np.abs(got - wanted) / np.abs(wanted)
    missing = np.isnan(got) != np.isnan(wanted)
    same = (got == wanted) | (np.isnan(got) & np.isnan(wanted))
    return np.where(same, 0.0, np.where(missing, np.inf, apart))


def summary(losses: "pd.DataFrame", reference: str | None = None) -> "pd.DataFrame":
    """Give `agreement.csv`: a row per dataset, point and other backend.

    Returns
    -------
    Columns: dataset, the point, ``backend``, ``reference``, ``identical`` (to the
    last bit), ``max_difference`` and the ``epoch`` where it occurs,
    ``first_epoch_above_…`` (empty where the curves never lie so far apart), ``runs``,
    ``same_best_epochs``: the runs whose smallest validation loss falls on the same epoch, and
    ``max_best_epoch_difference``: by how many epochs it is apart, in the run where it is most.
    """
    reference = reference or reference_backend(losses["backend"].unique())
    apart, keys = differences(losses, reference), [*point_columns(losses), "backend"]
    if apart.empty:
        return apart.reindex(columns=[*keys, *SHOWN])
    worst = apart.loc[apart.groupby(keys)["difference"].idxmax()].set_index(keys)
    table = worst.rename(columns={"difference": "max_difference"})
    for name, level in LEVELS.items():
        above = apart[apart["difference"] > level].groupby(keys)["epoch"].min()
        table[name] = above.reindex(table.index).astype("Int64")
    table["identical"] = table["max_difference"] == 0
    table["reference"] = reference
    return table.join(best_epochs(losses, reference)).reset_index()[[*keys, *SHOWN]]


def best_epochs(losses: "pd.DataFrame", reference: str) -> "pd.DataFrame":
    """Count, per dataset, point and other backend, its runs; say how far the best epochs lie apart."""
    keys = point_columns(losses)
    run = [*keys, "fold", "seed"]
    column = "validation_loss" if "validation_loss" in losses else loss_columns(losses)[0]
    lowest = losses.loc[losses.groupby([*run, "backend"])[column].idxmin()]
    best = lowest.pivot(index=run, columns="backend", values="epoch")
    apart = best.drop(columns=reference).sub(best[reference], axis=0).abs().stack().dropna()
    table = apart.groupby([*keys, "backend"]).agg(runs="size", max_best_epoch_difference="max")
    table["same_best_epochs"] = apart.eq(0).groupby([*keys, "backend"]).sum()
    return table.astype(int)


def _joined(parts: list["pd.DataFrame"], columns: list[str]) -> "pd.DataFrame":
    """Stack tables and sort them; a table without rows where there are none."""
    import pandas as pd

    if not parts:
        return pd.DataFrame(columns=columns)
    return pd.concat(parts)[columns].sort_values(columns[:-1], ignore_index=True)


def write(losses: str | Path, reference: str, out: str | Path, by_epoch: str | Path) -> None:
    """Read a loss table (Parquet); write `agreement.csv` and, per epoch, `agreement_by_epoch.csv`."""
    import pyarrow.parquet as pq

    table = pq.read_table(losses).to_pandas()
    text = {name: str for name, kind in table.dtypes.items() if str(kind) == "category"}
    table = table.astype(text)
    summary(table, reference).to_csv(out, index=False)
    differences(table, reference).to_csv(by_epoch, index=False)
