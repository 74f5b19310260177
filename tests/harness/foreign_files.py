"""Files of another study, or of another time, take the place of ours."""

import os
import shutil
from collections.abc import Iterator
from functools import partial
from random import Random

from harness.lab import Fault, Lab, Point
from harness.lost_memory import epochs, rate
from harness.outcomes import Outcome
from harness.small_study import FOLD, SEGMENT, WORK

FILES = {
    "a state": f"{SEGMENT}/20-30.npz",
    "losses": f"{SEGMENT}/10-20.parquet",
    "a segment with its record": f"{SEGMENT}/20-30.*",
    "a record": f"{SEGMENT}/10-20.made.json",
    "arrays": f"{FOLD}/arrays.npz",
    "a fold with its record": f"{FOLD}/*.*",
    "the data with their record": f"{WORK}/*.*",
    "the loss table": "results/small/losses.parquet",
    "the loss table with its record": "results/small/[lr]*/losses.*",
}


def replace(lab: Lab, pattern: str, keep_times: bool) -> Outcome:
    """Put files of a study with another learning rate in place of ours, then train longer."""
    ours, theirs = lab.ready(), lab.done(rate)
    copy = shutil.copy2 if keep_times else shutil.copy
    for file in theirs.folder.glob(pattern):
        if file.is_file():
            copy(file, ours.folder / file.relative_to(theirs.folder))
    epochs(ours)
    return lab.settle(ours, change=epochs)


def copied(lab: Lab, scramble: bool, random: Random) -> Outcome:
    """Bring all results to a new clone, without their times and without Snakemake's memory."""
    done, small = lab.done(), lab.new()
    shutil.copytree(done.folder / "results", small.folder / "results", copy_function=shutil.copy)
    files = sorted(path for path in small.results.rglob("*") if path.is_file())
    for number, file in enumerate(random.sample(files, len(files)) if scramble else []):
        os.utime(file, (number, number))
    epochs(small)
    return lab.settle(small, change=epochs)


def over(lab: Lab) -> Outcome:
    """Copy another study's results over ours."""
    small, theirs = lab.ready(), lab.done(rate)
    shutil.copytree(theirs.results, small.results, dirs_exist_ok=True)
    return lab.settle(small)


def points(lab: Lab, random: Random) -> Iterator[Point]:
    yield "all results copied, times in disorder", partial(copied, lab, True, random)
    yield "another study's results copied over ours", partial(over, lab)
    for what, pattern in random.sample(sorted(FILES.items()), len(FILES)):
        keep = random.random() < 0.5
        times = "with its times" if keep else "without its times"
        yield f"{what} of another study, {times}", partial(replace, lab, pattern, keep)
    yield "all results copied without their times", partial(copied, lab, False, random)


FAULT = Fault("foreign", "results copied, or files of another study put in place of ours", points)
