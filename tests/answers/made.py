"""Loss tables made by hand, and the criteria as the shipped plugins register them."""

import numpy as np
import pandas as pd
import pyarrow as pa

from epochwise.answers.moving_average import MovingAverage
from epochwise.answers.prechelt import GeneralisationLoss, ProgressQuotient, UpStrips
from epochwise.answers.stopping import Patience
from epochwise.columns import described, measured
from epochwise.data.partitions import PARTITIONS
from epochwise.tables.curves import Curves
from epochwise.tables.reading import LossTable

REGISTRY = {
    "GL": GeneralisationLoss,
    "PQ": ProgressQuotient,
    "UP": UpStrips,
    "patience": Patience,
    "moving_average": MovingAverage,
}


def loss_table(validation, train=None, test=None, *, fold=None, rows=100, iterations=10, **key):
    """Return a loss table; validation is (runs, epochs + 1), a run ends where the NaN begins.

    Where nothing is said of the training loss, it falls with that of validation and never rises.
    """
    validation = np.atleast_2d(np.asarray(validation, dtype=float))
    runs, epochs = validation.shape
    epoch = np.tile(np.arange(epochs), runs)
    table = {
        "dataset": "made",
        "fold": np.repeat(np.zeros(runs, int) if fold is None else fold, epochs),
    }
    table |= {"backend": "numpy"} | key
    table |= {"seed": np.repeat(np.arange(runs), epochs), "epoch": epoch}
    table |= {"iteration": epoch * iterations, "samples": epoch * rows}
    falling = np.where(np.isnan(validation), np.nan, np.fmin.accumulate(validation, axis=1))
    train = falling if train is None else np.broadcast_to(train, validation.shape)
    test = (
        np.full(validation.shape, np.nan)
        if test is None
        else np.broadcast_to(test, validation.shape)
    )
    named = {"train_loss": train, "validation_loss": validation, "test_loss": test}
    frame = pd.DataFrame(table | {name: losses.ravel() for name, losses in named.items()})
    ended = ~np.isfinite(validation[:, ::-1])
    kept = ~np.logical_and.accumulate(ended, axis=1)[:, ::-1]
    kept[:, 0] = True
    return frame[kept.ravel()].reset_index(drop=True)


def arrow(
    frame,
    *,
    epochs=None,
    task="regression",
    rows_per_batch=None,
    baselines=None,
    partition_rows=None,
) -> pa.Table:
    """Return a table that says what its columns are, as the workflow's own does.

    `epochs` are those planned; `rows_per_batch` fills a column of that name, which there is
    not where it is None; `baselines` are those of every fold, by kind and column, and
    `partition_rows` the rows of its partitions.
    """
    if rows_per_batch is not None:
        frame = frame.assign(rows_per_batch=rows_per_batch)
    table = pa.Table.from_pandas(frame, preserve_index=False)
    for place, field in enumerate(table.schema):
        partition, _, metric = field.name.partition("_")
        if partition in PARTITIONS:
            says = field.with_metadata(measured(partition, metric).metadata)
            table = table.set_column(place, says, table[field.name])
    datasets = sorted(set(frame["dataset"])) if "dataset" in frame else []
    facts = {"tasks": dict.fromkeys(datasets, task), "epochs": epochs}
    own = {"baselines": baselines or {}, "rows": partition_rows or {}}
    if any(own.values()):
        facts["folds"] = dict.fromkeys(datasets, dict.fromkeys(map(str, set(frame["fold"])), own))
    return described(table, facts)


def read(frame, **facts) -> LossTable:
    """Read a table that was made by hand; see `arrow`."""
    return LossTable(arrow(frame, **facts))


def curves(
    validation, *args, rows_per_batch=10, baseline=None, partition_rows=None, **kwargs
) -> Curves:
    """Return the curves of a table of one point, as long as the matrix.

    `baseline` is the validation loss of predicting the training mean.
    """
    width = np.atleast_2d(validation).shape[1]
    table = loss_table(validation, *args, **kwargs)
    known = None if baseline is None else {"training_mean": {"validation_loss": baseline}}
    facts = {"rows_per_batch": rows_per_batch, "baselines": known, "partition_rows": partition_rows}
    return read(table, epochs=width - 1, **facts).curves()[0]


def valleys(runs=20, epochs=60, noise=0.02, seed=0, best=30.0, spread=5.0):
    """Return curves with a minimum that varies from run to run, (runs, epochs + 1)."""
    draw = np.random.default_rng(seed)
    own = best + spread * draw.standard_normal((runs, 1))
    return 1 + ((np.arange(epochs + 1) - own) / epochs) ** 2 + noise * draw.random((runs, 1))
