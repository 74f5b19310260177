"""Reading a loss table: what its columns are, and the curves of each point, column by column.

The table itself says which columns name a run and which were measured (see
`epochwise.columns`), so that no name has to be understood.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from epochwise import parquet
from epochwise.arrays import Array, Floats, Ints
from epochwise.columns import COUNTS, KEY, MEASURED, facts_of, role_of
from epochwise.data.partitions import PARTITIONS
from epochwise.errors import DataError
from epochwise.tables.curves import Curves

LOSSES = tuple(f"{partition}_loss" for partition in PARTITIONS)
REQUIRED = ("dataset", "backend", "fold", "seed", "epoch", "iteration", "samples", *LOSSES)
NEVER_LEFT_OUT = ("train_loss", "validation_loss")  # however little there is in them
AGAIN = "Make it again by running the workflow."
Row = dict[str, Any]


class LossTable:
    """A loss table that lies in a file, or in memory.

    Parameters
    ----------
    source : the Parquet file, or a table as `epochwise.tables.loss_table` makes them.

    Raises
    ------
    DataError
        When the file is missing or is not Parquet, when the table is empty or lacks a column.
    """

    def __init__(self, source: str | Path | pa.Table) -> None:
        self.source = source
        self.name = "the loss table" if isinstance(source, pa.Table) else f"{source}"
        self.schema = source.schema if isinstance(source, pa.Table) else self._read_schema()
        self._losses: dict[str, Floats] = {}
        self._require_columns()

    @property
    def keys(self) -> list[str]:
        """The columns that name dataset, swept hyperparameters and backend."""
        return [field.name for field in self.schema if role_of(field) == KEY]

    @property
    def swept(self) -> list[str]:
        """The columns of the swept hyperparameters (and `point`)."""
        return [name for name in self.keys if name not in ("dataset", "backend")]

    @property
    def measured(self) -> list[str]:
        """The columns of what was measured."""
        return [field.name for field in self.schema if role_of(field) == MEASURED]

    @property
    def metrics(self) -> list[str]:
        """What was measured, such as loss and accuracy."""
        found = (facts_of(field).get("metric") for field in self.schema)
        return [metric for metric in dict.fromkeys(found) if metric]

    @property
    def losses(self) -> list[str]:
        """The columns of the losses alone, such as `validation_loss`."""
        return [field.name for field in self.schema if facts_of(field).get("metric") == "loss"]

    @cached_property
    def facts(self) -> Mapping[str, Any]:
        """What the table says of itself; see `epochwise.tables.loss_table`."""
        return facts_of(self.schema)

    @property
    def of_histories(self) -> bool:
        """Whether others have trained: what the files were taken for is among the facts."""
        return "files" in self.facts

    @property
    def histories(self) -> dict[str, Any]:
        """What others' histories count, and what their files were taken for; {} of what was trained here."""
        return {name: self.facts[name] for name in ("unit", "files") if self.of_histories}

    def metrics_of(self, dataset: str) -> dict[str, tuple[str, str]]:
        """Tell what is known of a dataset after every epoch: by metric, label and unit."""
        from epochwise.training.metrics import known_of  # knows what backends train

        if self.of_histories:
            return {name: tuple(words) for name, words in self.facts["metrics"][dataset].items()}
        return known_of(self.facts["tasks"][dataset])

    @property
    def named(self) -> dict[str, dict[str, Any]]:
        """What the losses of each dataset are: in words, and of others' histories more.

        That is ``score``, what is shown in place of a loss, and ``shares``, where losses may be
        negative: the ``zero`` that their shares are counted from, and ``since`` which epoch.
        """
        found: dict[str, dict[str, Any]] = {}
        for name in self.facts["metrics"] if self.of_histories else self.facts["tasks"]:
            known = self.metrics_of(name)
            found[name] = {"loss": known["loss"][0]}
            if "score" in known:
                found[name]["score"] = known["score"][0]
            if name in self.facts.get("zeros", {}):
                found[name]["shares"] = self.facts["zeros"][name]
        return found

    def curves(self, columns: Sequence[str] | None = None) -> list[Curves]:
        """Read the curves of every point, in the order of the table.

        Parameters
        ----------
        columns : what is wanted of what was measured, by default the losses; a column that
            the table lacks, or that holds nothing, is left out. The validation loss is always read.
        """
        asked = self.losses if columns is None else columns
        wanted = [c for c in dict.fromkeys([*asked, "validation_loss"]) if c in self.measured]
        matrices = {c: values for c in wanted if len(values := self._measured(c))}
        return [self._point(runs, matrices) for runs in self._points]

    @property
    def places(self) -> list[int]:
        """Which place in the table, among the runs, each run of `curves` has, point after point."""
        return [run for runs in self._points for run in runs]

    def _read_schema(self) -> pa.Schema:
        try:
            return pq.read_schema(self.source)
        except (OSError, pa.ArrowException) as error:
            raise DataError(f"cannot read the loss table {self.name}: {error}. {AGAIN}") from None

    def _require_columns(self) -> None:
        if missing := [name for name in REQUIRED if name not in self.schema.names]:
            raise DataError(
                f"{self.name} has no column {', '.join(missing)}; it has "
                f"{', '.join(self.schema.names) or 'none'}. {AGAIN}"
            )
        if unsaid := [name for name in LOSSES if name not in self.measured]:
            raise DataError(f"{self.name} does not say what {', '.join(unsaid)} are. {AGAIN}")

    def _read(self, columns: Iterable[str]) -> pa.Table:
        if isinstance(self.source, pa.Table):
            return self.source.select(list(columns))
        return parquet.read(self.source, list(columns))

    def _measured(self, name: str) -> Floats:
        """Read a column of numbers, (rows,), NaN for what is not finite; empty if it holds nothing."""
        if name not in self._losses:
            values = self._read([name])[name]
            empty = values.null_count == len(values) and name not in NEVER_LEFT_OUT
            self._losses[name] = np.empty(0) if empty else self._floats(name, values)
        return self._losses[name]

    def _floats(self, name: str, values: pa.ChunkedArray) -> Floats:
        if not (pa.types.is_floating(values.type) or pa.types.is_integer(values.type)):
            raise DataError(f"column {name!r} of {self.name} must hold numbers, not {values.type}.")
        numbers: Floats = np.array(parquet.array(values), dtype=np.float64)
        if name in self.losses and not self.facts.get("zeros") and (numbers < 0).any():
            raise DataError(
                f"column {name!r} of {self.name} holds {numbers[numbers < 0][0]:g}; "
                "a loss cannot be negative."
            )
        numbers[~np.isfinite(numbers)] = np.nan
        return numbers

    def _whole(self, table: pa.Table, name: str) -> Ints:
        column = table[name]
        if not pa.types.is_integer(column.type) or column.null_count:
            raise DataError(
                f"column {name!r} of {self.name} must hold whole numbers, not {column.type}."
            )
        return parquet.array(column).astype(np.int64, copy=False)

    @cached_property
    def _starts(self) -> Ints:
        """Row numbers at which runs start, and the number of rows, (runs + 1,)."""
        epoch = self._whole(self._read(["epoch"]), "epoch")
        if not len(epoch):
            raise DataError(f"{self.name} has no rows, so there is no answer: train a run first.")
        step = np.diff(epoch)
        if epoch[0] != 0 or (step[epoch[1:] != 0] != 1).any():
            raise self._not_sorted()
        return np.append(np.flatnonzero(epoch == 0), len(epoch))

    def _not_sorted(self) -> DataError:
        return DataError(
            f"{self.name} must be sorted by run and epoch, each run with every epoch from 0 "
            f"exactly once. {AGAIN}"
        )

    @cached_property
    def _run_keys(self) -> list[Row]:
        """What names each run's dataset, point and backend."""
        table = self._read(self.keys)
        first, last = (
            list(zip(*table.take(pa.array(rows)).to_pydict().values(), strict=True))
            for rows in (self._starts[:-1], self._starts[1:] - 1)
        )
        if first != last:
            raise self._not_sorted()
        return [dict(zip(self.keys, values, strict=True)) for values in first]

    @cached_property
    def _points(self) -> list[list[int]]:
        """Which runs each point has, in the order of the table."""
        points: dict[str, list[int]] = {}
        for run, key in enumerate(self._run_keys):
            points.setdefault(repr(key), []).append(run)
        return list(points.values())

    @cached_property
    def _counts(self) -> dict[str, Array]:
        """Of each run: fold, seed, rows per batch, and iterations and samples in one epoch."""
        table = self._read(name for name in COUNTS if name in self.schema.names)
        starts, trained = self._starts[:-1], np.diff(self._starts) > 1
        counts: dict[str, Array] = {}
        for name in ("fold", "seed"):
            numbers = self._whole(table, name)
            if (numbers[starts] != numbers[self._starts[1:] - 1]).any():
                raise self._not_sorted()
            counts[name] = numbers[starts]
        for name in ("iteration", "samples"):
            counts[name] = np.full(len(starts), np.nan)
            if table[name].null_count < len(table):  # what others trained may not say
                counts[name][trained] = self._whole(table, name)[starts[trained] + 1]
        counts["rows_per_batch"] = np.full(len(starts), np.nan)
        if "rows_per_batch" in table.column_names:
            counts["rows_per_batch"] = self._whole(table, "rows_per_batch")[starts].astype(float)
        return counts

    @cached_property
    def _longest(self) -> int:
        return int(np.diff(self._starts).max()) - 1

    def _planned(self, key: Row, first: int) -> int:
        """Give the epochs that the runs of a point were to train for; `first` is one of them."""
        if self.of_histories:
            return int(self.facts["planned"][first])
        return int(key.get("epochs") or self.facts.get("epochs") or self._longest)

    def _point(self, runs: list[int], columns: Mapping[str, Floats]) -> Curves:
        key = self._run_keys[runs[0]]
        counts = {name: values[runs] for name, values in self._counts.items()}
        self._require_distinct(key, counts)
        return Curves(
            key,
            counts["fold"],
            counts["seed"],
            {column: self._matrix(values, runs) for column, values in columns.items()},
            self._planned(key, runs[0]),
            counts["samples"],
            counts["iteration"],
            counts["rows_per_batch"],
            **self._facts_of_folds(str(key["dataset"]), counts["fold"]),
            histories=self.of_histories,
            zero=float(self.facts.get("zeros", {}).get(key["dataset"], {}).get("zero", 0.0)),
        )

    def _facts_of_folds(self, dataset: str, folds: Ints) -> dict[str, Any]:
        """Give what is known of each run's fold, (runs,) each; NaN, or nothing, where it is not known."""
        by_fold = self.facts.get("folds", {}).get(dataset, {})
        known = [by_fold.get(str(fold), {}) for fold in folds]
        constants = [one.get("baselines", {}) for one in known]
        kinds = dict.fromkeys(kind for one in constants for kind in one)
        return {
            "rows": _by_name([one.get("rows", {}) for one in known]),
            "baselines": {
                kind: _by_name([one.get(kind, {}) for one in constants]) for kind in kinds
            },
        }

    def _require_distinct(self, key: Row, counts: Mapping[str, Array]) -> None:
        pairs = np.column_stack([counts["fold"], counts["seed"]])
        runs, times = np.unique(pairs, axis=0, return_counts=True)
        if (times > 1).any():
            fold, seed = runs[np.argmax(times > 1)]
            raise DataError(
                f"{self.name} has the run {', '.join(map(str, key.values()))}, fold {fold}, "
                f"seed {seed} more than once. {AGAIN}"
            )

    def _matrix(self, values: Floats, runs: Iterable[int]) -> Floats:
        """Put the runs' curves in rows, NaN after the end of one, (runs, epochs + 1)."""
        ends = [(self._starts[run], self._starts[run + 1]) for run in runs]
        matrix = np.full((len(ends), max(end - start for start, end in ends)), np.nan)
        for row, (start, end) in enumerate(ends):
            matrix[row, : end - start] = values[start:end]
        return matrix


def _by_name(values: Sequence[Mapping[str, float]]) -> dict[str, Floats]:
    """Turn a mapping for each run into an array for each name, (runs,)."""
    names = dict.fromkeys(name for one in values for name in one)
    return {name: np.array([one.get(name, np.nan) for one in values], float) for name in names}
