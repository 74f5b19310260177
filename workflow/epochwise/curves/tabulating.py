"""From loss histories to a loss table, so that what is asked of our own curves is asked of others' too.

Runs that nothing else tells apart are the seeds of one setting. An epoch that was not measured has a
row with nulls: nothing is interpolated. Besides what every loss table says of itself (see
`epochwise.tables.loss_table`), this one says the ``unit`` that is counted, the ``files`` and what they
were taken for, for each run the epochs ``planned``, by dataset the ``metrics``, and where losses may be
negative from which ``zeros`` shares are counted.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa

from epochwise.arrays import Array, Floats
from epochwise.columns import described, measured
from epochwise.curves.histories import LOSSES, History, Run
from epochwise.curves.scoring import Judging, check_scores, doubts, zero_of
from epochwise.errors import CurvesError
from epochwise.study.run_files import RUN

MOST_EPOCHS = 5_000_000  # of a run, measured or not
SEVERAL = "several readers"


@dataclass(frozen=True)
class Labelled:
    """A history, and what the name of its file says: `fold`, `seed`, and columns of the table."""

    history: History
    labels: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Row:
    """One run on its way into the table.

    Parameters
    ----------
    labels : the columns that its setting has of its own.
    """

    dataset: str
    history: History
    run: Run
    labels: Mapping[str, Any]
    fold: int
    seed: int

    @property
    def setting(self) -> str:
        """What the runs share that are compared as one."""
        return repr((self.dataset, dict(self.labels)))

    @cached_property
    def end(self) -> int:
        """The last epoch with a finite validation loss."""
        finite = np.isfinite(self.run.columns["validation_loss"])
        return int(self.run.epochs[np.flatnonzero(finite)[-1]])

    @cached_property
    def has_diverged(self) -> bool:
        """Whether a loss after the last finite one was measured, and was not finite."""
        after, columns = self.run.epochs > self.end, self.run.columns
        return any(bool(np.isinf(columns[n][after]).any()) for n in LOSSES if n in columns)

    @cached_property
    def values(self) -> dict[str, Floats]:
        """What was read of every epoch from 0 to the end, (end + 1,); NaN where nothing was measured."""
        kept = self.run.epochs <= self.end
        found = {name: np.full(self.end + 1, np.nan) for name in LOSSES}
        for name in LOSSES:
            if name in self.run.columns:
                found[name][self.run.epochs[kept]] = self.run.columns[name][kept]
            found[name][np.isinf(found[name])] = np.nan
        return found


def tabulate(
    curves: Mapping[str, Sequence[Labelled]], judged: Mapping[str, Judging] | None = None
) -> pa.Table:
    """Make a loss table of all runs of some histories.

    A run that ended before others of its setting, without having diverged, was stopped; a setting's
    runs are compared up to where the first of these ends, which is what was planned.

    Parameters
    ----------
    curves : histories by the name that the table has for what they were trained on.
    judged : by that name, which value is best; by default the lowest.

    Raises
    ------
    CurvesError
        A run without a validation loss or whose epochs have fractions; two files of one run; files
        that count different things; scores beyond what they can be.
    """
    histories = {
        name: [replace(one, history=_in_whole_epochs(one.history)) for one in group]
        for name, group in curves.items()
    }
    unit = _shared_unit([one.history for group in histories.values() for one in group])
    judgings = {name: (judged or {}).get(name, Judging()) for name in curves}
    rows = [row for name, group in histories.items() for row in _rows(name, group)]
    for row in rows:
        _check(row, judgings[row.dataset])
    losses = [
        {name: judgings[row.dataset].losses(values) for name, values in row.values.items()}
        for row in rows
    ]
    facts = {
        "tasks": {},
        "epochs": None,
        "unit": unit,
        "planned": _planned(rows),
        "files": _files(histories, judgings),
        "metrics": {name: one.labels(_taken(histories[name])) for name, one in judgings.items()},
        "zeros": _zeros(rows, losses),
        "folds": {name: _rows_of_folds(rows, name, one) for name, one in judgings.items()},
        "all_rows": {
            name: one.rows["all"]
            for name, one in judgings.items()
            if "all" in one.rows
            and unit == "epoch"  # passes grow shorter with more rows, steps do not
        },
    }
    return described(_table(rows, losses, judgings), facts)


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


def _shared_unit(histories: Sequence[History]) -> str:
    units = {one.unit: one.path for one in histories}
    if len(units) > 1:
        told = " and ".join(f"{unit}s in {path}" for unit, path in units.items())
        raise CurvesError(
            f"the files count different things: {told}; study them apart, or "
            "say the same `unit` of all if they count the same."
        )
    return next(iter(units))


def _rows(dataset: str, group: Iterable[Labelled]) -> list[Row]:
    """Give the runs of each setting their numbers; setting after setting, by fold and seed."""
    found: dict[str, dict[tuple[int, int], Row]] = {}
    for one in group:
        labels = {name: value for name, value in one.labels.items() if name not in RUN}
        runs, told = one.history.runs, one.labels.get("seed")
        if told is not None and len(runs) > 1:
            raise CurvesError(
                f"{one.history.path}: has {len(runs)} runs, and its name gives one seed; write * in place of "
                "{seed}."
            )
        own = found.setdefault(repr(labels), {})
        for run in runs:
            fold = one.labels.get("fold", 0)
            seed = sum(place[0] == fold for place in own) if told is None else told
            if (before := own.get((fold, seed))) is not None:
                raise CurvesError(
                    f"{one.history.path} and {before.history.path}: are both fold {fold}, seed {seed} of one "
                    "setting; leave one out, or put what differs in braces."
                )
            own[fold, seed] = Row(dataset, one.history, run, labels, fold, seed)
    return [own[place] for own in found.values() for place in sorted(own)]


def _check(row: Row, judging: Judging) -> None:
    where = f"{row.history.path}{f', run {row.run.name!r}' if row.run.name else ''}"
    losses = row.run.columns.get("validation_loss", np.empty(0))
    if not np.isfinite(losses).any():
        raise CurvesError(
            f"{where}: has no validation loss, by which an epoch could be chosen; name its column with "
            "the option validation_loss, or log one."
        )
    if row.run.epochs[-1] > MOST_EPOCHS:
        raise CurvesError(
            f"{where}: epoch {row.run.epochs[-1]:,} is beyond {MOST_EPOCHS:,}, the most there may be."
        )
    check_scores(row.history, judging)


def _planned(rows: Sequence[Row]) -> list[int]:
    """Give for each run the epochs that those of its setting share; where all diverged, the most."""
    settings: dict[str, list[Row]] = {}
    for row in rows:
        settings.setdefault(row.setting, []).append(row)
    shared = {
        name: min(
            (one.end for one in own if not one.has_diverged),
            default=max(int(one.run.epochs[-1]) for one in own),
        )
        for name, own in settings.items()
    }
    return [shared[row.setting] for row in rows]


def _zeros(rows: Sequence[Row], losses: Sequence[Mapping[str, Floats]]) -> dict[str, Any]:
    """Choose for each dataset from where shares of its losses are counted; see `zero_of`."""
    found = {}
    for dataset in dict.fromkeys(row.dataset for row in rows):
        settings: dict[str, list[Mapping[str, Floats]]] = {}
        for row, own in zip(rows, losses, strict=True):
            if row.dataset == dataset and not row.has_diverged:
                settings.setdefault(row.setting, []).append(own)
        if zero := zero_of([_stacked(own) for own in settings.values()]):
            found[dataset] = zero
    return found


def _stacked(runs: Sequence[Mapping[str, Floats]]) -> dict[str, Floats]:
    """Put runs below each other up to the epoch that they share."""
    shared = min(len(one["validation_loss"]) for one in runs)
    return {name: np.stack([one[name][:shared] for one in runs]) for name in LOSSES}


def _files(
    histories: Mapping[str, Sequence[Labelled]], judgings: Mapping[str, Judging]
) -> list[dict[str, Any]]:
    """Say what each file was taken for."""
    return [
        {
            "path": str(one.path),
            "reader": one.reader,
            "columns": dict(one.taken),
            "unit": one.unit,
            "first": min(float(run.epochs[0]) for run in one.runs),
            "last": max(float(run.epochs[-1]) for run in one.runs),
            "runs": [run.name for run in one.runs],
            "notes": [*one.notes, *doubts(one, judgings[name])],
            "guesses": dict(one.guesses),
        }
        for name, group in histories.items()
        for one in (each.history for each in group)
    ]


def _taken(group: Sequence[Labelled]) -> str:
    """Tell what the files call what chooses the epoch, without the word for validation."""
    name = group[0].history.taken.get("validation_loss", "score")
    for word in ("val_", "valid_", "validation_", "eval_", "val/", "eval/", "validation/"):
        name = name.removeprefix(word)
    return name


def _rows_of_folds(rows: Sequence[Row], dataset: str, judging: Judging) -> dict[str, Any]:
    """Say how many rows each fold's partitions have, as far as that was told."""
    told = {name: count for name, count in judging.rows.items() if name != "all"}
    folds = sorted({row.fold for row in rows if row.dataset == dataset})
    return {str(fold): {"rows": told} for fold in folds} if told else {}


