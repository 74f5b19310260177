"""What Keras's callback `CSVLogger` writes."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from epochwise.api import CurvesError, Logged, hookimpl, read_table, several, take_losses

NOTE = (
    "Keras's training losses are averaged over the epoch while it trains, with dropout on; its validation "
    "losses are measured at the end"
)


@hookimpl
def register_curves(register: Callable[..., None]) -> None:
    """Announce the reader."""
    register("keras", read, recognises=recognises)


def recognises(path: Path, head: bytes) -> float:
    """Tell the file by its header, `epoch` and then the metrics in order, and by its first epoch, 0."""
    header, _, rows = head.decode("utf-8", "replace").partition("\n")
    first, *metrics = header.strip().split(",")
    plain = [name for name in metrics if not name.startswith("val_")]
    ordered = plain == sorted(plain) and "loss" in plain
    return 0.8 if first == "epoch" and ordered and rows.startswith("0,") else 0.0


def read(path: Path, **columns: Any) -> Logged:
    """Read the file; epochs are counted from 0. The options are those of the reader `table`."""
    table = read_table(path)
    if "train_loss" not in columns and "loss" not in table.columns:
        raise CurvesError(
            f"{path}: has no column 'loss', which Keras's CSVLogger writes; if it is another's file, leave the reader "
            f"out, else say which is the training loss (train_loss: NAME). The columns are: {several(table.columns)}."
        )
    return take_losses(table, {"train_loss": "loss"} | columns, "epoch", 0, [NOTE])
