"""What fastai's callback `CSVLogger` writes."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from epochwise.api import Logged, hookimpl, read_table, take_losses

NOTE = (
    "fastai's training losses are smoothed over the batches (0.98), so they lag behind the network"
)


@hookimpl
def register_curves(register: Callable[..., None]) -> None:
    """Announce the reader."""
    register("fastai", read, recognises=recognises)


def recognises(path: Path, head: bytes) -> float:
    """Tell the file by its header."""
    header = head.partition(b"\n")[0].strip()
    known = header.startswith(b"epoch,train_loss,valid_loss") and header.endswith(b",time")
    return 0.9 if known else 0.0


def read(path: Path, **columns: Any) -> Logged:
    """Read the file; epochs are counted from 0. The options are those of the reader `table`."""
    return take_losses(read_table(path), columns, "epoch", 0, [NOTE])
