"""What Weights & Biases exports of a chart: a column for each run, `seed-0 - val_loss`."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from epochwise.api import CurvesError, Logged, WrittenTable, hookimpl, read_table, take_losses

BETWEEN = " - "
BOUNDS = ("__MIN", "__MAX")  # of the values that a point of a sampled chart stands for
NOTE = "a chart's export may leave out points; the export of the run's history has all"


@hookimpl
def register_curves(register: Callable[..., None]) -> None:
    """Announce the reader."""
    register("wandb", read, recognises=recognises)


def recognises(path: Path, head: bytes) -> float:
    """Tell the file by the bounds beside each column of its header."""
    header = head.partition(b"\n")[0]
    return 0.9 if b"__MIN" in header and b" - " in header else 0.0


def read(path: Path, **columns: Any) -> Logged:
    """Read the file.

    Parameters
    ----------
    columns : as with the reader `table`; the losses by their names without those of the runs, and
        `epoch`: the first column, if nothing else is said.
    """
    table = read_table(path)
    counter = str(columns.pop("epoch", None) or next(iter(table.columns)))
    table.cells(counter)  # refuses an unknown name
    names = [name for name in table.columns if name != counter and not name.endswith(BOUNDS)]
    runs = list(dict.fromkeys(name.rpartition(BETWEEN)[0] for name in names))
    if not all(runs) or not runs:
        raise CurvesError(
            f"{path}: has columns without a run's name, such as {names[0] if names else counter!r}; if it is no "
            "export of a chart, name another reader: table."
        )
    long = stacked(table, counter, runs, names)
    return take_losses(
        long, {"epoch": counter, "run": "run"} | columns, unit_of(counter), None, [NOTE]
    )


def unit_of(counter: str) -> str:
    """Tell what the first column counts."""
    return "epoch" if "epoch" in counter.lower() else "step"


def stacked(table: WrittenTable, counter: str, runs: list[str], names: list[str]) -> WrittenTable:
    """Put the runs below each other; a row where a run has nothing is none of it."""
    metrics = list(dict.fromkeys(name.rpartition(BETWEEN)[2] for name in names))
    columns: dict[str, list[Any]] = {key: [] for key in (counter, "run", *metrics)}
    lines: list[int] = []
    empty = [""] * len(table.lines)
    for run in runs:
        cells = [table.columns.get(run + BETWEEN + metric, empty) for metric in metrics]
        rows = [n for n, row in enumerate(zip(*cells, strict=True)) if any(row)]
        columns[counter] += [table.columns[counter][n] for n in rows]
        columns["run"] += [run] * len(rows)
        for metric, column in zip(metrics, cells, strict=True):
            columns[metric] += [column[n] for n in rows]
        lines += np.asarray(table.lines)[rows].tolist()
    return WrittenTable(table.path, columns, lines, table.notes)
