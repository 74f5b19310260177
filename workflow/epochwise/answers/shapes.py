"""What a mean validation curve does: falls, levels out, rises, falls again."""

from dataclasses import dataclass, replace

import numpy as np

from epochwise.answers.settings import AnswerSettings
from epochwise.answers.statistics import inflation, standard_error
from epochwise.arrays import Floats, Ints
from epochwise.tables.curves import Curves
from epochwise.tables.minima import TIE, first_minimum, quiet

SHORTEST_WINDOW = 5  # epochs: a bump of one or two is noise however short the run
STEADY = 1e-3  # jitter from epoch to epoch, relative, that needs no smoothing
TURNING = 0.25  # share of epochs at which a rough curve turns; of noise two thirds do
LIKE = 1 / 3  # of the highest hump: another that is higher is of like size
HALF = 0.5  # of a rise of the validation loss: where training's rises by as much, training fails
LATER = 0.2  # of a fall over the tail: of one that goes on, the later half of the tail has as much
JUMP = 0.5  # of a rise: if more of it happens from one epoch to the next, and stays, it is a jump
FEWEST_STEPS = 10  # epochs to tell a rough curve by
NOISE = 5.0  # standard deviations of the smoothed curve that noise makes in a whole curve
NORMAL_MEDIAN, MEDIAN_ERROR = 0.6745, 1.2533  # of normal noise: its median size, the median's error


@dataclass(frozen=True)
class Shape:
    """What a curve does, in epochs; all of it is indifferent to the unit of the loss.

    `kind` is one of `untrained`, `constant`, `worsens`, `underfits`,
    `overfits`, `degrades`, `recovers`, `double_descent`, `settles`.
    """

    kind: str
    best: int
    last: int
    turn: int  # where the curve as it is judged is lowest
    rise: float  # of the last loss above the lowest, as a fraction
    plateau: tuple[int, int] | None = None
    overfits: bool = False
    degrades: bool = False
    train_falls: bool = False  # to the end; asked only of a curve that ends high or is constant
    improving: bool = False
    first_minimum: int | None = None  # before the hump
    peak: int | None = None  # of the hump
    peak_rise: float = 0.0  # above the first minimum, as a fraction
    left: float = 0.0  # of that rise at the end, as a fraction
    rough: bool = False  # whether the curve had to be smoothed

    @property
    def censored(self) -> bool:
        """Whether the best epoch is a lower bound: the curve was still falling, if little, at its end."""
        if self.kind in ("untrained", "constant"):
            return False
        return self.improving or self.best == self.last


@quiet
def shape_of(curves: Curves, settings: AnswerSettings) -> Shape | None:
    """Name what the mean validation curve of a point does; see `shape`."""
    units = curves.units(curves.runs("validation_loss"))
    if not len(units):
        return None
    error = inflation(curves) * standard_error(units)
    return shape(units.mean(axis=0), error, settings, curves.mean("train_loss"))


@quiet
def shape(
    mean: Floats, error: Floats, settings: AnswerSettings, train: Floats | None = None
) -> Shape | None:
    """Name what a mean validation curve does; None where too little of it is finite.

    *Plateau*: from the first to the last epoch within `tolerance` of the
    lowest loss, or within `standard_errors` standard errors of it if that is
    more. *Underfitting* is what lies before, *overfitting* what lies after when
    the curve ends higher by `rise` (and more than the errors). The curve is
    *still improving* when its best epoch is in the last `tail` of it and
    it falls by `improvement` over that tail; then all of it is underfitting.
    A *hump* is a rise by `rise` above a minimum; when the curve then falls below
    that minimum by `tolerance`, that is epoch-wise double descent (Nakkiran
    et al., "Deep double descent", 2020). Several humps of like size are the cycles of a learning
    rate, say, and a rise or fall that is a jump is a change of it or a restart: no double descent.
    Humps and the tail are looked for on a running median, so that a spike of a few epochs is none.

    Where the training loss rises as well, by `rise` and by half as much as the validation loss or
    more, the curve does not overfit: training itself gets worse, as with too high a learning rate,
    and the curve *degrades*.

    A curve that is rough is smoothed before, over `smoothing` of the epochs, and every difference
    has to exceed what its noise makes somewhere in a whole curve too; see `judged`.

    Parameters
    ----------
    mean
        The mean validation loss, (epochs + 1,), from epoch 0.
    error
        Its standard error, NaN where unknown.
    settings
        The thresholds.
    train
        The mean training loss, (epochs + 1,); None or NaN where unknown.
    """
    epochs = np.flatnonzero(np.isfinite(mean))  # NaN is passed over
    if not len(epochs) or (len(epochs) == 1 and epochs[0] > 0):
        return None
    mean, error = mean[epochs], error[epochs]
    seen = judged(mean, error, settings)
    found = _hump(mean, seen, _base(mean, seen, settings), settings)
    if found.kind == "worsens" and epochs[0] > 0:  # the untrained network was not measured
        found = replace(found, kind="overfits")
    if train is not None and (found.overfits or found.kind == "constant"):
        found = _beside_training(found, seen, train[epochs], settings)
    return _renumber(found, epochs)


