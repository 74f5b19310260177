"""Populations of loss curves, studies drawn from them, and how often what a study states is true.

A population is many units (runs on one cut, or cuts), so that its mean curve is known all but
exactly: that is the truth. A study is a few of its units, and says what the library says of them.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from epochwise.answers import best_epoch
from epochwise.answers.case import Case
from epochwise.answers.settings import AnswerSettings
from epochwise.arrays import Floats
from epochwise.tables.curves import Curves

CUT = {"train": 80.0, "validation": 20.0}  # rows


@dataclass(frozen=True)
class Population:
    """Curves of which the truth is known.

    Parameters
    ----------
    truth : (epochs,) the mean validation curve of all there could be.
    draw : gives a study of n units from a generator of random numbers: validation losses (n, epochs)
        or, where training losses are known as well, both of them (n, 2, epochs).
    rows : of train and validation where the units are cuts; {} for seeds on one cut.
    sizes : the numbers of units that can be drawn.
    """

    name: str
    truth: Floats
    draw: Callable[[int, np.random.Generator], Floats]
    rows: dict[str, float] = field(default_factory=dict)
    sizes: tuple[int, ...] = (5, 10, 30)


@dataclass(frozen=True)
class Score:
    """How a population's studies of one size fared; shares are fractions."""

    studies: int
    covered: float  # intervals that hold the true best epoch; one that reaches the end is open
    width: float  # median width of the interval, of all epochs
    censored: float  # studies whose interval is open, as their curve is lowest at the end
    ranged: float  # studies that state a safe range
    false: float  # safe ranges that hold an epoch that costs more than they say, of all studies
    loss: float  # losses ± margin that hold the true loss at the epoch that was chosen

    @staticmethod
    def error(share: float, studies: int) -> float:
        """Give the Monte-Carlo standard error of a share."""
        return float(np.sqrt(max(share * (1 - share), 1 / studies) / studies))


def finite(name: str, units: Floats, **how: object) -> Population:
    """Take units that were trained as the whole population; studies draw from it with replacement.

    Parameters
    ----------
    units : (units, 2, epochs) validation and training losses.
    """

    def draw(count: int, rng: np.random.Generator) -> Floats:
        return units[rng.integers(len(units), size=count)]

    return Population(name, units[:, 0].mean(axis=0), draw, **how)  # type: ignore[arg-type]


def grouped(name: str, groups: Floats, rows: dict[str, float]) -> Population:
    """Take whole k-folds, (repeats, folds, 2, epochs); a study is one of them."""

    def draw(count: int, rng: np.random.Generator) -> Floats:
        return groups[rng.integers(len(groups))]

    return Population(name, groups[:, :, 0].mean(axis=(0, 1)), draw, rows, (groups.shape[1],))


def score(population: Population, count: int, studies: int, seed: int) -> Score:
    """Draw studies of so many units and compare what each states with the truth."""
    rng, settings = np.random.default_rng([seed, count]), AnswerSettings.of()
    facts = [judged(population, study_of(population, count, rng), settings) for _ in range(studies)]
    table = {name: np.array([one[name] for one in facts]) for name in facts[0]}
    return Score(
        studies,
        float(table["covered"].mean()),
        float(np.median(table["width"])),
        float(table["open"].mean()),
        float(table["ranged"].mean()),
        float(table["false"].mean()),
        float(table["loss"].mean()),
    )


def study_of(population: Population, count: int, rng: np.random.Generator) -> Curves:
    """Make the curves of a study of so many units."""
    return curves_of(population, population.draw(count, rng), f"{rng.integers(2**32)}")


def curves_of(population: Population, units: Floats, name: str) -> Curves:
    """Make the curves of units that were drawn; the name addresses the bootstrap."""
    validation, train = (units, units) if units.ndim == 2 else (units[:, 0], units[:, 1])
    number = np.arange(len(units))
    rows = {name: np.full(len(units), own) for name, own in population.rows.items()}
    return Curves(
        {"dataset": "drawn", "backend": name},
        number if population.rows else np.zeros_like(number),
        number,
        {"train_loss": train, "validation_loss": validation},
        validation.shape[1] - 1,
        np.full(len(units), 80.0),
        np.full(len(units), 4.0),
        np.full(len(units), 20.0),
        rows,
    )


def judged(population: Population, curves: Curves, settings: AnswerSettings) -> dict[str, float]:
    """Compare what is stated of one study with the truth."""
    stated = best_epoch.row(Case(curves, settings))
    truth = population.truth
    best, last = int(truth.argmin()), len(truth) - 1
    low, high = stated.get("interval_low"), stated.get("interval_high")
    first, end, cost = (stated.get(f"safe_{name}") for name in ("low", "high", "cost_percent"))
    ranged = first is not None
    worst = float(truth[first : end + 1].max() / truth.min() - 1) if ranged else 0.0  # type: ignore[misc, operator]
    here = float(truth[stated["best_epoch"]])  # type: ignore[call-overload]
    off = abs(float(stated["left_out_loss"]) - here)  # type: ignore[arg-type]
    return {
        "covered": float(low <= best and (high is None or high == last or best <= high)),  # type: ignore[operator]
        "width": ((last if high is None else high) - low) / last,  # type: ignore[operator]
        "open": float(high is None),
        "ranged": float(ranged),
        "cost": cost if ranged else np.inf,  # type: ignore[dict-item]
        "false": float(ranged and 100 * worst > cost),  # type: ignore[operator]
        "loss": float(off <= float(stated["left_out_margin"])),  # type: ignore[arg-type]
    }


