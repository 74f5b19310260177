"""What a study has left behind, read when a figure or a page asks for it, and only that."""

import csv
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from epochwise.study.study import Study
from epochwise.tables import minima
from epochwise.tables.curves import Curves
from epochwise.tables.their_words import in_their_words

if TYPE_CHECKING:
    from epochwise.tables.reading import LossTable

Row = dict[str, Any]
TARGET_UNIT = "target unit"  # where a study does not say which


class Tables:
    """The tables of one study.

    Parameters
    ----------
    folder : where they lie, such as ``results/diabetes``.
    study : the study that made them.
    """

    def __init__(self, folder: Path, study: Study) -> None:
        self.folder, self.study = Path(folder), study
        self._rows: dict[str, list[Row]] = {}
        self._found: dict[tuple[str, tuple[str, ...]], dict[tuple[str, ...], list[Row]]] = {}

    @cached_property
    def losses(self) -> "LossTable":
        """The loss table."""
        from epochwise.tables.reading import (
            LossTable,  # reads Parquet, which some figures do without
        )

        return LossTable(self.folder / "losses.parquet")

    def curves(self, columns: Sequence[str] | None = None) -> list[Curves]:
        """Read the loss curves of every point; see `LossTable.curves`."""
        return self.losses.curves(columns)

    def rows(self, name: str) -> list[Row]:
        """Read a CSV table, such as `phases`, as rows with numbers as numbers; [] if it is missing."""
        if name not in self._rows:
            path = self.folder / f"{name}.csv"
            self._rows[name] = read_csv(path) if path.is_file() else []
        return self._rows[name]

    def row(self, name: str, key: Mapping[str, Any]) -> Row:
        """Find a table's first row of a dataset, point and backend; {} if there is none."""
        return next(iter(self.matching(name, key)), {})

    def matching(self, name: str, key: Mapping[str, Any]) -> list[Row]:
        """Find a table's rows of a dataset, point and backend; what it does not name does not matter."""
        columns = tuple(c for c in key if c in next(iter(self.rows(name)), {}))
        if (name, columns) not in self._found:
            found = self._found[name, columns] = {}
            for row in self.rows(name):
                found.setdefault(tuple(as_text(row[c]) for c in columns), []).append(row)
        return list(self._found[name, columns].get(tuple(as_text(key[c]) for c in columns), []))

    @cached_property
    def swept(self) -> list[str]:
        """The columns of the swept hyperparameters (and `point`), as they stand in the tables."""
        if not self.study.trains:
            return self.losses.swept
        first = next(iter(self.study.points().values()))
        return list(first.swept)

    @cached_property
    def backends(self) -> list[str]:
        """The backends, in the order of the study."""
        if self.study.trains:
            return self.study.backends
        return list(dict.fromkeys(one.backend for one in self.curves()))

    def loss_name(self, dataset: str) -> tuple[str, str]:
        """Tell what a dataset's loss is, and its unit; "" where that is not known."""
        return self.metrics(dataset)["loss"]

    def in_their_words(self, text: str) -> str:
        """Call what others have counted and measured by its name."""
        if self.study.trains:
            return text
        named = self.losses.named.values()
        scored, shares = all("score" in one for one in named), any("shares" in one for one in named)
        return in_their_words(text, self.losses.facts["unit"], scored, shares)

    def metrics(self, dataset: str) -> dict[str, tuple[str, str]]:
        """Tell what is known of a dataset's network after every epoch: by metric, label and unit."""
        found = self.losses.metrics_of(dataset)
        return {name: (label, self._in_own(dataset, unit)) for name, (label, unit) in found.items()}

    def _in_own(self, dataset: str, unit: str) -> str:
        """Write the target's unit as the study names it: `CHF²` for `target unit²`."""
        own = self.study.datasets.get(dataset, {}).get("unit")
        if own is None:
            return unit
        simple = own.isalpha() or unit == TARGET_UNIT
        return unit.replace(TARGET_UNIT, own if simple else f"({own})")


def with_unit(name: str, unit: str, joint: str = " ({})") -> str:
    """Name a quantity and its unit, if it has one: `loss (nats)`."""
    return f"{name}{joint.format(unit)}" if unit else name


def read_csv(path: Path) -> list[Row]:
    """Read a CSV file with a header; an empty cell is None, a number is a number."""
    with path.open(encoding="utf-8", newline="") as file:
        return [
            {name: as_value(text) for name, text in row.items()} for row in csv.DictReader(file)
        ]


def rank(row: Row) -> tuple[bool, float]:
    """Order rows of `best_epoch`; see `minima.rank`."""
    lost = row.get("diverged_runs") == row.get("runs", -1)
    return minima.rank(lost, row.get("validation_loss"))


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
