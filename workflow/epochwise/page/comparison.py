"""The studies of a gallery beside each other: a line for each dataset's best point."""

from collections.abc import Sequence
from dataclasses import dataclass

from epochwise.tables.results import Row, Tables, rank, with_unit
from epochwise.tables.written import best, measure, number


@dataclass(frozen=True)
class Line:
    """What a reader compares; "" for what is not known.

    Parameters
    ----------
    last : epochs trained.
    metric : what the loss is, and in which unit.
    """

    dataset: str
    point: str
    best_epoch: str
    last: str
    loss: str
    baseline: str
    metric: str


def lines(tables: Tables) -> list[Line]:
    """Give a line for each dataset of a study, of the point with the lowest validation loss."""
    leaders: dict[str, Row] = {}
    for row in sorted(tables.rows("best_epoch"), key=rank):
        leaders.setdefault(row["dataset"], row)
    return [line_of(tables, leaders.get(name) or {}, name) for name in tables.study.datasets]


def line_of(tables: Tables, row: Row, dataset: str) -> Line:
    """Write one line; nothing is known of a study without answers."""
    if not row or rank(row)[0] or row["best_epoch"] is None:
        return Line(dataset, "", "", "", "every run diverged" if row else "", "", "")
    return Line(
        dataset,
        point_of(row, tables.swept),
        best(row),
        f"{row['last_epoch']:,}",
        measure(row, "validation_loss"),
        number(row["baseline_loss"]),
        with_unit(*tables.loss_name(dataset), ", {}"),
    )


def point_of(row: Row, swept: Sequence[str]) -> str:
    """Name a row's point, by its own name where it has one."""
    keys = ["point"] if "point" in swept else swept
    return ", ".join(str(row[k]) if k == "point" else f"{k}={row[k]}" for k in keys)
