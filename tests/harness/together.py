"""Two runs at once."""

import os
from collections.abc import Iterator
from functools import partial
from random import Random

from harness.edits import let_go, wait_for_hold
from harness.lab import Fault, Lab, Point
from harness.outcomes import AT_ONCE, TOLD, WRONG, Outcome, refused, settle
from harness.small_study import Small


def second(lab: Lab, arguments: tuple[str, ...], shared: bool) -> Outcome:
    """Start a second run while a job of the first is held."""
    one = lab.new()
    other = clone_that_shares(lab, one) if shared else one
    (one.folder / "hold").write_text("0")
    running = one.start(*lab.asked(False))
    wait_for_hold(one, running)
    met = refused(other.run(*arguments, *lab.asked(False)), list)
    first = let_go(one, running)
    outcome = settle(first, lambda: first, lambda: lab.others(one))
    word = TOLD if (met.word, outcome.word) == (TOLD, AT_ONCE) else WRONG
    if other is not one:
        other.remove()
    return lab.finish(one, Outcome(word, [*met.runs, first], outcome.other))


def clone_that_shares(lab: Lab, one: Small) -> Small:
    other = lab.new()
    (one.folder / "results").mkdir(exist_ok=True)
    os.symlink(one.folder / "results", other.folder / "results")
    return other


def dry(lab: Lab) -> Outcome:
    """Ask what is to be done while a job is held: that is allowed."""
    one = lab.new()
    (one.folder / "hold").write_text("0")
    running = one.start(*lab.asked(False))
    wait_for_hold(one, running)
    looked = one.run("--dry-run", *lab.asked(False))
    first = let_go(one, running)
    outcome = settle(first, lambda: first, lambda: lab.others(one))
    word = outcome.word if looked.status == 0 else WRONG
    return lab.finish(one, Outcome(word, [looked, first], outcome.other))


def at_once(lab: Lab, shared: bool) -> Outcome:
    """Start two runs at the same moment; type both commands again until both end well."""
    one = lab.new()
    other = clone_that_shares(lab, one) if shared else one
    started = [small.start("--no-hooks", *lab.asked(False)) for small in (one, other)]
    runs = [running.ended() for running in started]
    outcomes = [
        settle(ran, partial(small.run, *lab.asked(False)), lambda: lab.others(one))
        for ran, small in zip(runs, (one, other), strict=True)
    ]
    worst = min(outcomes, key=lambda one: (one.good, one.word == AT_ONCE))
    if other is not one:
        other.remove()
    return lab.finish(one, Outcome(worst.word, [*worst.runs], worst.other))


def points(lab: Lab, random: Random) -> Iterator[Point]:
    yield "a second run in the folder", partial(second, lab, (), False)
    yield "a second run in the folder, --no-hooks", partial(second, lab, ("--no-hooks",), False)
    yield "a second clone that shares results/", partial(second, lab, (), True)
    yield (
        "a second clone that shares results/, --no-hooks",
        partial(second, lab, ("--no-hooks",), True),
    )
    yield "a dry run beside a run", partial(dry, lab)
    yield "two clones that share results/, at the same moment", partial(at_once, lab, True)
    yield "two runs in the folder at the same moment", partial(at_once, lab, False)


FAULT = Fault("together", "two runs at once, in one folder or in two that share results/", points)
