"""A loss history of one's own: a CSV, TSV, JSON Lines or Parquet file whose columns are named plainly."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from epochwise.api import Logged, hookimpl, read_table, take_losses

SUFFIXES = (".csv", ".tsv", ".jsonl", ".ndjson", ".parquet")
OTHERS = (".txt", ".log", ".json")  # these may be anything


@hookimpl
def register_curves(register: Callable[..., None]) -> None:
    """Announce the reader."""
    register("table", read, recognises=recognises)


def recognises(path: Path, head: bytes) -> float:
    """Tell whether it may be a table; any reader that knows its tool is surer."""
    if path.suffix.lower() in SUFFIXES:
        return 0.2
    text = head.lstrip()
    first = text.lower() if text.startswith(b"[") else text.partition(b"\n")[0].lower()
    likely = b"loss" in first and any(mark in first for mark in (b",", b"\t", b";"))
    return 0.1 if path.suffix.lower() in OTHERS and likely else 0.0


def read(path: Path, **columns: Any) -> Logged:
    """Read a table.

    Parameters
    ----------
    columns : which is which, where the names do not say it: `epoch`, `train_loss`,
        `validation_loss`, `test_loss` (a name, a list of names to be summed, or False for none) and
        `run`.
    """
    return take_losses(read_table(path), columns)
