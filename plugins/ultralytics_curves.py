"""What Ultralytics writes as `results.csv`: a loss in parts, summed here."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from epochwise.api import Logged, hookimpl, read_table, take_losses

NOTE = "training losses are averaged over the epoch while it trained, with augmented pictures"
ZERO = "a validation loss of 0 is that of an epoch without validation (val=False): it was left out"
STILL = (
    "some validation losses repeat the line before, as where an epoch was not validated (val=False)"
)


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
    found = take_losses(table, asked, "epoch", 1, [NOTE])
    table_of_losses, notes = validated(dict(found.table))
    return replace(found, table=table_of_losses, notes=[*found.notes, *notes])


def parts(names: Iterable[str], start: str) -> list[str] | None:
    """List the parts of a loss: box, class and distribution for a detector."""
    return [name for name in names if name.startswith(start) and name.endswith("loss")] or None


def validated(columns: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Leave out the zeros of epochs without validation; warn of losses that stand still, as they may then too."""
    losses = columns.get("validation_loss", np.empty(0))
    columns = (
        columns | {"validation_loss": np.where(losses == 0, np.nan, losses)}
        if len(losses)
        else columns
    )
    notes = [ZERO] if (losses == 0).any() else []
    return columns, [*notes, STILL] if (np.diff(losses[losses != 0]) == 0).any() else notes
