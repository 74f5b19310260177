"""Prechelt's criteria for early stopping.

Lutz Prechelt, "Early stopping - but when?", in "Neural networks: tricks of the
trade", 1998. He measures the validation loss "once in a while, e.g. after every fifth
epoch", here at the end of each *strip* of k epochs. At the epochs between there is no
validation loss: a lucky one among them is never found, and cannot stop a run early.
The training loss is known after every epoch.

With E_va and E_tr the validation and training loss after epoch t, the end of a strip:

- E_opt(t) = min of E_va over the ends of strips up to t;
- generalisation loss GL(t) = 100 (E_va(t) / E_opt(t) - 1);
- training progress P_k(t) = 1000 (sum of E_tr over the strip / (k min of E_tr in the strip) - 1),
  over all k epochs of the strip that ends at t.

Losses within a relative 1e-12 are equal, so that rounding never decides.
Where E_opt is zero, GL is infinite unless the loss is zero too, when it is 0.
"""

from dataclasses import dataclass

import numpy as np

from epochwise.answers.stopping import NEVER, first_true, in_a_row, label, require
from epochwise.arrays import Bools, Floats, Ints
from epochwise.tables.minima import TIE, quiet


def strip_ends(losses: Floats, strip: int) -> Floats:
    """Return the losses after epochs k, 2k, …: (runs, epochs) -> (runs, strips)."""
    return losses[:, strip - 1 :: strip]


@quiet
def generalisation_loss(validation: Floats, strip: int) -> Floats:
    """Return GL in per cent at the end of each strip, (runs, strips)."""
    now = strip_ends(validation, strip)
    least = np.fmin.accumulate(now, axis=1)
    loss = np.where(now <= least * (1 + TIE), 0.0, 100 * (now / least - 1))
    return np.where(np.isnan(now), np.nan, loss)


@quiet
def progress(train: Floats, strip: int) -> Floats:
    """Return P_k in per mille at the end of each strip, (runs, strips).

    Where the lowest loss of a strip is zero it is infinite, or 0 when all of the strip is.
    """
    count = train.shape[1] // strip
    strips = train[:, : count * strip].reshape(len(train), count, strip)
    total, least = strips.sum(axis=2), strip * strips.min(axis=2)
    made = np.where(total <= least * (1 + TIE), 0.0, 1000 * (total / least - 1))
    return np.where(np.isnan(total), np.nan, made)


def above(values: Floats, threshold: Floats | float) -> Bools:
    """Tell which values are above a threshold by more than rounding leaves over."""
    return values > threshold + 1e3 * TIE * (1 + np.abs(threshold))


@dataclass(frozen=True)
class _Strips:
    """What the criteria share: strips, and the floor under the training progress."""

    def _stop(
        self,
        fires: Bools,
        train: Floats,
        validation: Floats,
        strip: int,
        floor: float | None,
    ) -> Ints:
        if floor is not None:
            measured = np.isfinite(strip_ends(validation, strip))
            fires = fires | (measured & above(np.asarray(floor), progress(train, strip)))
        stop = first_true(fires)
        return np.where(stop < 0, NEVER, strip * stop)


def _require_strip(strip: int, floor: float | None) -> None:
    require("strip", strip, whole=True, least=1)
    if floor is not None:
        require("floor", floor)


@dataclass(frozen=True)
class GeneralisationLoss(_Strips):
    """GL: stop at the first end of a strip with GL(t) > alpha.

    `floor` also stops where P_k(t) < floor; Prechelt adds 0.1, because no
    criterion alone is sure to stop.
    """

    alpha: float
    strip: int = 5
    floor: float | None = None

    def __post_init__(self) -> None:
        require("alpha", self.alpha)
        _require_strip(self.strip, self.floor)

    @property
    def label(self) -> str:
        """Name it in tables: `GL(5)`."""
        return label("GL", self.alpha, strip=(self.strip, 5), floor=(self.floor, None))

    @quiet
    def stops(self, train: Floats, validation: Floats) -> Ints:
        """Return the epoch at which each run stops, or -1."""
        fires = above(generalisation_loss(validation, self.strip), self.alpha)
        return self._stop(fires, train, validation, self.strip, self.floor)


@dataclass(frozen=True)
class ProgressQuotient(_Strips):
    """PQ: stop at the first end of a strip with GL(t) / P_k(t) > alpha.

    Where there is no progress at all (P_k = 0), any generalisation loss stops it.
    """

    alpha: float
    strip: int = 5
    floor: float | None = None

    def __post_init__(self) -> None:
        require("alpha", self.alpha)
        _require_strip(self.strip, self.floor)

    @property
    def label(self) -> str:
        """Name it in tables: `PQ(0.75)`."""
        return label("PQ", self.alpha, strip=(self.strip, 5), floor=(self.floor, None))

    @quiet
    def stops(self, train: Floats, validation: Floats) -> Ints:
        """Return the epoch at which each run stops, or -1."""
        lost, made = generalisation_loss(validation, self.strip), progress(train, self.strip)
        fires = above(lost / made, self.alpha)  # infinite, or not known, over no progress
        return self._stop(fires, train, validation, self.strip, self.floor)


@dataclass(frozen=True)
class UpStrips(_Strips):
    """UP: stop when the validation loss rose from strip end to strip end, s times in a row.

    UP_1 stops at the first end of a strip t with E_va(t) > E_va(t - k), UP_s where
    besides UP_(s-1) held at t - k. The first comparison is that of the
    second strip's end with the first's.
    """

    s: int
    strip: int = 5
    floor: float | None = None

    def __post_init__(self) -> None:
        require("s", self.s, whole=True, least=1)
        _require_strip(self.strip, self.floor)

    @property
    def label(self) -> str:
        """Name it in tables: `UP(3)`."""
        return label("UP", self.s, strip=(self.strip, 5), floor=(self.floor, None))

    @quiet
    def stops(self, train: Floats, validation: Floats) -> Ints:
        """Return the epoch at which each run stops, or -1."""
        ends = strip_ends(validation, self.strip)
        rose: Bools = np.zeros(ends.shape, dtype=bool)
        rose[:, 1:] = ends[:, 1:] > ends[:, :-1] * (1 + TIE)
        return self._stop(in_a_row(rose) >= self.s, train, validation, self.strip, self.floor)
