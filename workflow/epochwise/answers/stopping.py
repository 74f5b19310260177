"""Criteria for early stopping, as values that decide about whole loss series at once.

A series begins with the loss after epoch 1: column *t* - 1 of a matrix is epoch
*t*, and the untrained network takes no part, as in the frameworks, which look
after an epoch. A series ends at its last finite validation loss; nothing is decided
after that. The answer is the epoch after which training stops, or `NEVER`.
"""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np

from epochwise.arrays import Bools, Floats, Ints
from epochwise.errors import PluginError
from epochwise.tables.minima import TIE, last_finite, quiet

NEVER = -1


@runtime_checkable
class Criterion(Protocol):
    """A rule that says after which epoch to stop.

    It may also have an attribute `strip`, a whole number k: then it looks at the validation loss
    after epochs k, 2k, … alone, and one of these is the epoch that it selects. Without it, any is.
    """

    @property
    def label(self) -> str:
        """Name it in tables: `GL(5)`."""

    def stops(self, train: Floats, validation: Floats) -> Ints:
        """Return the epoch, from 1, at which each run stops, or -1: (runs, epochs) -> (runs,)."""


def strip_of(criterion: Criterion) -> int:
    """Return k where a criterion looks at every k-th validation loss alone; 1 where at every one.

    Raises
    ------
    PluginError
        When its `strip` is no whole number from 1.
    """
    strip = getattr(criterion, "strip", 1)
    try:
        require("strip", strip, whole=True, least=1)
    except ValueError as error:
        raise PluginError(f"the stopping criterion {criterion.label}: {error}.") from error
    return int(strip)


def label(name: str, value: object, **others: tuple[object, object]) -> str:
    """Name a criterion by its value and by what else differs from its default."""
    extra = [f"{key}={_plain(now)}" for key, (now, usual) in others.items() if now != usual]
    return f"{name}({', '.join([_plain(value), *extra])})"


def _plain(value: object) -> str:
    return f"{value:g}" if isinstance(value, int | float) else str(value)


def require(name: str, value: object, *, whole: bool = False, least: float = 0) -> None:
    """Check a parameter of a criterion.

    Raises
    ------
    ValueError
        With a sentence, when it is no number, not whole, or less than `least`.
    """
    allowed = int if whole else (int, float)
    if isinstance(value, bool) or not isinstance(value, allowed) or not least <= value < np.inf:
        kind = "whole number" if whole else "number"
        raise ValueError(f"{name} is {value!r}; it must be a {kind} from {least:g}")


@dataclass(frozen=True)
class Patience:
    """Stop when the validation loss has not improved for a number of epochs.

    `counting="keras"` decides as `keras.callbacks.EarlyStopping` (3.x) does:
    an improvement is a loss that, `min_delta` added, is below the last
    improvement; it stops when `patience` epochs in a row brought none (a patience of 0
    is as one of 1). `warmup` is its `start_from_epoch`: so many epochs are not
    looked at. A NaN is no improvement, and as the first loss looked at it is
    never improved on, as there. (Keras compares Python floats in float32; here
    everything is float64.) An improvement by `min_delta` to the last digit is none in any
    unit of the loss; there it is left to rounding.

    `counting="scikit_learn"` decides as `MLPRegressor` does with
    `n_iter_no_change=patience` and `tol=min_delta`: an epoch counts as none when
    its loss is above the lowest so far less `min_delta`, so an equal loss still
    counts as an improvement when `min_delta` is 0; it stops when *more* than
    `patience` epochs in a row counted as none. It has no warm-up.

    `min_delta` is in the unit of the loss.
    """

    patience: int
    min_delta: float = 0.0
    warmup: int = 0
    counting: str = "keras"

    def __post_init__(self) -> None:
        require("patience", self.patience, whole=True)
        require("min_delta", self.min_delta)
        require("warmup", self.warmup, whole=True)
        if self.counting not in ("keras", "scikit_learn"):
            raise ValueError(f"counting is {self.counting!r}; it must be 'keras' or 'scikit_learn'")
        if self.counting == "scikit_learn" and self.warmup:
            raise ValueError("warmup must be 0 with counting 'scikit_learn', which has none")

    @property
    def label(self) -> str:
        """Name it in tables: `patience(20)`."""
        others = {
            "min_delta": (self.min_delta, 0.0),
            "warmup": (self.warmup, 0),
            "counting": (self.counting, "keras"),
        }
        return label("patience", self.patience, **others)

    @quiet
    def stops(self, _train: Floats, validation: Floats) -> Ints:
        """Return the epoch at which each run stops, or -1."""
        if self.counting == "keras":
            rule = _keras_chain if self.min_delta else _keras_stop
            stop = rule(validation[:, self.warmup :], max(self.patience, 1), self.min_delta)
            stop = np.where(stop < 0, NEVER, stop + self.warmup)
        else:
            stop = _scikit_learn_stop(validation, self.patience, self.min_delta)
        return np.where(stop <= last_finite(validation) + 1, stop, NEVER)


