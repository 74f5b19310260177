"""Early stopping on averaged losses."""

from dataclasses import dataclass

import numpy as np

from epochwise.answers.stopping import Criterion, require
from epochwise.arrays import Floats, Ints
from epochwise.tables.minima import quiet, without_rounding


@dataclass(frozen=True)
class MovingAverage:
    """Another criterion, on losses averaged over the last epochs.

    Both series are averaged over the last `window` epochs, over fewer at the
    start, so that epochs keep their numbers. That takes the loss after every epoch,
    so any may be selected, also where the criterion decides at the ends of strips.
    """

    window: int
    of: Criterion

    def __post_init__(self) -> None:
        require("window", self.window, whole=True, least=1)
        if not isinstance(self.of, Criterion):
            raise ValueError(f"of is {self.of!r}; it must be a criterion such as GL with alpha 5")

    @property
    def label(self) -> str:
        """Name it in tables: `mean(10) of GL(5)`."""
        return f"mean({self.window}) of {self.of.label}"

    @quiet
    def stops(self, train: Floats, validation: Floats) -> Ints:
        """Return the epoch at which each run stops, or -1."""
        return self.of.stops(self._average(train), self._average(validation))

    def _average(self, losses: Floats) -> Floats:
        # A sum of shifted series: a running sum would drag the rounding of large
        # early losses along to small late ones.
        window = min(self.window, losses.shape[1])
        total = losses.copy()
        for shift in range(1, window):
            total[:, shift:] += losses[:, :-shift]
        # The same losses in another order sum up to another rounding, and patience, which takes
        # any lower loss for an improvement, would see one.
        return without_rounding(total / np.minimum(np.arange(1, losses.shape[1] + 1), window))
