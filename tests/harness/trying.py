"""Faults in turn, each at points drawn at random."""

import time
from collections.abc import Iterator
from itertools import cycle
from random import Random

from harness import (
    damage,
    disk,
    edits,
    foreign_files,
    kills,
    lost_memory,
    surroundings,
    together,
)
from harness.lab import Fault, Lab, Point
from harness.table import Row

FAULTS: dict[str, Fault] = {
    module.FAULT.name: module.FAULT
    for module in (
        *(lost_memory, foreign_files, damage, edits),
        *(kills, disk, surroundings, together),
    )
}


def drawn(lab: Lab, name: str, random: Random, endless: bool) -> Iterator[Point]:
    """Draw points of a fault; those of one that has few of them again and again, where that is asked."""
    more = True
    while more:
        more = False
        for point in FAULTS[name].points(lab, Random(random.random())):
            more = endless
            yield point


def try_all(
    lab: Lab, names: list[str], seed: int, points: int, minutes: float | None = None
) -> Iterator[Row]:
    """Try points of faults, one of each in turn.

    Parameters
    ----------
    names : of the faults.
    points : of each fault, at most; without meaning where `minutes` is given.
    minutes : goes on for so long.
    """
    random, until = Random(seed), time.monotonic() + 60 * (minutes or 0)
    sources = {name: drawn(lab, name, random, minutes is not None) for name in names}
    tried = dict.fromkeys(names, 0)
    for name in cycle(names):
        if time.monotonic() > until if minutes else not any(n < points for n in tried.values()):
            return
        point = next(sources[name], None) if minutes or tried[name] < points else None
        if point is None:
            tried[name] = points
            continue
        tried[name] += 1
        what, do = point
        yield Row(name, what, do())
