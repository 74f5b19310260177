"""What Snakemake remembers is lost, and the study is changed."""

import shutil
from collections.abc import Iterator
from functools import partial
from random import Random

from harness.lab import Change, Fault, Lab, Point, unchanged
from harness.outcomes import Outcome
from harness.small_study import Small

PARTS = ("", "metadata", "incomplete", "log", "epochwise.digests")


def epochs(small: Small) -> None:
    small.ask("epochs: 30}", "epochs: 40}")


def seeds(small: Small) -> None:
    small.ask("[1, 2]", "[1, 2, 3]")


def backends(small: Small) -> None:
    small.ask("[numpy, twin]", "[twin]")


def dataset(small: Small) -> None:
    small.write_houses(50)


def rate(small: Small) -> None:
    small.ask("epochs: 30}", "epochs: 30, learning_rate_init: 0.01}")


def test_size(small: Small) -> None:
    small.ask("datasets:", "partitions: {test_size: 0.3}\ndatasets:")


def title(small: Small) -> None:
    small.ask("datasets:", "title: Small\ndatasets:")


CHANGES: tuple[Change, ...] = (rate, dataset, epochs, title, seeds, test_size, backends)


def lose(lab: Lab, change: Change, part: str, random: Random) -> Outcome:
    small = lab.ready()
    memory = small.folder / ".snakemake" / part
    files = sorted(path for path in memory.rglob("*") if path.is_file())
    if part == "metadata":  # in part
        for file in random.sample(files, len(files) // 2):
            file.unlink()
    else:
        shutil.rmtree(memory) if memory.is_dir() else memory.unlink(missing_ok=True)
    change(small)
    return lab.settle(small, change=change, work=False)


def points(lab: Lab, random: Random) -> Iterator[Point]:
    for number, change in enumerate(random.sample((*CHANGES, unchanged), len(CHANGES) + 1)):
        part = PARTS[0] if number % 2 else random.choice(PARTS)
        name = f"{part or 'all of .snakemake'} lost, {change.__name__} changed"
        yield name, partial(lose, lab, change, part, random)


FAULT = Fault("memory", "`.snakemake` lost wholly or in part, and the study changed", points)