# ---- studies that go on until they are sure enough ----

ROUNDS = (5, 10, 20, 30)


@dataclass(frozen=True)
class Goal:
    """How a population's studies fared that went on until they were sure enough."""

    score: Score
    units: float  # that it took, on the mean
    reached: float  # studies that were sure enough before they ended


def score_goal(population: Population, studies: int, seed: int, looks: int = len(ROUNDS)) -> Goal:
    """Draw studies that end at the first of `ROUNDS` with a safe range at 2 %."""
    rng, settings = np.random.default_rng([seed, 0]), AnswerSettings.of(looks=looks)
    found = [pursued(population, settings, rng) for _ in range(studies)]
    facts = {name: np.array([judged[name] for judged, _ in found]) for name in found[0][0]}
    means = {name: float(values.mean()) for name, values in facts.items()}
    score = Score(
        studies,
        means["covered"],
        float(np.median(facts["width"])),
        *(means[name] for name in ("open", "ranged", "false", "loss")),
    )
    units = float(np.mean([count for _, count in found]))
    return Goal(score, units, float((facts["cost"] <= 2).mean()))


def pursued(
    population: Population, settings: AnswerSettings, rng: np.random.Generator
) -> tuple[dict[str, float], int]:
    """Take more and more units of one study until it is sure enough; say how it fared, and how many."""
    every = study_of(population, ROUNDS[-1], rng)
    for count in ROUNDS:
        found = judged(population, first_of(every, count), settings)
        if found["cost"] <= 2:
            break
    return found, count


def first_of(curves: Curves, count: int) -> Curves:
    """Take the first units of a study."""
    return replace(
        curves,
        **{name: getattr(curves, name)[:count] for name in PER_RUN},
        losses={name: values[:count] for name, values in curves.losses.items()},
        rows={name: values[:count] for name, values in curves.rows.items()},
    )


PER_RUN = ("fold", "seed", "training_rows", "iterations_per_epoch", "rows_per_batch")


# ---- populations that are made, not trained ----


def synthetic(epochs: int = 200) -> Iterator[Population]:
    """Make curves whose expected curve is a formula, each unit with a level and a drift of its own."""
    epoch = np.arange(epochs + 1) / epochs
    shapes = {
        "sharp": 1 + 8 * np.exp(-epoch * 30) + 1.5 * epoch,
        "flat": 1 + 8 * np.exp(-epoch * 30) + 0.15 * epoch,
        "parabola": 1 + 3 * (epoch - 0.4) ** 2,
    }
    for name, curve in shapes.items():
        yield Population(f"{name}, drifting", curve, drifting(curve, 0.006))
    yield Population("flat, AR(1)", shapes["flat"], autoregressive(shapes["flat"], 0.03, 0.9))
    yield Population("sharp, jitter", shapes["sharp"], autoregressive(shapes["sharp"], 0.02, 0.0))


def drifting(curve: Floats, step: float) -> Callable[[int, np.random.Generator], Floats]:
    """Add to each unit a level of its own and a random walk that smoothness has made slow."""

    def draw(count: int, rng: np.random.Generator) -> Floats:
        level = 1 + 0.1 * rng.normal(size=(count, 1))
        walk = np.cumsum(rng.normal(size=(count, len(curve))), axis=1) * step
        return curve * level + walk

    return draw


def autoregressive(
    curve: Floats, deviation: float, memory: float
) -> Callable[[int, np.random.Generator], Floats]:
    """Add to each unit a level and noise that remembers so much of the epoch before."""
    from scipy.signal import lfilter

    def draw(count: int, rng: np.random.Generator) -> Floats:
        shocks = rng.normal(size=(count, len(curve))) * deviation * np.sqrt(1 - memory**2)
        noise = lfilter([1], [1, -memory], shocks, axis=1)
        return curve * (1 + 0.05 * rng.normal(size=(count, 1))) + noise

    return draw


def linear_cuts(rows: int = 100, features: int = 30, epochs: int = 150) -> Population:
    """Cut one data set after another: a linear model trained by gradient descent, in closed form.

    The truth is over new data sets, of which each study sees one.
    """
    weights = np.random.default_rng(0).normal(size=features) / np.sqrt(features)
    validating = rows // 5

    def data(rng: np.random.Generator) -> tuple[Floats, Floats]:
        x = rng.normal(size=(rows, features))
        return x, x @ weights + rng.normal(size=rows)

    def curve(x: Floats, y: Floats, rng: np.random.Generator) -> Floats:
        order = rng.permutation(rows)
        train, test = order[validating:], order[:validating]
        values, vectors = np.linalg.eigh(x[train].T @ x[train] / len(train))
        target = vectors.T @ (x[train].T @ y[train] / len(train))
        epoch = np.arange(epochs + 1)[:, np.newaxis]
        steps = (1 - (1 - 0.05 * values) ** epoch) / values * target  # (epochs, features)
        return np.asarray(((y[test] - steps @ (x[test] @ vectors).T) ** 2).mean(axis=1))

    def draw(count: int, rng: np.random.Generator) -> Floats:
        x, y = data(rng)
        return np.array([curve(x, y, rng) for _ in range(count)])

    rng = np.random.default_rng(1)
    truth = np.mean([curve(*data(rng), rng) for _ in range(6000)], axis=0)
    own = {"train": float(rows - validating), "validation": float(validating)}
    return Population("linear model, cuts", truth, draw, own)
