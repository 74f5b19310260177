"""Checkpoints: what a job has reached within its segment, kept every few seconds.

A job that is stopped, killed or preempted loses a few seconds, whatever the data and the machine:
the next one goes on from there, to the same bytes, since going on changes nothing. A checkpoint is
used only by a job of the same making; when the segment is whole, it is removed.
"""

import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import numpy as np

from epochwise.arrays import Array
from epochwise.errors import DataError
from epochwise.training import states
from epochwise.training.contract import State, Trainer

SECONDS = 10.0  # between two checkpoints, at least
SHARE = 0.02  # of a job's time, at most, goes into them


@dataclass
class Reached:
    """How far a job had come.

    Parameters
    ----------
    epoch : epochs passed.
    curves : (epochs, seeds, columns) losses from the start of the segment on.
    going : (seeds,) bool, which runs have not diverged.
    state : the trainer's.
    """

    epoch: int
    curves: Array
    going: Array
    state: State


class Checkpoint:
    """The checkpoint of one segment.

    Parameters
    ----------
    path : its file.
    made_from : a digest of all that the job's results follow from.
    log : is told where a checkpoint could not be kept; training goes on all the same.
    """

    def __init__(self, path: str | Path, made_from: str, log: TextIO) -> None:
        self.path, self.made_from, self.log = Path(path), made_from, log
        self.before: list[Array] = []  # the curves that earlier jobs left
        self.due = time.monotonic() + SECONDS
        self.whole_due: float | None = None

    @property
    def of_several(self) -> bool:
        """Whether it is of one cell of several that a job trains."""
        return self.whole_due is not None

    def load(self) -> Reached | None:
        """Give what a job of the same making had reached; None where there is nothing to go on from."""
        try:
            kept = states.load(self.path) if self.path.is_file() else {}
            if str(kept.pop("made_from", "")) != self.made_from:
                return None
            epoch, curves, going = (kept.pop(name) for name in ("epoch", "curves", "going"))
        except (DataError, KeyError) as error:
            self._say(f"the checkpoint {self.path} is damaged and not used ({error})")
            return None
        self.before = [curves]
        state = {name.removeprefix("state."): values for name, values in kept.items()}
        return Reached(int(epoch), curves, going, state)

    def keep(self, trainer: Trainer, epoch: int, curves: Array, going: Array) -> None:
        """Write a checkpoint if it is time; `curves` are those of this job."""
        began = time.monotonic()
        if began < self.due:
            return
        reached = {"epoch": np.array(epoch), "going": going, "made_from": np.array(self.made_from)}
        reached["curves"] = np.concatenate([*self.before, curves])
        state = {f"state.{name}": values for name, values in trainer.state().items()}
        try:
            states.save(self.path, reached | state)
        except OSError as error:
            self._say(f"no checkpoint was kept at epoch {epoch} ({error}); training goes on")
        ended = time.monotonic()
        self.due = ended + max(SECONDS, (ended - began) / SHARE)

    def keep_whole(self, trainer: Trainer, epoch: int, curves: Array, going: Array) -> None:
        """Keep one of several cells that is finished, once its job has run for ten seconds."""
        if self.whole_due is not None:
            self.due = self.whole_due
            self.keep(trainer, epoch, curves, going)

    def remove(self) -> None:
        """Remove it: the segment is whole."""
        with suppress(OSError):
            self.path.unlink(missing_ok=True)

    def _say(self, words: str) -> None:
        with suppress(OSError, ValueError):
            self.log.write(f"{words}\n")


def checkpoints_of(state: str | Path, cells: int, made_from: str, log: TextIO) -> list[Checkpoint]:
    """Give the checkpoint of each cell of a job that is to leave the file of a state."""
    if cells == 1:
        return [Checkpoint(path_of(state), made_from, log)]
    began, stem = time.monotonic(), path_of(state)
    kept = [
        Checkpoint(stem.with_stem(f"{stem.stem}-{cell}"), made_from, log) for cell in range(cells)
    ]
    for one in kept:
        one.whole_due = began + SECONDS
    return kept


def path_of(state: str | Path) -> Path:
    """Give the file of the checkpoint within a segment that ends in the file of a state."""
    return Path(state).with_suffix(".checkpoint.npz")


def epoch_of(path: Path) -> int | None:
    """Give the epoch of a checkpoint; None where there is none."""
    with suppress(DataError):
        if path.is_file():
            return int(states.load(path, ["epoch"])["epoch"])
    return None
