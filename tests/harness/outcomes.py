"""What a fault led to."""

import re
from collections.abc import Callable
from dataclasses import dataclass

AT_ONCE = "same bytes at once"
AFTER = "a sentence, then same bytes by the same command"
TOLD = "told, nothing wrong made"
RESUMED = "killed without a word, then same bytes by the same command"
UNREAD = "damage in a file that no job read, named by `epochwise verify`; all else the same bytes"
GOOD = (AT_ONCE, AFTER, TOLD, RESUMED, UNREAD)

WRONG = "WRONG"  # other bytes, and an exit status of 0
TRACEBACK = "TRACEBACK"
SILENT = "SILENT"  # it failed, and no sentence says why
STUCK = "STUCK"  # the same command fails again and again
HANG = "HANG"

TRIES = 3  # of the same command, after the fault is over
SENTENCE = re.compile(
    r"^epochwise: \S.*[.?]$|^WorkflowError[^\n]*:\n\S.*[.?]$|^Stopped\. What is finished is kept",
    re.MULTILINE,
)


@dataclass(frozen=True)
class Ran:
    """One run of a command.

    Parameters
    ----------
    status : its exit status; None where it did not end in time.
    said : all that it said.
    """

    status: int | None
    said: str


@dataclass(frozen=True)
class Outcome:
    """What a fault led to.

    Parameters
    ----------
    word : one of those above.
    runs : all runs from the fault on.
    other : the files that are other than they should be.
    """

    word: str
    runs: list[Ran]
    other: list[str]

    @property
    def good(self) -> bool:
        return self.word in GOOD

    def details(self) -> str:
        """Say all, for whoever is to mend it."""
        runs = "\n".join(f"--- exit status {ran.status}\n{ran.said}" for ran in self.runs)
        return f"{self.word}\nother: {self.other}\n{runs}"


def settle(
    first: Ran, again: Callable[[], Ran], other: Callable[[], list[str]], mute: bool = False
) -> Outcome:
    """Type the same command again until it ends well, and compare what it made.

    Parameters
    ----------
    first : the run that met the fault.
    again : types the same command again; the fault is over.
    other : lists the files that are other than they should be.
    mute : whether the first run was killed, and could say nothing.
    """
    runs = [first]
    while (word := fault_of(runs[-1], mute and len(runs) == 1)) is None:
        if runs[-1].status == 0:
            wrong = other()
            wordless = mute and len(runs) == 2 and not SENTENCE.search(first.said)
            well = AT_ONCE if len(runs) == 1 else RESUMED if wordless else AFTER
            return Outcome(WRONG if wrong else well, runs, wrong)
        if len(runs) == TRIES:
            return Outcome(STUCK, runs, [])
        runs.append(again())
    return Outcome(word, runs, [])


def refused(first: Ran, other: Callable[[], list[str]]) -> Outcome:
    """Judge a run that was to be refused, and to leave all as it was."""
    word = fault_of(first, False) or (STUCK if first.status == 0 else TOLD)
    wrong = other()
    return Outcome(WRONG if wrong else word, [first], wrong)


def fault_of(ran: Ran, mute: bool) -> str | None:
    """Say what is wrong with how a run ended, whatever it made."""
    if ran.status is None:
        return HANG
    if "Traceback" in ran.said:
        return TRACEBACK
    if ran.status != 0 and not mute and not SENTENCE.search(ran.said):
        return SILENT
    return None
