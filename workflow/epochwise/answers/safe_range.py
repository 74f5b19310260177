"""The safe range: the epochs that cost no more than a little loss, at a stated confidence."""

from typing import NamedTuple

import numpy as np

from epochwise.arrays import Floats, Ints
from epochwise.tables.minima import first_minimum, quiet

COSTS = (0.01, 0.02, 0.05, 0.10)
UNITS_FOR_ONE_PER_CENT = 10  # fewer units claimed 1 % falsely too often
WINDOW = 0.05  # of the epochs
MOST_EPOCHS = 500  # that are compared, each with each


class SafeRange(NamedTuple):
    """First and last epoch, and the fraction that each between them costs at most."""

    first: int
    last: int
    cost: float


@quiet
def safe_range(units: Floats, confidence: float, inflation: float = 1.0) -> SafeRange | None:
    """Find the epochs whose mean loss is within a small cost of the lowest, whichever that is.

    Each unit's curve is smoothed by a centred running mean over `WINDOW` of the epochs. An
    epoch e is safe at a cost z if a one-sided paired t-test over units rejects, *for every*
    other epoch e', that the mean loss at e is (1 + z) times that at e' or more. All of these
    tests have to reject, so none needs a correction for their number (intersection-union
    test: Berger, "Multiparameter hypothesis testing and acceptance sampling", Technometrics
    24, 1982), and no epoch is picked before. The range is the stretch of safe epochs about
    the lowest point of the smoothed mean, at the first of `COSTS` that has one.

    Parameters
    ----------
    units
        Validation losses (units, epochs), two units or more.
    confidence
        That of each test is (1 + confidence) / 2.
    inflation
        Factor of the standard errors; see `Case.inflation`.
    """
    seen = np.flatnonzero(np.isfinite(units).all(axis=0))
    if not len(seen):
        return None
    units = units[:, seen]
    grid, centre = compared(units)
    bounds = differences(smoothed(units, grid), confidence, inflation)
    costs = COSTS if len(units) >= UNITS_FOR_ONE_PER_CENT else COSTS[1:]
    for cost in costs:
        safe = bounds(cost)
        if safe[centre]:
            first, last = stretch(safe, centre)
            return SafeRange(int(seen[grid[first]]), int(seen[grid[last]]), cost)
    return None


def compared(units: Floats) -> tuple[Ints, int]:
    """Choose the epochs to compare, and which of them is the lowest point of the smoothed mean."""
    epochs = units.shape[1]
    lowest = int(first_minimum(smoothed(units.mean(axis=0)[np.newaxis], np.arange(epochs))[0]))
    spread = np.linspace(0, epochs - 1, min(epochs, MOST_EPOCHS)).round().astype(np.int64)
    grid = np.union1d(spread, [lowest])
    return grid, int(np.searchsorted(grid, lowest))


def smoothed(units: Floats, grid: Ints) -> Floats:
    """Give the centred running mean at some epochs; near an end, over what there is of the window."""
    epochs = units.shape[1]
    half = round(WINDOW * epochs) // 2
    padded = np.pad(units, ((0, 0), (half, half)), constant_values=np.nan)
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * half + 1, axis=1)
    inside = (grid >= half) & (grid < epochs - half)
    found = np.empty((len(units), len(grid)))
    found[:, inside] = windows[:, grid[inside]].mean(axis=2)
    found[:, ~inside] = np.nanmean(windows[:, grid[~inside]], axis=2)
    return found


def differences(units: Floats, confidence: float, inflation: float):  # type: ignore[no-untyped-def]
    """Prepare the tests; the function returned says which epochs are safe at a cost."""
    from scipy.special import stdtrit

    count, mean = len(units), units.mean(axis=0)
    deviation = units - mean
    products = deviation.T @ deviation / (count - 1)  # covariances, (epochs, epochs)
    own = np.diag(products)
    factor = inflation * stdtrit(count - 1, (1 + confidence) / 2) / np.sqrt(count)

    def safe(cost: float) -> Floats:
        times = 1 + cost
        variance = own[:, np.newaxis] - 2 * times * products + times**2 * own
        upper = mean[:, np.newaxis] - times * mean + factor * np.sqrt(np.maximum(variance, 0))
        return (upper <= 0).all(axis=1)

    return safe


def stretch(safe: Floats, centre: int) -> tuple[int, int]:
    """Give the ends of the stretch of safe epochs about one of them."""
    unsafe = np.flatnonzero(~safe)
    before, after = unsafe[unsafe < centre], unsafe[unsafe > centre]
    first = int(before[-1]) + 1 if len(before) else 0
    return first, (int(after[0]) if len(after) else len(safe)) - 1
