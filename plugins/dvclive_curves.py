"""What DVCLive writes: a file of its own for each metric, `plots/metrics/train/loss.tsv`."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from epochwise.api import (
    CurvesError,
    Floats,
    Logged,
    WrittenTable,
    hookimpl,
    join_series,
    read_table,
    take_losses,
)

SETS = ("train", "training", "val", "valid", "validation", "eval", "dev", "test")


@hookimpl
def register_curves(register: Callable[..., None]) -> None:
    """Announce the reader."""
    register("dvclive", read, recognises=recognises)


def recognises(path: Path, head: bytes) -> float:
    """Tell a file by its header and a folder by such files."""
    if path.is_dir():
        return 0.8 if metrics_folder(path) else 0.0
    return 0.8 if path.suffix == ".tsv" and head.startswith(b"step\t") else 0.0


def metrics_folder(path: Path) -> Path | None:
    """Find where the files of the metrics are, in the folder of DVCLive or below it."""
    for folder in (path / "plots" / "metrics", path / "dvclive" / "plots" / "metrics", path):
        if any(is_metric(file) for file in [*folder.glob("*.tsv"), *folder.glob("*/*.tsv")]):
            return folder
    return None


def is_metric(file: Path) -> bool:
    """Tell a metric's file by its first line."""
    if not file.is_file():
        return False
    with file.open("rb") as opened:
        return opened.readline().startswith(b"step\t")


def read(path: Path, **columns: Any) -> Logged:
    """Read a folder, or all that lies beside one of its files; steps are counted from 0.

    The options are those of the reader `table`, the names those of the files: `train/loss`.
    """
    root = metrics_folder(path) if path.is_dir() else folder_of(path)
    if root is None:
        raise CurvesError(f"{path}: has no metrics of DVCLive; give the folder that it writes.")
    files = sorted(file for file in root.rglob("*.tsv") if is_metric(file))
    tables = {name_of(root, file): read_table(file) for file in files}
    joined = join_series(
        {name: columns_of(one) for name, one in tables.items() if has_numbers(one)}
    )
    steps = joined.pop("epoch")
    table = WrittenTable(path, {"step": steps} | joined, range(1, len(steps) + 1))
    found = take_losses(table, columns, "step", 0)
    del found.table["line"]  # each metric has lines of its own
    return found


def folder_of(file: Path) -> Path | None:
    """Give the folder that a metric's name begins in: the one above that of the set, `train`."""
    if not is_metric(file):
        return None
    return file.parent.parent if file.parent.name in SETS else file.parent


def name_of(root: Path, file: Path) -> str:
    """Name a metric as it was logged: `train/loss`."""
    return file.relative_to(root).with_suffix("").as_posix()


def has_numbers(table: WrittenTable) -> bool:
    """Tell metrics of numbers from those of texts."""
    try:
        return bool(table.columns) and float(list(table.columns.values())[-1][0]) is not None
    except ValueError:
        return False


def columns_of(table: WrittenTable) -> tuple[Floats, Floats]:
    """Give steps and values of a metric, both (values,)."""
    values = table.numbers(list(table.columns)[-1])
    there = ~np.isnan(values)
    return table.numbers("step")[there], values[there]