def _keras_stop(losses: Floats, patience: int, _min_delta: float) -> Ints:
    """Decide without a least improvement, when any loss below all before it is one."""
    # the first is an improvement whatever it is, a NaN too, on which nothing improves then
    improved = np.ones(losses.shape, dtype=bool)
    record = np.where(np.isnan(losses[:, :1]), np.nan, np.fmin.accumulate(losses, axis=1))
    improved[:, 1:] = losses[:, 1:] < record[:, :-1]
    return first_true(in_a_row(~improved) >= patience)


def _keras_chain(losses: Floats, patience: int, min_delta: float) -> Ints:
    """Go from improvement to improvement until one is too far off, all runs abreast."""
    runs, epochs = losses.shape
    stop = np.full(runs, NEVER)
    if not epochs:
        return stop
    following = _next_improvement(losses, min_delta)
    active, at = np.arange(runs), np.zeros(runs, dtype=np.int64)  # at: the last improvement
    while len(active):
        after = following[active, at]
        out = after > at + patience
        stop[active[out]] = at[out] + patience + 1
        going = ~out & (after < epochs)
        active, at = active[going], after[going]
    return np.where(stop <= epochs, stop, NEVER)


def _next_improvement(losses: Floats, min_delta: float) -> Ints:
    """Return, for each loss, the next column that improves on it (epochs for none)."""
    record = np.fmin.accumulate(losses, axis=1)
    bar = np.where(np.isnan(record), np.inf, record) + min_delta
    lower = losses * (1 - TIE * np.sign(losses))  # by more than rounding; a loss may be infinite
    # the bar never rises, so a search in its negative finds the first epoch below a loss
    return np.stack(
        [
            np.searchsorted(-own_bar, -own, side="right")
            for own_bar, own in zip(bar, lower, strict=True)
        ]
    )


def _scikit_learn_stop(losses: Floats, patience: int, tolerance: float) -> Ints:
    record = np.fmin.accumulate(losses, axis=1)
    before = np.hstack([np.full((len(losses), 1), np.inf), record[:, :-1]])
    rounding = TIE * (np.abs(before) + tolerance) if tolerance else 0.0
    none = ~(losses <= np.where(np.isnan(before), np.inf, before - tolerance + rounding))
    return first_true(in_a_row(none) > patience)


def in_a_row(flags: Bools) -> Ints:
    """Count, at each column, how many true ones end there without a break."""
    number = np.arange(1, flags.shape[1] + 1)
    broken = np.maximum.accumulate(np.where(flags, 0, number), axis=1)
    return number - broken


def first_true(flags: Bools) -> Ints:
    """Return the number, from 1, of the first true column of each row; -1 for none."""
    if not flags.shape[1]:
        return np.full(len(flags), NEVER)
    return np.where(flags.any(axis=1), flags.argmax(axis=1) + 1, NEVER)