def _table(
    rows: Sequence[Row], losses: Sequence[Mapping[str, Floats]], judgings: Mapping[str, Judging]
) -> pa.Table:
    lengths = [row.end + 1 for row in rows]
    total = sum(lengths)
    readers: dict[str, set[str]] = {}
    for row in rows:
        readers.setdefault(row.dataset, set()).add(row.history.reader)
    reader = {name: min(own) if len(own) == 1 else SEVERAL for name, own in readers.items()}
    columns = {"dataset": _repeated([row.dataset for row in rows], lengths)}
    for name in rows[0].labels:
        columns[name] = _repeated([row.labels[name] for row in rows], lengths)
    columns |= {
        "backend": _repeated([reader[row.dataset] for row in rows], lengths),
        "fold": np.repeat([row.fold for row in rows], lengths),
        "seed": np.repeat([row.seed for row in rows], lengths),
        "epoch": np.concatenate([np.arange(length) for length in lengths]),
        "iteration": pa.nulls(total, pa.int64()),
        "samples": pa.nulls(total, pa.int64()),
    }
    table = pa.table(columns)
    joined = {name: np.concatenate([own[name] for own in losses]) for name in LOSSES}
    for name, values in joined.items():
        table = table.append_column(measured(*name.split("_")), _with_nulls(values))
    scored = [judgings[row.dataset].is_score for row in rows]
    for name in LOSSES if any(scored) else ():
        known = [
            row.values[name] if is_score else np.full(length, np.nan)
            for row, is_score, length in zip(rows, scored, lengths, strict=True)
        ]
        column = measured(name.removesuffix("_loss"), "score")
        table = table.append_column(column, _with_nulls(np.concatenate(known)))
    return table


def _with_nulls(values: Floats) -> pa.Array:
    return pa.array(values, mask=np.isnan(values))


def _repeated(values: Sequence[Any], times: Sequence[int]) -> Array | pa.Array:
    """Give a column of a value for each run: of numbers where all are, else of texts."""
    if all(isinstance(value, int | float) for value in values):
        return np.repeat(np.array(values), times)
    texts = [str(value) for value in values]
    codes = {text: code for code, text in enumerate(dict.fromkeys(texts))}
    places = np.repeat(np.array([codes[text] for text in texts], np.int32), times)
    return pa.DictionaryArray.from_arrays(places, list(codes))
