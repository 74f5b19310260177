"""What Ultralytics writes as `results.csv`: a loss in parts, summed here."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np

from epochwise.api import Logged, WrittenTable, hookimpl, read_table, take_losses

NOTE = "training losses are averaged over the epoch while it trained, with augmented pictures"


@hookimpl
def register_curves(register: Callable[..., None]) -> None:
    """Announce the reader."""
    register("ultralytics", read, recognises=recognises)


def recognises(path: Path, head: bytes) -> float:
    """Tell the file by its header, which older versions padded with spaces."""
    names = [name.strip() for name in head.partition(b"\n")[0].split(b",")]
    parts = [name for name in names if name.startswith(b"val/") and name.endswith(b"loss")]
    return 0.9 if names[0] == b"epoch" and parts else 0.0


def read(path: Path, **columns: Any) -> Logged:
    """Read the file; epochs are counted from 1. The options are those of the reader `table`."""
    table = read_table(path)
    asked = {"train_loss": parts(table.columns, "train/")} | columns
    asked = {"validation_loss": parts(table.columns, "val/")} | asked
    notes = [NOTE, *repeated(table, asked["validation_loss"])]
    return take_losses(table, asked, "epoch", 1, notes)


def parts(names: Iterable[str], start: str) -> list[str] | None:
    """List the parts of a loss: box, class and distribution for a detector."""
    return [name for name in names if name.startswith(start) and name.endswith("loss")] or None


def repeated(table: WrittenTable, names: Any) -> list[str]:
    """Warn of validation losses that stand still: without validation the last is written again, or 0."""
    first = table.numbers(names[0]) if isinstance(names, list) and names else np.empty(0)
    if len(first) < 2 or (np.diff(first) != 0).all():
        return []
    return [
        "some validation losses repeat the line before, as where an epoch was not validated (val=False)"
    ]
