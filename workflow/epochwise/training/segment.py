"""A segment: the stretch of epochs that one job trains."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Segment:
    """A stretch of epochs of one block of seeds, trained by one job.

    Parameters
    ----------
    seeds : the random states, one network each.
    start, end : epochs passed before and after.
    shuffle : "scikit_learn", "every_epoch" or "never"; see `BatchOrders`.
    """

    seeds: Sequence[int]
    start: int
    end: int
    shuffle: str

    def epochs(self) -> range:
        """List the epochs that get a row: epoch 0 belongs to the segment that starts there."""
        return range(self.start + 1 if self.start else 0, self.end + 1)
