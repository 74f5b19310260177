"""What a study has left behind, read when a figure or a page asks for it, and only that."""

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from epochwise.errors import DataError
from epochwise.study.study import Study
from epochwise.tables.curves import Curves, Floats, Ints

LOSSES = ("train_loss", "validation_loss", "test_loss")
COUNTS = ("fold", "seed", "epoch", "iteration", "samples")
Row = dict[str, Any]


class Tables:
    """The tables of one study.

    Parameters
    ----------
    folder : where they lie, such as ``results/diabetes``.
    study : the study that made them.
    """

    def __init__(self, folder: Path, study: Study) -> None:
        self.folder, self.study = Path(folder), study
        self._matrices: dict[str, NDArray[np.float64]] = {}
        self._rows: dict[str, list[Row]] = {}

    def curves(self, columns: Sequence[str] = LOSSES) -> list[Curves]:
        """Read the loss curves, one `Curves` per configuration in the order of the table.

        Parameters
        ----------
        columns : the losses that are wanted; one that the table lacks is left out.
        """
        wanted = list(dict.fromkeys([*columns, "validation_loss"]))
        flat = {c: self._column(c) for c in wanted if c in self._schema.names}
        flat = {c: values for c, values in flat.items() if len(values)}
        groups: dict[str, list[int]] = {}
        for run, key in enumerate(self._keys):
            groups.setdefault(json.dumps(key, default=str), []).append(run)
        return [self._configuration(runs, flat) for runs in groups.values()]

    def rows(self, name: str) -> list[Row]:
        """Read a CSV table, such as `phases`, as rows with numbers as numbers; [] if it is missing."""
        if name not in self._rows:
            path = self.folder / f"{name}.csv"
            self._rows[name] = read_csv(path) if path.is_file() else []
        return self._rows[name]

    def row(self, name: str, key: Mapping[str, Any]) -> Row:
        """Find a table's first row of a configuration; {} if there is none."""
        return next(iter(self.matching(name, key)), {})

    def matching(self, name: str, key: Mapping[str, Any]) -> list[Row]:
        """Find a table's rows of a configuration; what it does not name does not matter."""
        wanted = {column: as_text(value) for column, value in key.items()}
        return [
            row
            for row in self.rows(name)
            if all(as_text(row[c]) == value for c, value in wanted.items() if c in row)
        ]

    @property
    def swept(self) -> list[str]:
        """The columns of the swept hyperparameters (and `point`), as they stand in the tables."""
        first = next(iter(self.study.points().values()))
        return list(first.swept)

    def loss_name(self, dataset: str) -> tuple[str, str]:
        """Tell what a dataset's loss is, and its unit."""
        if dataset in self._classification:
            return "log loss", "nats"
        return "mean squared error", "target unit²"

    @cached_property
    def _schema(self) -> Any:
        import pyarrow.parquet as pq

        path = self.folder / "losses.parquet"
        try:
            return pq.read_schema(path)
        except (OSError, ValueError) as error:
            raise DataError(
                f"{path}: cannot be read as a loss table ({error}); run the workflow to make it anew."
            ) from None

    def _read(self, columns: list[str]) -> Any:
        import pyarrow.parquet as pq

        # one thread and no buffer: quick enough, and the memory is that of the columns alone
        return pq.read_table(self.folder / "losses.parquet", columns=columns, use_threads=False)

    def _column(self, name: str) -> NDArray[np.float64]:
        """Read a column of losses, (rows,); empty if nothing of it was measured."""
        if name not in self._matrices:
            values = self._read([name])[name]
            empty = values.null_count == len(values)
            self._matrices[name] = np.empty(0) if empty else _floats(values)
        return self._matrices[name]

    @cached_property
    def _starts(self) -> Ints:
        """Row numbers at which runs start, and the number of rows, (runs + 1,)."""
        epoch = to_array(self._read(["epoch"])["epoch"])
        starts = np.flatnonzero(epoch == 0)
        step = np.diff(epoch)
        if not len(epoch) or epoch[0] != 0 or (step[epoch[1:] != 0] != 1).any():
            raise DataError(
                f"{self.folder / 'losses.parquet'}: is not sorted by run and epoch, every run from "
                "epoch 0; run the workflow to make it anew."
            )
        return np.append(starts, len(epoch))

    @cached_property
    def _keys(self) -> list[Row]:
        """The configuration of each run."""
        import pyarrow as pa

        names = ["dataset", *self.swept, "backend"]
        first = self._read(names).take(pa.array(self._starts[:-1].tolist(), "int64")).to_pydict()
        return [
            dict(zip(names, values, strict=True)) for values in zip(*first.values(), strict=True)
        ]

    @cached_property
    def _counts(self) -> dict[str, Any]:
        """Fold and seed of each run, its iterations and samples in one epoch."""
        table = self._read(["fold", "seed", "iteration", "samples"])
        starts = self._starts[:-1]
        trained = np.diff(self._starts) > 1
        counts = {name: to_array(table[name])[starts] for name in ("fold", "seed")}
        for name in ("iteration", "samples"):
            counts[name] = np.full(len(starts), np.nan)
            counts[name][trained] = to_array(table[name])[starts[trained] + 1]
        return counts

    @cached_property
    def _classification(self) -> set[str]:
        """The datasets that have accuracies."""
        if "validation_accuracy" not in self._schema.names:
            return set()
        table = self._read(["dataset", "validation_accuracy"]).take(self._starts[:-1]).to_pydict()
        pairs = zip(*table.values(), strict=True)
        return {dataset for dataset, accuracy in pairs if accuracy is not None}

    def _configuration(self, runs: list[int], flat: Mapping[str, Floats]) -> Curves:
        key = self._keys[runs[0]]
        planned = int(key.get("epochs") or self.study.resolved["training"]["epochs"])
        counts = {name: values[runs] for name, values in self._counts.items()}
        return Curves(
            key,
            counts["fold"],
            counts["seed"],
            {column: self._matrix(values, runs) for column, values in flat.items()},
            planned,
            counts["iteration"],
            counts["samples"],
        )

    def _matrix(self, values: Floats, runs: Iterable[int]) -> Floats:
        """Put the runs' curves in rows, NaN after the end of one, (runs, epochs + 1)."""
        ends = [(self._starts[run], self._starts[run + 1]) for run in runs]
        matrix = np.full((len(ends), max(end - start for start, end in ends)), np.nan)
        for row, (start, end) in enumerate(ends):
            matrix[row, : end - start] = values[start:end]
        return matrix


