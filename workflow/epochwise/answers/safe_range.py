"""The safe range: the epochs that cost no more than a little loss, at a stated confidence."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from epochwise.arrays import Bools, Floats, Ints
from epochwise.tables.minima import first_minimum, quiet

COSTS = (0.01, 0.02, 0.05, 0.10)
UNITS_FOR_ONE_PER_CENT = 10  # fewer units claimed 1 % falsely too often
SURE = 5.0  # standard errors
WINDOW = 0.05  # of the epochs, at most
NEAR = 0.1  # of an epoch's number: the window is narrower where training is young
MOST_EPOCHS = 500  # that are compared, each with each
MOST_INSIDE = 1000  # of a range, where every epoch in it is


class SafeRange(NamedTuple):
    """First and last epoch, and the fraction that each between them costs at most."""

    first: int
    last: int
    cost: float


@quiet
def safe_range(
    units: Floats, confidence: float, inflation: float = 1.0, number: int | None = None
) -> SafeRange | None:
    """Find the epochs whose mean loss is within a small cost of the lowest, whichever that is.

    Each unit's curve is smoothed by a centred running mean over `WINDOW` of the epochs or, at epoch
    e, over `NEAR` times e if that is less: a curve does most where training is young. An
    epoch e is safe at a cost z if a one-sided paired t-test over units rejects, *for every*
    other epoch e', that the mean loss at e is (1 + z) times that at e' or more. All of these
    tests have to reject, so none needs a correction for their number (intersection-union
    test: Berger, "Multiparameter hypothesis testing and acceptance sampling", Technometrics
    24, 1982), and no epoch is picked before. The range is the stretch of safe epochs about
    the lowest point of the smoothed mean, at the first of `COSTS` at which it holds the best epoch
    too: where the units wander, a few epochs may pass by chance, and would be no advice. Where
    smoothing hides what all units have in common, as the cycles of a learning rate, it is left out, and
    every epoch of the range is tested, `MOST_INSIDE` of them at most.

    Parameters
    ----------
    units
        Validation losses (units, epochs), two units or more.
    confidence
        That of each test is (1 + confidence) / 2.
    inflation
        Factor of the standard errors; see `epochwise.answers.statistics.inflation`.
    number
        Of units that the tests are for, as far as those at hand tell; by default their own.
    """
    seen = np.flatnonzero(np.isfinite(units).all(axis=0))
    if not len(seen):
        return None
    units = units[:, seen]
    grid, tests = compared(units.shape[1]), (confidence, inflation, number or len(units))
    found = _range(units, grid, smoothed(units, grid), *tests)
    if found and hides_what_is_shared(units[:, found.first : found.last + 1], found.first, units):
        found = _range(units, grid, units[:, grid], *tests)
        if found and len(grid) < units.shape[1]:
            inside = _about_the_best(units, found)
            every = np.union1d(grid, inside)
            found = _range(units, every, units[:, every], *tests)
            found = found and found._replace(
                first=max(found.first, int(inside[0])), last=min(found.last, int(inside[-1]))
            )
    return found and SafeRange(int(seen[found.first]), int(seen[found.last]), found.cost)


def _range(
    units: Floats, grid: Ints, tested: Floats, confidence: float, inflation: float, number: int
) -> SafeRange | None:
    """Find the range by curves that are tested at the epochs of a grid, (units, grid)."""
    best = int(first_minimum(units.mean(axis=0)))
    centre = int(first_minimum(tested.mean(axis=0)))
    bounds = differences(tested, confidence, inflation, number)
    costs = COSTS if number >= UNITS_FOR_ONE_PER_CENT else COSTS[1:]
    for cost in costs:
        safe = bounds(cost)
        if safe[centre]:
            first, last = (int(grid[end]) for end in stretch(safe, centre))
            if first <= best <= last:
                return SafeRange(first, last, cost)
    return None


def _about_the_best(units: Floats, found: SafeRange) -> Ints:
    """List the epochs of a range, or of one that has as many as can be looked at about the best."""
    best, most = int(first_minimum(units.mean(axis=0))), MOST_INSIDE
    first = max(found.first, min(best - most // 2, found.last - most + 1))
    return np.arange(first, min(found.last, first + most - 1) + 1)


def compared(epochs: int) -> Ints:
    """Choose the epochs to compare: all, or half of them evenly spread and half denser early on."""
    if epochs <= MOST_EPOCHS:
        return np.arange(epochs)
    evenly = np.linspace(0, epochs - 1, MOST_EPOCHS // 2).round()
    early = np.geomspace(1, epochs - 1, MOST_EPOCHS // 2).round()
    return np.unique(np.concatenate([evenly, early])).astype(np.int64)


def smoothed(units: Floats, grid: Ints) -> Floats:
    """Give the centred running mean at some epochs; at an end, over what there is of the window."""
    half = (np.minimum(WINDOW * units.shape[1], NEAR * grid) / 2).astype(np.int64)
    spans = zip(np.maximum(grid - half, 0), grid + half + 1, strict=True)
    return np.stack([units[:, first:stop].mean(axis=1) for first, stop in spans], axis=1)


def hides_what_is_shared(inside: Floats, first: int, units: Floats) -> bool:
    """Tell whether smoothing takes away more than noise of each unit's own, within a range.

    If what it takes away were independent from unit to unit, the variance of its mean would be that
    of a unit over their number; their ratio is about 1 then, with a standard error of
    √(2 / epochs), and surely more where the units rise and fall together.

    Parameters
    ----------
    inside : the losses of the range, (units, epochs).
    first : its first epoch.
    units : the whole curves, (units, all epochs).
    """
    count, epochs = inside.shape
    taken = inside - smoothed(units, np.arange(first, first + epochs))
    own = float(taken.var(axis=0, ddof=1).mean())
    shared = count * float((taken.mean(axis=0) ** 2).mean())
    return bool(shared > own * (1 + SURE * np.sqrt(2 / epochs)))


def differences(
    units: Floats, confidence: float, inflation: float, number: int
) -> Callable[[float], Bools]:
    """Prepare the tests; the function returned says which epochs are safe at a cost."""
    from scipy.special import stdtrit

    mean = units.mean(axis=0)
    deviation = units - mean
    products = deviation.T @ deviation / (len(units) - 1)  # covariances, (epochs, epochs)
    own = np.diag(products)
    factor = inflation * stdtrit(number - 1, (1 + confidence) / 2) / np.sqrt(number)

    def safe(cost: float) -> Bools:
        times = 1 + cost
        variance = own[:, np.newaxis] - 2 * times * products + times**2 * own
        upper = mean[:, np.newaxis] - times * mean + factor * np.sqrt(np.maximum(variance, 0))
        found: Bools = (upper <= 0).all(axis=1)
        return found

    return safe


def stretch(safe: Bools, centre: int) -> tuple[int, int]:
    """Give the ends of the stretch of safe epochs about one of them."""
    unsafe = np.flatnonzero(~safe)
    before, after = unsafe[unsafe < centre], unsafe[unsafe > centre]
    first = int(before[-1]) + 1 if len(before) else 0
    return first, (int(after[0]) if len(after) else len(safe)) - 1
