"""Early stopping, replayed on curves that were trained to the end."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from epochwise.answers.stopping import NEVER, Criterion, Patience, strip_of
from epochwise.arrays import Bools, Floats, Ints
from epochwise.errors import PluginError
from epochwise.plugins.containment import contained
from epochwise.tables.curves import Curves
from epochwise.tables.declaring import SPREADS
from epochwise.tables.minima import first_minimum, highest_equal, quiet
from epochwise.tables.scores import at

QUANTITIES = (
    "stop_epoch",
    "selected_epoch",
    "validation_loss",
    "validation_accuracy",
    "epochs_saved_percent",
    "validation_regret_percent",
    "test_regret_percent",
)
SPREAD_COLUMNS = [f"{quantity}_{spread}" for quantity in QUANTITIES for spread in SPREADS]


@dataclass(frozen=True, eq=False)
class Series:
    """The runs of a dataset, point and backend as a criterion sees them, from epoch 1 on.

    Runs that ended before epoch 1 are left out. A diverged run takes part up
    to its end, because a criterion may well stop before. Epochs without a validation are left out too:
    a criterion counts validations, as those of Keras, Lightning and Hugging Face do.
    """

    epoch: Ints  # which epoch each column is, (epochs,); 1, 2, … where each has a validation
    train: Floats  # (runs, epochs)
    validation: Floats  # (runs, epochs)
    accuracy: Floats  # on the validation rows, (runs, epochs); NaN of regression
    test: Floats  # (runs, epochs)
    last: Ints  # the last column of each run, counted from 1, (runs,)


def series(curves: Curves) -> Series:
    """Cut the curves to what a criterion may see."""
    runs = np.flatnonzero(curves.last >= 1)
    unknown = np.full(curves.validation.shape, np.nan)
    train, validation, test, accuracy = (
        curves.losses.get(column, unknown)[runs, 1:]
        for column in ("train_loss", "validation_loss", "test_loss", "validation_accuracy")
    )
    seen = np.flatnonzero(np.isfinite(validation).any(axis=0))
    train, validation, accuracy, test = (m[:, seen] for m in (train, validation, accuracy, test))
    for matrix in (train, validation):
        matrix.flags.writeable = False  # one criterion must not change what the next one sees
    last = np.searchsorted(seen + 1, curves.last[runs], side="right")
    return Series(seen + 1, train, validation, accuracy, test, last)


@dataclass(frozen=True, eq=False)
class Outcome:
    """What one criterion would have done to each run.

    Parameters
    ----------
    values : (quantities, runs), in the order of `QUANTITIES`; none for no run.
    never : (runs,) whether it never fired.
    """

    criterion: str
    values: Floats
    never: Bools

    def __getitem__(self, quantity: str) -> Floats:
        """Give one quantity of every run, (runs,)."""
        values: Floats = self.values[QUANTITIES.index(quantity)]
        return values


def outcomes(curves: Curves, criteria: Sequence[Criterion]) -> list[Outcome]:
    """Replay every criterion on the curves of a dataset, point and backend.

    Of each run: the epoch at which the criterion stops (the last one where it
    never fires), the epoch that it *selects* (see `selected_epochs`), the share of the
    run's epochs saved, and the *regret*: the loss at the selected epoch above the lowest
    loss of that run's whole curve from epoch 1, in per cent of it (not known
    where that is zero and the other is not). A criterion that never fires
    saves nothing; it has no validation regret either if it looks at every epoch.
    """
    watched = series(curves)
    return [
        outcome(watched, criterion, stop_epochs(watched, criterion))
        if len(watched.last)
        else Outcome(criterion.label, np.empty((len(QUANTITIES), 0)), np.empty(0, bool))
        for criterion in criteria
    ]


def to_the_end(curves: Curves) -> Outcome:
    """Say what training every run to its end does, beside what the criteria do."""
    return outcomes(curves, [Patience(curves.planned)])[0]


def rows(every: Sequence[Outcome]) -> list[dict[str, object]]:
    """Return a row per criterion: the spread over runs of what it would have done."""
    return [{"criterion": one.criterion, "runs": len(one.never)} | summary(one) for one in every]


def stop_epochs(watched: Series, criterion: Criterion) -> Ints:
    """Ask a criterion when it stops each run, and check what it says.

    Raises
    ------
    PluginError
        When the answer is not one epoch per run that the run has, or -1.
    """
    with contained(f"stopping criterion {criterion.label}", "stops"):
        stops = np.asarray(criterion.stops(watched.train, watched.validation))
    runs = len(watched.last)
    if stops.shape != (runs,) or stops.dtype.kind not in "iu":
        raise PluginError(
            f"the stopping criterion {criterion.label} returned {stops.dtype} of shape "
            f"{stops.shape}; it must return one whole number per run, {runs} here."
        )
    wrong = (stops != NEVER) & ((stops < 1) | (stops > watched.last))
    if wrong.any():
        raise PluginError(
            f"the stopping criterion {criterion.label} stops at epoch {stops[wrong][0]} of "
            f"{watched.last[wrong][0]}; it must be an epoch of the run, from 1, or {NEVER}."
        )
    return stops.astype(np.int64)


@quiet
def outcome(watched: Series, criterion: Criterion, stops: Ints) -> Outcome:
    """Say what stopping there would have done to each run."""
    never = stops == NEVER
    stop = np.where(never, watched.last, stops)
    selected = selected_epochs(watched.validation, stop, strip_of(criterion))
    ends, stopped = watched.epoch[watched.last - 1], watched.epoch[stop - 1]
    values = [
        stopped,
        watched.epoch[selected - 1],
        *(at(matrix, selected - 1) for matrix in (watched.validation, watched.accuracy)),
        100 * (ends - stopped) / ends,
        regret(watched.validation, selected),
        regret(watched.test, selected),
    ]
    return Outcome(criterion.label, np.stack(values), never)


def selected_epochs(validation: Floats, stop: Ints, strip: int) -> Ints:
    """Return the epoch of each run that is kept, (runs,): the best up to the stop that was looked at.

    Where no loss was looked at, because the run is shorter than a strip, or none is finite, that
    is the network at hand, the stop itself.
    """
    epoch = np.arange(1, validation.shape[1] + 1)
    seen = (epoch % strip == 0) & (epoch <= stop[:, np.newaxis])
    best = first_minimum(np.where(seen, validation, np.nan))
    return np.where(best < 0, stop, best + 1)


@quiet
def summary(one: Outcome) -> dict[str, object]:
    """Return the spread over runs of what one criterion would have done."""
    if not len(one.never):
        return {}
    never_fired: dict[str, object] = {"never_fired_percent": 100 * float(one.never.mean())}
    values = spreads(one.values).ravel().tolist()
    return never_fired | dict(zip(SPREAD_COLUMNS, values, strict=True))


def regret(losses: Floats, selected: Ints) -> Floats:
    """Return the loss at the selected epoch above each run's least, in per cent of it."""
    least = np.min(losses, axis=1, initial=np.inf, where=np.isfinite(losses))
    there = at(losses, selected - 1)
    relative = 100 * (there / least - 1)
    return np.where(
        there <= highest_equal(least), 0.0, np.where(np.isfinite(relative), relative, np.nan)
    )


def spreads(values: Floats) -> Floats:
    """Return mean, standard deviation and quartiles over runs, (quantities, runs) -> (…, 5).

    NaN if a value is NaN; the deviation also with one run.
    """
    alone = values.shape[1] < 2
    deviation = np.full(len(values), np.nan) if alone else values.std(axis=1, ddof=1)
    quartiles = np.quantile(values, [0.25, 0.5, 0.75], axis=1)
    return np.stack([values.mean(axis=1), deviation, *quartiles], axis=1)
