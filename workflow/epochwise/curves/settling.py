"""From the rows of a file to its runs: told apart, in order, and numbered from the first epoch trained."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from epochwise.arrays import Array, Bools, Floats, Ints
from epochwise.curves.histories import LOSSES, Run
from epochwise.curves.joining import join_series
from epochwise.errors import CurvesError

RESTARTS = {  # what it may mean that epochs go backwards, and what is then done
    "new_run": "another training was appended to the file",
    "continue": "the same network trained on, counted from the start",
    "replace": "it was resumed from a checkpoint, so that later lines replace earlier ones",
}
LARGEST = 2.0**52  # what an epoch can be: beyond, a float is no longer sure of the next
Rows = Mapping[str, Array]


@dataclass(frozen=True)
class Numbering:
    """How a file counts: the number of its first epoch, and what is said of it."""

    first_epoch: int
    note: str = ""
    guesses: Mapping[str, str] = field(default_factory=dict)


def split(
    columns: Rows, path: Any, restarts: str | None, first_epoch: int | None = None
) -> dict[str, Rows]:
    """Tell the runs of a file apart, each with strictly increasing epochs, numbered as in the file.

    Parameters
    ----------
    restarts : one of `RESTARTS`, or None: it is an error then if epochs go backwards.
    first_epoch : what is known of it: see `numbering`.

    Raises
    ------
    CurvesError
        Epochs go backwards or repeat, one is missing or cannot be; names the line.
    """
    parts: dict[str, Rows] = {}
    for name, own in _by_name(columns.get("run", np.full(len(columns["epoch"]), "", object))):
        rows = _counted(select(columns, own), path)
        for number, part in enumerate(_between_restarts(rows, path, restarts, first_epoch), 1):
            later = f"{name} #{number}" if name else str(number)
            parts[later if number > 1 else name] = part
    parts = {name: rows for name, rows in parts.items() if _measured(rows).any()}
    return parts if len(parts) == 1 else {(name or "1"): rows for name, rows in parts.items()}


def _by_name(names: Array) -> Iterator[tuple[str, Ints]]:
    """Yield each run's name and the rows that have it, in the order of the file."""
    codes: dict[str, int] = {}
    coded = np.array([codes.setdefault(name, len(codes)) for name in names])
    rows = np.split(np.argsort(coded, kind="stable"), np.cumsum(np.bincount(coded))[:-1])
    yield from zip(codes, rows, strict=True)


def _measured(rows: Rows) -> Bools:
    """Tell which rows have a loss, (rows,)."""
    return np.asarray(~np.all([np.isnan(rows[name]) for name in LOSSES if name in rows], axis=0))


def select(columns: Rows, rows: Bools | Ints) -> dict[str, Array]:
    """Keep some rows."""
    return {name: column[rows] for name, column in columns.items() if name != "run"}


def place(rows: Rows, row: int) -> str:
    """Say where a row stands: its line where the reader knows it."""
    return f"line {int(rows['line'][row])}" if "line" in rows else f"row {row + 1}"


def _counted(rows: Rows, path: Any) -> Rows:
    """Leave out rows without an epoch; refuse them if they have a loss."""
    known = np.abs(rows["epoch"]) < LARGEST
    bad = np.flatnonzero(_measured(rows) & ~known)
    if len(bad):
        raise CurvesError(
            f"{path}: {place(rows, bad[0])} has a loss and no epoch that could be one; give it the number of "
            "passes over the training rows, or leave the line out."
        )
    return select(rows, known)


def _between_restarts(
    rows: Rows, path: Any, restarts: str | None, first_epoch: int | None
) -> Iterator[Rows]:
    """Yield the runs that rows in the order of the file are, merged where an epoch has two lines."""
    if restarts == "replace":
        yield _last_of_each(rows)
        return
    rows = _merged(rows, path)
    back = np.flatnonzero(np.diff(rows["epoch"]) < 0) + 1
    if not len(back):
        yield rows
    elif restarts == "continue":
        yield _last_of_each({**rows, "epoch": _counting_on(rows["epoch"], back, first_epoch)})
    elif restarts == "new_run":
        for start, end in zip([0, *back], [*back, len(rows["epoch"])], strict=True):
            yield {name: column[start:end] for name, column in rows.items()}
    else:
        epochs = rows["epoch"][back[0] - 1 : back[0] + 1]
        meanings = "; ".join(f"restarts: {word} ({meaning})" for word, meaning in RESTARTS.items())
        raise CurvesError(
            f"{path}: epochs go backwards at {place(rows, back[0])}, from {epochs[0]:g} to {epochs[1]:g}; name the "
            f"column that tells the runs apart (run: NAME), or say what this is: {meanings}."
        )


