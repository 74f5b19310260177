"""From loss histories to a loss table, so that what is asked of our own curves is asked of others' too.

Runs that were not told apart by anything else are the seeds of one setting. An epoch that was not
measured has a row with nulls: nothing is interpolated.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from epochwise.arrays import Bools, Ints
from epochwise.columns import described, measured
from epochwise.curves.histories import LOSSES, History, Run
from epochwise.errors import CurvesError

MOST_EPOCHS = 5_000_000  # of a run, measured or not


@dataclass(frozen=True, eq=False)
class Tabulated:
    """A loss table of histories, and what its epochs are.

    Parameters
    ----------
    table : as `epochwise.tables.loss_table` has it; iterations and samples are null.
    unit : what its epochs count.
    ends : (runs,) the last epoch of each.
    diverged : (runs,) whether it ended with a loss that is not finite.
    """

    table: pa.Table
    unit: str
    ends: Ints
    diverged: Bools


def tabulate(histories: Sequence[History], dataset: str) -> Tabulated:
    """Make a loss table of all runs of some histories.

    A run that ended before others, without having diverged, was stopped; what is compared ends where
    the first of these ends, which is the table's fact `epochs`.

    Parameters
    ----------
    dataset : the name that the table has for what they were trained on.

    Raises
    ------
    CurvesError
        A run without a validation loss, with a negative one, or whose epochs have fractions; files
        that count different things.
    """
    whole = [_in_whole_epochs(one) for one in histories]
    units = {one.unit: one.path for one in whole}
    if len(units) > 1:
        told = " and ".join(f"{unit}s in {path}" for unit, path in units.items())
        raise CurvesError(f"the files count different things: {told}; say the same `unit` of all.")
    runs = [(one, run) for one in whole for run in one.runs]
    for one, run in runs:
        _check(one, run)
    ends = np.array([_end(run) for _, run in runs])
    diverged = np.array([_has_diverged(run) for _, run in runs])
    shared = (
        int(ends[~diverged].min())
        if not diverged.all()
        else max(int(run.epochs[-1]) for _, run in runs)
    )
    reader = whole[0].reader if len({one.reader for one in whole}) == 1 else "several readers"
    rows = [_rows(run, int(end)) for (_, run), end in zip(runs, ends, strict=True)]
    lengths = [len(next(iter(own.values()))) for own in rows]
    columns = {name: np.concatenate([own[name] for own in rows]) for name in ("epoch", *LOSSES)}
    table = pa.table(
        {
            "dataset": _repeated(dataset, sum(lengths)),
            "backend": _repeated(reader, sum(lengths)),
            "fold": np.zeros(sum(lengths), np.int64),
            "seed": np.repeat(np.arange(len(runs)), lengths),
            "epoch": columns["epoch"].astype(np.int64),
            "iteration": pa.nulls(sum(lengths), pa.int64()),
            "samples": pa.nulls(sum(lengths), pa.int64()),
        }
    )
    for name in LOSSES:
        field = measured(*name.split("_"))
        table = table.append_column(field, pa.array(columns[name], mask=np.isnan(columns[name])))
    facts = {"tasks": {}, "epochs": shared, "folds": {}}
    return Tabulated(described(table, facts), whole[0].unit, ends, diverged)


def _in_whole_epochs(history: History) -> History:
    """Count the rows in steps where epochs have fractions, as where a tool validates within one."""
    if all(np.issubdtype(run.epochs.dtype, np.integer) for run in history.runs):
        return history
    if not all("iteration" in run.columns for run in history.runs):
        first = next(
            run.epochs[run.epochs % 1 != 0][0] for run in history.runs if (run.epochs % 1).any()
        )
        raise CurvesError(
            f"{history.path}: epoch {first:g} is no whole number, and there is no column of steps to "
            "count by instead; write one row for each epoch."
        )
    runs = tuple(
        replace(run, epochs=run.columns["iteration"].astype(np.int64)) for run in history.runs
    )
    return replace(history, runs=runs, unit="step")


def _check(history: History, run: Run) -> None:
    where = f"{history.path}{f', run {run.name!r}' if run.name else ''}"
    losses = run.columns.get("validation_loss", np.empty(0))
    if not np.isfinite(losses).any():
        raise CurvesError(
            f"{where}: has no validation loss, by which an epoch could be chosen; name its column with "
            "the option validation_loss, or log one."
        )
    if (losses[np.isfinite(losses)] < 0).any():
        raise CurvesError(
            f"{where}: a validation loss of {losses[losses < 0][0]:g} is negative, and shares of it, such "
            "as 2 % more, would mean nothing; add a constant to all losses."
        )
    if run.epochs[-1] > MOST_EPOCHS:
        raise CurvesError(
            f"{where}: epoch {run.epochs[-1]:,} is beyond {MOST_EPOCHS:,}, the most there may be."
        )


def _end(run: Run) -> int:
    """Give the last epoch with a finite validation loss."""
    return int(run.epochs[np.flatnonzero(np.isfinite(run.columns["validation_loss"]))[-1]])


def _has_diverged(run: Run) -> bool:
    """Tell whether a loss after the last finite one was measured, and was not finite."""
    after = run.epochs > _end(run)
    return any(
        bool(np.isinf(run.columns[name][after]).any()) for name in LOSSES if name in run.columns
    )


def _rows(run: Run, end: int) -> dict[str, np.ndarray]:
    """Give every epoch from 0 to a run's end, NaN where nothing was measured."""
    kept = run.epochs <= end
    columns = {"epoch": np.arange(end + 1)}
    for name in LOSSES:
        columns[name] = np.full(end + 1, np.nan)
        if name in run.columns:
            columns[name][run.epochs[kept]] = run.columns[name][kept]
        columns[name][np.isinf(columns[name])] = np.nan
    return columns


def _repeated(text: str, times: int) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.repeat(pa.scalar(0, pa.int32()), times), [text])
