"""Where faults are tried: fresh runs to compare with, copies to spoil, and what came of it."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from random import Random

from conftest import Clone
from harness.outcomes import Outcome, Ran, refused, settle
from harness.small_study import TABLES, Small

Change = Callable[[Small], object]
Point = tuple[str, Callable[[], Outcome]]  # what is done, and does it
Points = Callable[["Lab", Random], Iterator[Point]]


@dataclass(frozen=True)
class Fault:
    """A kind of fault.

    Parameters
    ----------
    name : by which it is chosen.
    does : what it does, for a table.
    points : gives places and moments at which it is done, drawn at random.
    """

    name: str
    does: str
    points: Points


def unchanged(small: Small) -> None:
    """Change nothing."""


class Lab:
    """A folder in which small studies are run.

    Parameters
    ----------
    folder : empty.
    """

    def __init__(self, folder: Path) -> None:
        self.folder, self.numbers = folder, count()
        self.origin = Clone(folder / "origin").folder  # as it is now, whatever is edited meanwhile
        self._done: dict[tuple[str, bool], Small] = {}

    def place(self) -> Path:
        """Give a folder that is not there yet."""
        return self.folder / f"clone {next(self.numbers)}"

    def new(self) -> Small:
        """Make a small study that has not run."""
        return Small.make(self.place(), self.origin)

    def done(self, change: Change = unchanged, whole: bool = False) -> Small:
        """Give a small study that has run, not to be changed.

        Parameters
        ----------
        change : what is other than in the small study as it is.
        whole : whether figures and page are made as well.
        """
        key = (change.__name__, whole)
        if key not in self._done:
            small = self.new()
            change(small)
            ran = small.run(*self.asked(whole))
            if ran.status != 0:
                raise RuntimeError(f"a run without any fault fails:\n{ran.said}")
            self._done[key] = small
        return self._done[key]

    def ready(self, change: Change = unchanged, whole: bool = False) -> Small:
        """Copy one that has run."""
        return self.done(change, whole).copy(self.place())

    @staticmethod
    def asked(whole: bool) -> Sequence[str]:
        """Give what is asked of the command."""
        return () if whole else TABLES

    def others(
        self, small: Small, change: Change = unchanged, whole: bool = False, work: bool = True
    ) -> list[str]:
        """List the files that are other than those of a fresh run.

        Parameters
        ----------
        work : whether what jobs hand each other is compared: how training is cut into jobs
            may differ from a fresh run's.
        """
        made, inner = small.contents(), ("work/", "records/", "manifest.json", "report.html")
        return [
            name
            for name, digest in self.done(change, whole).contents().items()
            if made.get(name) != digest and (work or not name.startswith(inner))
        ]

    def settle(
        self,
        small: Small,
        first: Ran | None = None,
        change: Change = unchanged,
        whole: bool = False,
        mute: bool = False,
        work: bool = True,
    ) -> Outcome:
        """Type the command until it ends well and compare; see `outcomes.settle`."""

        def run() -> Ran:
            return small.run(*self.asked(whole))

        outcome = settle(first or run(), run, lambda: self.others(small, change, whole, work), mute)
        return self.finish(small, outcome)

    def refused(self, small: Small, first: Ran, whole: bool = False) -> Outcome:
        """Judge a run that was to be refused, and to leave all as it was."""
        return self.finish(small, refused(first, lambda: self.others(small, whole=whole)))

    def finish(self, small: Small, outcome: Outcome) -> Outcome:
        """Keep what is at fault; remove the rest."""
        if outcome.good:
            small.remove()
        else:
            (small.folder / "outcome.txt").write_text(outcome.details(), encoding="utf-8")
            print(f"  kept: {small.folder}/outcome.txt", flush=True)
        return outcome

    def close(self) -> None:
        """Remove what fresh runs have made."""
        for folder in [self.origin, *(small.folder for small in self._done.values())]:
            shutil.rmtree(folder, ignore_errors=True)
