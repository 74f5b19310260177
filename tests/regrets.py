"""What early stopping is said to lose, beside what it loses on runs that had no part in any choice."""

from dataclasses import dataclass

import numpy as np

from answers.made import REGISTRY
from epochwise.answers import replay, stopping_choice
from epochwise.answers.case import Case
from epochwise.answers.criteria import parse_criteria
from epochwise.answers.settings import AnswerSettings
from populations import Population, curves_of, study_of

FRESH = 300  # units


@dataclass(frozen=True)
class Regrets:
    """How a population's studies of one size fared in stating a regret; regrets are in per cent.

    A study that names no criterion trains to the end and states nothing.
    """

    studies: int
    named: float  # share of studies that name a criterion
    stated: float  # mean over these of the regret that is stated
    fresh: float  # mean over these of what the criterion named loses on fresh units
    below: float  # share of these whose criterion loses no more on fresh units than the upper bound
    saved: float  # mean over these of the share of epochs saved on fresh units, in per cent
    recommended: float  # share of studies that recommend it
    false: (
        float  # share of studies that recommend what loses more than is acceptable on fresh units
    )


def regrets(population: Population, count: int, studies: int, seed: int) -> Regrets:
    """Draw studies of so many units; compare the regret that each states with that of fresh units."""
    rng, criteria = np.random.default_rng([seed, count, 1]), parse_criteria(None, REGISTRY)
    settings = AnswerSettings.of()
    lost, saved = on_fresh_units(population, count, rng)
    rows = [
        stopping_choice.row(Case(study_of(population, count, rng), settings, criteria))
        for _ in range(studies)
    ]
    named = [row for row in rows if row]
    fresh = np.array([lost[str(row["criterion"])] for row in named])
    upper = np.array([row["regret_upper_percent"] for row in named], float)
    relied = np.array([row["recommended"] for row in named], bool)
    return Regrets(
        studies,
        len(named) / studies,
        mean([row["validation_regret_percent"] for row in named]),
        mean(fresh),
        mean(fresh <= upper),
        mean([saved[str(row["criterion"])] for row in named]),
        float(relied.sum()) / studies,
        float((fresh[relied] > 100 * settings.acceptable_regret).sum()) / studies,
    )


def on_fresh_units(
    population: Population, count: int, rng: np.random.Generator
) -> tuple[dict[str, float], dict[str, float]]:
    """Give by criterion what it loses and saves on many units, in per cent."""
    units = np.concatenate([population.draw(count, rng) for _ in range(-(-FRESH // count))])
    curves = curves_of(population, units, "fresh")
    every = replay.outcomes(curves, parse_criteria(None, REGISTRY))
    lost, saved = (
        {one.criterion: float(one[name].mean()) for one in every}
        for name in (stopping_choice.REGRET, stopping_choice.SAVED)
    )
    return lost, saved


def mean(values: object) -> float:
    """Average values; NaN of none."""
    found = np.asarray(values, float)
    return float(found.mean()) if found.size else float("nan")