def _floats(values: Any) -> Floats:
    """Turn an Arrow column into float64 with NaN for what is missing or infinite."""
    array = np.array(to_array(values), dtype=np.float64)
    array[~np.isfinite(array)] = np.nan
    return array


def to_array(column: Any) -> NDArray[Any]:
    """Give an Arrow column as an array; see `epochwise.parquet`, which imports pyarrow."""
    from epochwise.parquet import array

    return array(column)


def read_csv(path: Path) -> list[Row]:
    """Read a CSV file with a header; an empty cell is None, a number is a number."""
    with path.open(encoding="utf-8", newline="") as file:
        return [
            {name: as_value(text) for name, text in row.items()} for row in csv.DictReader(file)
        ]


def rank(row: Row) -> tuple[bool, float]:
    """Order rows of `best_epoch` by validation loss; where every run diverged, last, as in the answer."""
    loss = row.get("validation_loss")
    lost = loss is None or row.get("diverged_runs") == row.get("runs", -1)
    return lost, np.inf if loss is None else loss


def as_value(text: str | None) -> Any:
    """Read one cell of a CSV file; a word such as `inf` is a name, not a number."""
    if not text:
        return None
    if text[0].isalpha():
        return {"True": True, "False": False}.get(text, text)
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def as_text(value: Any) -> str:
    """Write a value so that 16, 16.0 and "16" are one."""
    try:
        return repr(float(value))
    except (TypeError, ValueError):
        return str(value)
