"""What a job reads is edited while it runs."""

import time
from collections.abc import Iterator
from functools import partial
from random import Random

from harness.lab import Fault, Lab, Point
from harness.outcomes import Outcome, Ran
from harness.small_study import SECONDS, Running, Small

PLUGIN = "plugins/twin_backend.py"
SLOW = """
import time
from pathlib import Path

import epochwise.api

read = epochwise.api.read_frame


def slowly(*arguments, **options):
    table = read(*arguments, **options)
    while Path("hold").exists():
        Path("held").touch()
        time.sleep(0.05)
    return table


epochwise.api.read_frame = slowly
"""


def wait_for_hold(small: Small, running: Running) -> None:
    """Wait until a job is held in its middle."""
    until = time.monotonic() + SECONDS
    while not (small.folder / "held").exists() and running.process.poll() is None:
        if time.monotonic() > until:
            raise RuntimeError("no job came to where it was to be held")
        time.sleep(0.05)


def let_go(small: Small, running: Running) -> Ran:
    (small.folder / "hold").unlink(missing_ok=True)
    (small.folder / "held").unlink(missing_ok=True)
    return running.ended()


def faster(small: Small) -> None:
    """Change what the backend computes."""
    small.clone.edit(PLUGIN, "float(rates[seed] if rates.ndim else rates)", "2 * float(rates)")


def edit_backend(lab: Lab, start: int) -> Outcome:
    """Edit a backend while the segment runs that starts at an iteration."""
    small = lab.new()
    (small.folder / "hold").write_text(str(start))
    running = small.start(*lab.asked(False))
    wait_for_hold(small, running)
    faster(small)
    return lab.settle(small, let_go(small, running), faster)


def edit_between(lab: Lab) -> Outcome:
    """Edit a backend when its first segment is whole and the second has not begun to train."""
    small = lab.new()
    first = "results/small/work/houses/fold-0/default/twin/seeds-1-2/0-10.npz"
    ran = small.run(first)
    if ran.status != 0:
        raise RuntimeError(ran.said)
    faster(small)
    return lab.settle(small, change=faster)


def fewer(small: Small) -> None:
    small.write_houses(50)


def edit_data(lab: Lab) -> Outcome:
    """Edit the data while they are loaded."""
    small = lab.new()
    (small.folder / "plugins/slow_datasets.py").write_text(SLOW + NO_DATASETS, encoding="utf-8")
    (small.folder / "hold").write_text("1000000")
    running = small.start(*lab.asked(False))
    wait_for_hold(small, running)
    fewer(small)
    return lab.settle(small, let_go(small, running), fewer)


NO_DATASETS = """

@epochwise.api.hookimpl
def register_datasets(register): ...
"""


def points(lab: Lab, random: Random) -> Iterator[Point]:
    yield "the backend during the first segment", partial(edit_backend, lab, 0)
    yield "the backend during the second segment", partial(edit_backend, lab, 1)
    yield "the backend between two segments", partial(edit_between, lab)
    yield "the data while they are loaded", partial(edit_data, lab)


FAULT = Fault("edits", "a backend or the data edited while the job runs that reads them", points)
