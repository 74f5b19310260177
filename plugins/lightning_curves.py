"""What Lightning's `CSVLogger` writes as `metrics.csv`: training and validation of an epoch on different lines."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from epochwise.api import (
    Array,
    Bools,
    CurvesError,
    Logged,
    WrittenTable,
    hookimpl,
    join_series,
    read_table,
    take_losses,
    within_training,
    words_of,
)

FILE = "metrics.csv"
HEAD = 4096  # bytes of its header
LAST = "an epoch has several lines: of each column its last value was taken"


@hookimpl
def register_curves(register: Callable[..., None]) -> None:
    """Announce the reader."""
    register("lightning", read, recognises=recognises)


def recognises(path: Path, head: bytes) -> float:
    """Tell the file, or the one in its folder, by its header: it has both an epoch and a step."""
    if path.is_dir():
        return 0.9 if _is_one(path / FILE) else 0.0
    return 0.7 if path.suffix == ".csv" and _names_both(head) else 0.0


def _is_one(file: Path) -> bool:
    if not file.is_file():
        return False
    with file.open("rb") as opened:
        return _names_both(opened.readline(HEAD))


def _names_both(head: bytes) -> bool:
    names = head.partition(b"\n")[0].strip().split(b",")
    return {b"epoch", b"step"} <= set(names)


def read(path: Path, **columns: Any) -> Logged:
    """Read the file, or that of a folder `version_0`; epochs are counted from 0.

    The options are those of the reader `table`.
    """
    table = read_table(path / FILE if path.is_dir() else path)
    for name in ("epoch", "step"):
        if name not in table.columns:
            raise CurvesError(f"{path}: has no column {name!r}; was it written by a Trainer?")
    if columns.get("run") is not None:
        raise CurvesError(f"{path}: run: such a file is of one run; leave the option out.")
    found = take_losses(table, columns, "epoch", 0)
    rows = {name: np.asarray(column) for name, column in found.table.items()}
    rows |= {"step": table.numbers("step"), "training": training(table, found.taken)}
    rows = select(rows, ~np.isnan(rows["epoch"]))  # a callback may log without one
    steps, trained = rows.pop("step"), rows.pop("training")
    epochs, within, notes = within_training(rows["epoch"], steps, trained)
    rows = select(rows | {"epoch": epochs}, within)
    return replace(found, table=last_of_each_epoch(rows), notes=[LAST, *found.notes, *notes])


def select(rows: Mapping[str, Array], kept: Bools) -> dict[str, Array]:
    """Keep some rows."""
    return {name: column[kept] for name, column in rows.items()}


def training(table: WrittenTable, taken: Mapping[str, str]) -> Bools:
    """Tell which lines were logged by the training: some column of it has a value, (rows,)."""
    names = [name for name in table.columns if {"train", "training"} & set(words_of(name))]
    names += [taken["train_loss"]] if taken.get("train_loss") in table.columns else []
    values = [table.numbers(name) for name in names] or [np.full(len(table.lines), np.nan)]
    return np.asarray(~np.isnan(values).all(axis=0))


def last_of_each_epoch(rows: Mapping[str, Array]) -> dict[str, Array]:
    """Give one row to each epoch: of each column the last value."""
    columns = {name: column for name, column in rows.items() if name != "epoch"}
    there = {name: ~np.isnan(column) & ~np.isnan(rows["epoch"]) for name, column in columns.items()}
    return join_series(
        {name: (rows["epoch"][kept], columns[name][kept]) for name, kept in there.items()}
    )