def _renumber(found: Shape, epochs: Ints) -> Shape:
    """Return the shape with positions turned into epochs."""
    plateau = found.plateau and (int(epochs[found.plateau[0]]), int(epochs[found.plateau[1]]))
    return replace(
        found,
        best=int(epochs[found.best]),
        last=int(epochs[found.last]),
        turn=int(epochs[found.turn]),
        plateau=plateau,
        first_minimum=None if found.first_minimum is None else int(epochs[found.first_minimum]),
        peak=None if found.peak is None else int(epochs[found.peak]),
    )


def _base(mean: Floats, seen: "Judged", settings: AnswerSettings) -> Shape:
    """Name the shape of a curve whatever humps it has."""
    best, last, curve = int(first_minimum(mean)), len(mean) - 1, seen.curve
    turn = int(first_minimum(curve))
    rise = _fraction(curve[last] - curve[turn], curve[turn])
    found = Shape("settles", best, last, turn, rise=rise, rough=seen.rough)
    if last == 0:
        return replace(found, kind="untrained")
    if curve.max() - curve.min() <= (settings.tolerance + TIE) * curve.min():
        return replace(found, kind="constant")
    inside = np.flatnonzero(curve <= seen.limit(curve, turn, settings.tolerance))
    plateau = int(inside[0]), int(inside[-1])
    if min(curve[last], seen.smooth[last]) > seen.limit(curve, turn, settings.rise):
        kind = "worsens" if 0 in (turn, best) else "overfits"
        return replace(found, kind=kind, plateau=plateau, overfits=True)
    if _improving(seen, turn, settings):
        return replace(found, kind="underfits", improving=True)
    return replace(found, plateau=(plateau[0], last))


def _beside_training(
    found: Shape, seen: "Judged", train: Floats, settings: AnswerSettings
) -> Shape:
    """Tell overfitting from training that gets worse itself."""
    known, last = np.flatnonzero(np.isfinite(train)), found.last
    turn = 0 if found.kind == "constant" else found.turn
    turn = max(turn, int(known[0])) if len(known) else last
    if turn >= (known[-1] if len(known) else last):
        return found
    whole = np.interp(np.arange(len(train)), known, train[known])
    beside = judged(whole, np.full(len(whole), np.nan), settings)
    constant = found.kind == "constant"  # a fall at once counts there, and a median would hide it
    curve = whole if constant else beside.smooth
    risen, level = curve[last] - curve[turn], max(curve[turn], 0.0)
    least = max(settings.improvement, constant * settings.tolerance) * level
    if -risen > max(least, beside.noise[turn]):
        return replace(found, train_falls=True)
    if not found.overfits:
        return found
    rises = risen > max(settings.rise * level, beside.noise[turn]) * (1 + TIE)
    lowest = turn + int(first_minimum(beside.smooth[turn:]))
    fell = beside.smooth[turn] - beside.smooth[lowest] > max(least, beside.noise[turn])
    if fell and seen.curve[lowest] > seen.limit(seen.curve, found.turn, settings.rise):
        return found  # that high already while training got better
    if not rises or risen < HALF * (1 - TIE) * (seen.smooth[last] - seen.smooth[turn]):
        return found
    kind = "degrades" if found.kind == "overfits" else found.kind
    return replace(found, kind=kind, overfits=False, degrades=True)


