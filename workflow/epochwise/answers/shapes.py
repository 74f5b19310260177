"""What a mean validation curve does: falls, levels out, rises, falls again."""

from dataclasses import dataclass, replace

import numpy as np

from epochwise.answers.settings import AnswerSettings
from epochwise.answers.statistics import standard_error
from epochwise.arrays import Floats, Ints
from epochwise.tables.curves import Curves
from epochwise.tables.minima import TIE, first_minimum, quiet

SHORTEST_WINDOW = 5  # epochs: a bump of one or two is noise however short the run


@dataclass(frozen=True)
class Shape:
    """What a curve does, in epochs; all of it is indifferent to the unit of the loss.

    `kind` is one of `untrained`, `constant`, `worsens`, `underfits`,
    `overfits`, `recovers`, `double_descent`, `settles`.
    """

    kind: str
    best: int
    last: int
    rise: float  # of the last loss above the lowest, as a fraction
    plateau: tuple[int, int] | None = None
    overfits: bool = False
    improving: bool = False
    first_minimum: int | None = None  # before the hump
    peak: int | None = None  # of the hump
    peak_rise: float = 0.0  # above the first minimum, as a fraction

    @property
    def censored(self) -> bool:
        """Whether the best epoch is a lower bound: the curve was still falling, if little, at its end."""
        if self.kind in ("untrained", "constant"):
            return False
        return self.improving or self.best == self.last


def shape_of(curves: Curves, settings: AnswerSettings) -> Shape | None:
    """Name what the mean validation curve of a point does; see `shape`."""
    units = curves.units(curves.runs("validation_loss"))
    return shape(units.mean(axis=0), standard_error(units), settings) if len(units) else None


@quiet
def shape(mean: Floats, error: Floats, settings: AnswerSettings) -> Shape | None:
    """Name what a mean validation curve does; None where too little of it is finite.

    *Plateau*: from the first to the last epoch within `tolerance` of the
    lowest loss, or within `standard_errors` standard errors of it if that is
    more. *Underfitting* is what lies before, *overfitting* what lies after when
    the curve ends higher by `rise` (and more than the errors). The curve is
    *still improving* when its best epoch is in the last `tail` of it and
    it falls by `improvement` over that tail; then all of it is underfitting.
    A *hump* is a rise by `rise` above a minimum; when the curve then falls below
    that minimum by `tolerance`, that is epoch-wise double descent (Nakkiran
    et al., "Deep double descent", 2020). Humps and the tail are looked for
    on a running median, so that a spike of a few epochs is none.

    Parameters
    ----------
    mean
        The mean validation loss, (epochs + 1,), from epoch 0.
    error
        Its standard error, NaN where unknown.
    settings
        The thresholds.
    """
    epochs = np.flatnonzero(np.isfinite(mean))  # NaN is passed over
    if not len(epochs) or (len(epochs) == 1 and epochs[0] > 0):
        return None
    mean, error = mean[epochs], error[epochs]
    smooth = running_median(mean, settings.smoothing)
    found = _hump(mean, smooth, error, _base(mean, smooth, error, settings), settings)
    return _renumber(found, epochs)


def _renumber(found: Shape, epochs: Ints) -> Shape:
    """Return the shape with positions turned into epochs."""
    plateau = found.plateau and (int(epochs[found.plateau[0]]), int(epochs[found.plateau[1]]))
    return replace(
        found,
        best=int(epochs[found.best]),
        last=int(epochs[found.last]),
        plateau=plateau,
        first_minimum=None if found.first_minimum is None else int(epochs[found.first_minimum]),
        peak=None if found.peak is None else int(epochs[found.peak]),
    )


def _base(mean: Floats, smooth: Floats, error: Floats, settings: AnswerSettings) -> Shape:
    """Name the shape of a curve whatever humps it has."""
    best, last = int(first_minimum(mean)), len(mean) - 1
    found = Shape("settles", best, last, _fraction(mean[last] - mean[best], mean[best]))
    if last == 0:
        return replace(found, kind="untrained")
    if mean.max() - mean.min() <= (settings.tolerance + TIE) * mean.min():
        return replace(found, kind="constant")
    inside = np.flatnonzero(mean <= _limit(mean, error, best, settings.tolerance, settings))
    high = _limit(mean, error, best, settings.rise, settings)
    plateau = int(inside[0]), int(inside[-1])
    if min(mean[last], smooth[last]) > high:
        kind = "worsens" if best == 0 else "overfits"
        return replace(found, kind=kind, plateau=plateau, overfits=True)
    if _improving(smooth, best, settings):
        return replace(found, kind="underfits", improving=True)
    return replace(found, plateau=(plateau[0], last))


def _limit(
    mean: Floats, error: Floats, epoch: int | Ints, fraction: float, settings: AnswerSettings
) -> Floats:
    """Return the loss up to which a curve counts as no higher than at `epoch`."""
    margin = np.fmax(fraction * mean[epoch], settings.standard_errors * error[epoch])
    limit: Floats = (mean[epoch] + margin) * (1 + TIE)
    return limit


def _improving(smooth: Floats, best: int, settings: AnswerSettings) -> bool:
    last = len(smooth) - 1
    start = last - max(1, round(settings.tail * last))
    return best > start and smooth[last] < smooth[start] * (1 - settings.improvement)


def _hump(
    mean: Floats, smooth: Floats, error: Floats, found: Shape, settings: AnswerSettings
) -> Shape:
    """Look for a rise above a minimum that is not the end of the story."""
    if found.kind in ("untrained", "constant"):
        return found
    record = np.minimum.accumulate(smooth)
    since = np.maximum.accumulate(np.where(smooth == record, np.arange(len(smooth)), 0))
    descended = record < smooth[0] * (1 - settings.tolerance)  # a rise at the start is no hump
    risen = np.flatnonzero(
        descended & (smooth > _limit(smooth, error, since, settings.rise, settings))
    )
    if not len(risen):
        return found
    second = int(risen[0] + first_minimum(smooth[risen[0] :]))
    below = smooth[second] < smooth[since[risen[0]]] * (1 - settings.tolerance)
    if found.overfits and not below:
        return found
    stop = second if below else len(mean)
    peak = int(since[risen[0]] + np.argmax(smooth[since[risen[0]] : stop]))
    first = int(first_minimum(mean[:peak]))
    return replace(
        found,
        kind="double_descent" if below else "recovers" if found.kind == "settles" else found.kind,
        first_minimum=first,
        peak=peak,
        peak_rise=_fraction(smooth[peak] - mean[first], mean[first]),
    )


def running_median(values: Floats, fraction: float) -> Floats:
    """Smooth a curve by a running median over a fraction of its length, five epochs at least."""
    from scipy.ndimage import median_filter

    window = 2 * (max(SHORTEST_WINDOW, round(fraction * len(values))) // 2) + 1
    if len(values) < window:
        return values
    smooth: Floats = median_filter(values, size=window, mode="reflect")
    return smooth


def _fraction(part: float, whole: float) -> float:
    """Return part of whole; infinite where the whole is zero and the part is not."""
    if whole:
        return float(part / whole)
    return float("inf") if part else 0.0
