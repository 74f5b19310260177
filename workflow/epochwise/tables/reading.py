"""Reading a loss table: what its columns are, and the curves of each point, column by column.

The table itself says which columns name a run and which were measured (see
`epochwise.columns`), so that no name has to be understood.
"""

from collections.abc import Mapping, Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from epochwise.arrays import Array, Floats, Ints
from epochwise.columns import KEY, MEASURED, facts_of, role_of
from epochwise.data.partitions import PARTITIONS
from epochwise.errors import DataError
from epochwise.parquet import damage_told
from epochwise.tables.curves import Curves
from epochwise.tables.matrices import Deferred, Matrices
from epochwise.tables.pieces import Pieces, RowGroups, Stretches
from epochwise.tables.runs import AGAIN, Row, Runs

LOSSES = tuple(f"{partition}_loss" for partition in PARTITIONS)
REQUIRED = ("dataset", "backend", "fold", "seed", "epoch", "iteration", "samples", *LOSSES)
NEVER_LEFT_OUT = ("train_loss", "validation_loss")  # however little there is in them


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
        self._pieces = self._open()
        self.schema = self._pieces.schema
        with damage_told(self.name):
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
            the table lacks, or that holds nothing, is left out. The validation loss is always there.

        Returns
        -------
        curves whose losses are read when they are asked for. Go through them point by point: then
            no more of the table is in memory than a few points.
        """
        asked = self.losses if columns is None else columns
        wanted = [c for c in dict.fromkeys([*asked, "validation_loss"]) if c in self.measured]
        held = [column for column in wanted if self._holds(column)]
        return [self._point(number, held) for number in range(len(self._runs.points))]

    @property
    def places(self) -> list[int]:
        """Which place in the table, among the runs, each run of `curves` has, point after point."""
        return [run for runs in self._runs.points for run in runs]

    def _open(self) -> Pieces:
        try:
            in_memory = isinstance(self.source, pa.Table)
            return Stretches(self.source) if in_memory else RowGroups(self.source)
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

    def _holds(self, name: str) -> bool:
        """Tell whether a column holds anything; refuse what cannot have been measured."""
        if name not in NEVER_LEFT_OUT and self._pieces.nulls(name) == len(self._pieces):
            return False
        kind = self.schema.field(name).type
        if not (pa.types.is_floating(kind) or pa.types.is_integer(kind)):
            raise DataError(f"column {name!r} of {self.name} must hold numbers, not {kind}.")
        may_be_negative = name not in self.losses or self.facts.get("zeros")
        lowest = None if may_be_negative else self._pieces.lowest(name)
        if lowest is not None and lowest < 0:
            raise DataError(
                f"column {name!r} of {self.name} holds {lowest:g}; a loss cannot be negative."
            )
        return True

    @cached_property
    def _runs(self) -> Runs:
        return Runs(self._pieces, self.name, self.keys)

    @cached_property
    def _matrices(self) -> Matrices:
        return Matrices(self._pieces, self._runs.starts, self._runs.points)

    def _planned(self, key: Row, first: int) -> int:
        """Give the epochs that the runs of a point were to train for; `first` is one of them."""
        if self.of_histories:
            return int(self.facts["planned"][first])
        return int(key.get("epochs") or self.facts.get("epochs") or self._runs.longest)

    def _point(self, number: int, columns: Sequence[str]) -> Curves:
        runs = self._runs.points[number]
        key = self._runs.keys[runs[0]]
        counts = {name: values[runs] for name, values in self._runs.counts.items()}
        self._require_distinct(key, counts)
        return Curves(
            key,
            counts["fold"],
            counts["seed"],
            Deferred({one: partial(self._matrices.get, number, one) for one in columns}),
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


def _by_name(values: Sequence[Mapping[str, float]]) -> dict[str, Floats]:
    """Turn a mapping for each run into an array for each name, (runs,)."""
    names = dict.fromkeys(name for one in values for name in one)
    return {name: np.array([one.get(name, np.nan) for one in values], float) for name in names}