def _improving(seen: "Judged", turn: int, settings: AnswerSettings) -> bool:
    """Tell whether a curve falls over its tail, and goes on to do so in the later half of it."""
    last = len(seen.smooth) - 1
    tail = max(1, round(settings.tail * last))
    if tail == 1 and not seen.rough:  # a running median would be blind to it
        recent = seen.curve[max(last - 3, 0) :]
        fallen = recent[-1] < recent[-2] * (1 - settings.improvement)
        return bool(turn == last and fallen and (np.diff(recent) < -seen.error[last]).all())
    start, middle = last - tail, last - tail // 2
    fallen = seen.smooth[start] - seen.smooth[last]
    later = (seen.smooth[middle] - seen.smooth[last]) / seen.smooth[middle]
    lasts = later > LATER * (1 - TIE) * fallen / seen.smooth[start] or tail < SHORTEST_WINDOW
    enough = fallen > settings.improvement * seen.smooth[start]
    return bool(turn > start and enough and lasts and seen.is_lower(last, start))


def _hump(mean: Floats, seen: "Judged", found: Shape, settings: AnswerSettings) -> Shape:
    """Look for a rise above a minimum that is not the end of the story."""
    if found.kind in ("untrained", "constant"):
        return found
    smooth = seen.smooth
    record = np.minimum.accumulate(smooth)
    since = np.maximum.accumulate(np.where(smooth == record, np.arange(len(smooth)), 0))
    descended = record < smooth[0] * (1 - settings.tolerance)  # a rise at the start is no hump
    risen = np.flatnonzero(descended & (smooth > seen.limit(smooth, since, settings.rise)))
    if not len(risen):
        return found
    second = int(risen[0] + first_minimum(smooth[risen[0] :]))
    before = int(since[risen[0]])
    below = smooth[second] < smooth[before] * (1 - settings.tolerance)
    below &= seen.is_lower(second, before)
    if (found.overfits and not below) or (below and _cycles(seen, settings)):
        return found
    stop = second if below else len(smooth)
    peak = before + int(np.argmax(smooth[before:stop]))
    if peak == len(smooth) - 1:  # what is not seen to fall again has not recovered
        return found
    first, ends = int(first_minimum(seen.curve[:peak])), min(seen.curve[-1], smooth[-1])
    up = _is_jump(mean, seen, (before, peak), settings)
    down = below and _is_jump(-mean, replace(seen, smooth=-smooth), (peak, second), settings)
    descends_twice = below and not up and not down
    mild = "recovers" if found.kind == "settles" else found.kind
    return replace(
        found,
        kind="double_descent" if descends_twice else mild,
        first_minimum=first,
        peak=peak,
        peak_rise=_fraction(smooth[peak] - seen.curve[first], seen.curve[first]),
        left=min(max(_fraction(ends - seen.curve[first], smooth[peak] - seen.curve[first]), 0), 1),
    )


def _is_jump(
    mean: Floats, seen: "Judged", between: tuple[int, int], settings: AnswerSettings
) -> bool:
    """Tell whether most of a rise happens from one epoch to the next, between two levels that last."""
    window = (window_of(len(mean), settings.smoothing) if seen.rough else SHORTEST_WINDOW) // 2 + 1
    start, stop = max(between[0] - window, 0), between[1] + window
    around = (seen.smooth if seen.rough else mean)[start : stop + 1]  # a median clips what is short
    least = JUMP * (1 + TIE) * (around.max() - around.min())
    jumps = start + np.flatnonzero(np.diff(mean[start : stop + 1]) > least)
    return any(
        np.median(mean[at + 1 : at + 1 + window])
        - np.median(mean[max(at + 1 - window, 0) : at + 1])
        > least
        for at in jumps.tolist()
    )


def _cycles(seen: "Judged", settings: AnswerSettings) -> bool:
    """Tell whether a curve has several humps of like size, as a cyclic learning rate makes them."""
    *_, second, first = [0.0, 0.0, *sorted(_heights(seen, settings))]
    return second > LIKE * first


def _heights(seen: "Judged", settings: AnswerSettings) -> list[float]:
    """List how high above the minimum before it each hump is, as a fraction, that is half gone later."""
    limits = seen.limit(seen.smooth, np.arange(len(seen.smooth)), settings.rise).tolist()
    values, heights = seen.smooth.tolist(), list[float]()
    low, high = 0, None
    for epoch, value in enumerate(values):
        if high is None:
            low = epoch if value < values[low] else low
            high = epoch if value > limits[low] else None
        elif value > values[high]:
            high = epoch
        elif value < (values[low] + values[high]) / 2:
            if values[low] < values[0] * (1 - settings.tolerance):  # a rise at the start is none
                heights.append(_fraction(values[high] - values[low], values[low]))
            low, high = epoch, None
    return heights


