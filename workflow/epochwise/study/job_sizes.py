"""How large a training job is where a study does not say: a rule of the study alone, of no machine.

The unit is an epoch of a small network on small data. An epoch costs as many as its data have
megabytes, where they lie in a file, times as many as the network has ten thousands of weights between
hidden layers; what is not known before the data are read counts as small.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

ENOUGH = 50_000  # units in a job: beside them the second that a job takes to start is little
LEAST = 500  # units in a job: fewer are not worth a start of their own
FEWEST_JOBS, MOST_JOBS = 10, 1000  # of a study, as far as its runs can be put together
MOST_WEIGHTS = 2**24  # of all seeds of a job, 128 MB each time they are kept
LONGEST = 1_000_000  # units in a segment: its losses are in memory until they are written
SMALL_WEIGHTS, SMALL_BYTES = 10_000, 1_000_000


@dataclass(frozen=True)
class Work:
    """What one run is to do, as far as a study says it.

    Parameters
    ----------
    epochs : how many it is trained for.
    layers : units of each hidden layer.
    bytes : of the data's file, or of so many rows in one; 0 where a study does not say.
    """

    epochs: int
    layers: Sequence[int]
    bytes: int = 0

    @property
    def weights(self) -> int:
        """As `count_weights`."""
        return count_weights(self.layers)

    @property
    def units(self) -> float:
        """What an epoch costs."""
        return max(1.0, self.bytes / SMALL_BYTES) * max(1.0, self.weights / SMALL_WEIGHTS)


def count_weights(layers: Sequence[int]) -> int:
    """Count the weights between hidden layers, and a bias for each unit."""
    return sum(layers) + sum(one * other for one, other in pairwise(layers))


def sizes(asked: Mapping[str, Any], runs: int, work: Work) -> tuple[int, int]:
    """Give how many seeds share a job, and how many epochs it trains.

    Seeds share a job until it has `ENOUGH` to do. Where that would leave fewer than `FEWEST_JOBS`,
    they are spread over so many, with `LEAST` to do at least; where it would make more than
    `MOST_JOBS`, jobs are larger, as long as the weights of all their seeds are `MOST_WEIGHTS` at most.
    Epochs are cut where a segment would have more than `LONGEST` to do.

    Parameters
    ----------
    asked : ``seeds_per_job`` and ``epochs_per_job`` of the study, whole numbers or `auto`.
    runs : how many the study has in all.
    """
    seeds, epochs = asked["seeds_per_job"], asked["epochs_per_job"]
    if seeds == "auto":
        run = work.units * work.epochs
        spread = max(-(-runs // FEWEST_JOBS), up(LEAST / run))
        seeds = max(-(-runs // MOST_JOBS), min(up(ENOUGH / run), spread))
        seeds = max(1, min(seeds, MOST_WEIGHTS // max(work.weights, 1)))
    if epochs == "auto":
        epochs = max(1, int(LONGEST / (seeds * work.units)))
    return seeds, epochs


def cells_per_job(units: float, cells: int) -> int:
    """Give how many points and folds share a job where each has too little to do for one of its own.

    Parameters
    ----------
    units : what each has to do; from `LEAST` on it has a job of its own.
    cells : how many points and folds the study has, of each dataset and backend.
    """
    if units >= LEAST:
        return 1
    return min(up(ENOUGH / units), max(-(-cells // FEWEST_JOBS), up(LEAST / units)))


def up(number: float) -> int:
    """Round up."""
    return -int(-number // 1)