def _last_of_each(rows: Rows) -> Rows:
    """Let later lines replace earlier ones: what lies beyond the epoch of a later line is undone."""
    later = np.minimum.accumulate(rows["epoch"][::-1])[::-1]
    kept = select(rows, np.append(rows["epoch"][:-1] <= later[1:], True))
    epochs = kept.pop("epoch")
    there = {name: ~np.isnan(column) for name, column in kept.items()}
    return join_series({name: (epochs[there[name]], kept[name][there[name]]) for name in kept})


def _counting_on(epochs: Floats, back: Array, first_epoch: int | None) -> Floats:
    """Count on where a file begins again to count: from the passes that are done by then."""
    base = first_epoch if first_epoch is not None else int(epochs[0] != 0)
    counted = epochs.copy()
    for start in back:
        counted[start:] = epochs[start:] + counted[start - 1] + 1 - base
    return counted


def _merged(rows: Rows, path: Any) -> Rows:
    """Make one row of neighbours that share an epoch, where each loss stands in one of them alone."""
    starts = np.flatnonzero(np.diff(rows["epoch"], prepend=np.nan) != 0)
    if len(starts) == len(rows["epoch"]):
        return rows
    ends = np.append(starts[1:], len(rows["epoch"])) - 1
    merged = {name: column[ends] for name, column in rows.items()}
    for name in set(LOSSES) & set(rows):
        there = ~np.isnan(rows[name])
        twice = np.flatnonzero(np.add.reduceat(there.astype(int), starts) > 1)
        if len(twice):
            _refuse_second_value(rows, path, name, np.flatnonzero(there), int(starts[twice[0]]))
        sums = np.add.reduceat(np.where(there, rows[name], 0.0), starts)
        merged[name] = np.where(np.maximum.reduceat(there, starts), sums, np.nan)
    return merged


def _refuse_second_value(rows: Rows, path: Any, name: str, there: Array, start: int) -> None:
    first, second = there[np.searchsorted(there, start) :][:2]
    raise CurvesError(
        f"{path}: epoch {rows['epoch'][start]:g} has two values of {name}, in {place(rows, first)} and "
        f"{place(rows, second)}; name the column that tells the runs apart (run: NAME), or say that the last "
        "counts: restarts: replace."
    )


def numbering(runs: Mapping[str, Rows], told: int | None, unit: str) -> Numbering:
    """Settle which number the first epoch trained has in a file, 0 or 1.

    Parameters
    ----------
    told : by the user, or by the reader, who knows its tool; else it is guessed.
    """
    least = min(float(rows["epoch"][0]) for rows in runs.values())
    shifted = f"{unit}s are counted from 0: 0 was read as {unit} 1"
    if told is not None:
        return Numbering(told, shifted if told == 0 else "")
    if least != 0 or any(_has_fractions(rows["epoch"]) for rows in runs.values()):
        return Numbering(1)
    if any(_is_untrained(rows) for rows in runs.values()):
        return Numbering(1, f"{unit} 0 is the untrained network")
    if unit != "epoch" and any((np.diff(rows["epoch"]) > 1).any() for rows in runs.values()):
        guess = f"{unit} 0 was taken for the untrained network; first_epoch: 0 says otherwise"
        return Numbering(1, guesses={"first_epoch": guess})
    guess = f"{shifted}; first_epoch: 1 says that 0 is the untrained network"
    return Numbering(0, guesses={"first_epoch": guess})


def _has_fractions(epochs: Floats) -> bool:
    return bool((epochs % 1).any())


def _is_untrained(rows: Rows) -> bool:
    """Tell whether the row of epoch 0 comes before any training: no update yet, or no training loss."""
    if "iteration" in rows and len(rows["epoch"]) > 1:
        return bool(rows["iteration"][0] == 0)
    train = rows.get("train_loss", np.zeros(1))
    return bool(np.isnan(train[0]) and not np.isnan(train[1:]).all())


def as_run(name: str, rows: Rows, first_epoch: int, path: Any) -> Run:
    """Make a run of rows: its epochs numbered from 1, whole where the file's are.

    Raises
    ------
    CurvesError
        An epoch before 0, the untrained network.
    """
    epochs = rows["epoch"] + (1 - first_epoch)
    if epochs[0] < 0:
        raise CurvesError(
            f"{path}: {place(rows, 0)} has the epoch {rows['epoch'][0]:g}; the least that there can be is 0, "
            "the untrained network."
        )
    whole = epochs if _has_fractions(epochs) else epochs.astype(np.int64)
    columns = {key: column for key, column in rows.items() if key not in ("epoch", "line")}
    return Run(name, whole, columns)