@dataclass(frozen=True)
class Judged:
    """A curve as it is judged: smoothed where it is rough, with what its noise may feign.

    Parameters
    ----------
    curve : what is judged and reported: the mean itself, or where it is rough the smoothed one.
    smooth : a running median, on which humps and the tail are looked for.
    error : standard errors of the units' mean that do not count, (epochs,).
    noise : by how much the smoothed curve jitters, (epochs,); 0 where it is not rough.
    """

    curve: Floats
    smooth: Floats
    error: Floats
    noise: Floats
    rough: bool

    def limit(self, curve: Floats, epoch: int | Ints, fraction: float) -> Floats:
        """Return the loss up to which one of the curves counts as no higher than at `epoch`."""
        low = curve[epoch]
        margin = np.fmax(np.fmax(fraction * low, self.error[epoch]), self.noise[epoch])
        found: Floats = (low + margin) * (1 + TIE)
        return found

    def is_lower(self, epoch: int, other: int) -> bool:
        """Tell whether the curve is lower at an epoch by more than its noise."""
        return bool(self.smooth[epoch] + self.noise[epoch] < self.smooth[other])


def judged(mean: Floats, error: Floats, settings: AnswerSettings) -> Judged:
    """Smooth a curve as far as it is rough, and estimate the noise that is left.

    A curve is rough if it turns as often as noise does and jumps by more than `STEADY` from
    epoch to epoch. It is smoothed over `smoothing` of the epochs, or over as few as its noise needs
    to be within `tolerance`, so that a short turn is seen where there is little noise. The noise
    that is left is estimated from second differences over the longest window, so that noise with a
    memory counts too, as far as that window.
    """
    errors = np.nan_to_num(settings.standard_errors * error)
    if not _is_rough(mean):
        return Judged(mean, running_median(mean, 0.0), errors, np.zeros(len(mean)), rough=False)
    longest = window_of(len(mean), settings.smoothing)
    alone = NOISE * MEDIAN_ERROR * _spread(mean, 1)  # a median divides it by √window
    needed = alone / settings.tolerance if settings.tolerance else np.inf
    enough = int(np.ceil(needed**2)) if needed < np.sqrt(longest) else longest
    window = min(max(enough, SHORTEST_WINDOW) // 2 * 2 + 1, longest)
    smooth = median_over(mean, window)
    lasting = NOISE * _spread(smooth, longest) if len(smooth) > 4 * longest else 0.0
    noise = max(alone / np.sqrt(window), lasting) * np.abs(smooth)
    return Judged(smooth, smooth, errors, noise, rough=True)


def _is_rough(mean: Floats) -> bool:
    steps = np.diff(mean)
    if len(steps) < FEWEST_STEPS:
        return False
    turns = (steps[1:] * steps[:-1] < 0).mean()
    return bool(turns > TURNING and _spread(mean, 1) > STEADY)


def _spread(curve: Floats, lag: int) -> float:
    """Estimate the relative standard deviation of noise from second differences over a lag."""
    middle = curve[lag:-lag]
    second = np.abs(curve[: -2 * lag] - 2 * middle + curve[2 * lag :])
    relative = second[middle != 0] / np.abs(middle[middle != 0])
    return float(np.median(relative)) / (NORMAL_MEDIAN * 6**0.5) if len(relative) else 0.0


def window_of(epochs: int, fraction: float) -> int:
    """Return the width of the running median, odd, five epochs at least."""
    return 2 * (max(SHORTEST_WINDOW, round(fraction * epochs)) // 2) + 1


def running_median(values: Floats, fraction: float) -> Floats:
    """Smooth a curve by a running median over a fraction of its length, five epochs at least."""
    return median_over(values, window_of(len(values), fraction))


def median_over(values: Floats, window: int) -> Floats:
    """Smooth a curve by a running median over so many epochs."""
    from scipy.ndimage import median_filter

    if len(values) < window:
        return values
    smooth: Floats = median_filter(values, size=window, mode="reflect")
    return smooth


def _fraction(part: float, whole: float) -> float:
    """Return part of whole; infinite where the whole is zero and the part is not."""
    if whole:
        return float(part / whole)
    return float("inf") if part else 0.0
