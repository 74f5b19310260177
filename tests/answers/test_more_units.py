"""What more units would tell: foretold from a few, and held against what more of them do tell."""

from functools import cache

import numpy as np
import pytest
from scipy.stats import norm
from scipy.stats import t as student

from answers.made import curves, valleys
from epochwise.answers import best_epoch, more_units
from epochwise.answers.bootstrap import bootstrap_interval, expanded_tail
from epochwise.answers.case import Case
from epochwise.answers.safe_range import differences, safe_range
from epochwise.answers.settings import AnswerSettings
from epochwise.answers.statistics import inflation
from populations import linear_cuts, study_of, synthetic

SETTINGS = AnswerSettings.of(resamples=300)


@pytest.mark.parametrize(
    ("runs", "numbers"),
    [(4, []), (5, [10, 30]), (10, [30]), (16, [30]), (17, [30, 100]), (100, [])],
)
def test_the_numbers_are_those_that_are_more_and_not_very_much_more(runs, numbers):
    rows = more_units.rows_of(Case(curves(valleys(runs)), SETTINGS))
    assert [row["in_all"] for row in rows] == numbers


def test_where_nothing_can_be_stated_nothing_is_foretold():
    falling = np.linspace(2, 1, 61) + 0.01 * np.random.default_rng(0).random((6, 61))
    gone = valleys(6)
    gone[:, 40:] = np.nan
    overflowing = np.full((6, 61), 1e308)  # every loss is finite, and no mean of them
    for validation in (falling, gone, np.full((6, 61), np.nan), overflowing):
        assert more_units.rows_of(Case(curves(validation), SETTINGS)) == []


def test_for_as_many_units_as_there_are_it_is_what_is_stated():
    units = valleys(12)
    seed = np.random.SeedSequence(1)
    assert safe_range(units, 0.95, 1.0, 12) == safe_range(units, 0.95)
    assert bootstrap_interval(units, 0.95, 300, seed, 1.0, 12) == bootstrap_interval(
        units, 0.95, 300, seed
    )


def test_more_units_of_their_kind_would_narrow_both():
    """Of units that wander a lot the range costs less too, the more there are."""
    case = Case(curves(valleys(17, spread=20.0, seed=1)), SETTINGS)
    every = [best_epoch.row(case), *more_units.rows_of(case)]
    assert [one["safe_cost_percent"] for one in every] == [2, 1, 1]
    widths = [span(one, "interval") for one in every]
    assert widths == sorted(set(widths), reverse=True)


def test_an_epoch_is_safe_by_the_t_test_of_so_many_units():
    """Two epochs, so that the test can be written down."""
    rng = np.random.default_rng(3)
    one = rng.normal(1, 0.05, 6)
    units = np.stack([one, one * 1.012 + rng.normal(0, 0.02, 6)], axis=1)

    def passes(epoch, other, number):
        difference = units[:, epoch] - 1.02 * units[:, other]
        error = difference.std(ddof=1) / number**0.5
        return difference.mean() + student.ppf(0.975, number - 1) * error <= 0

    assert [passes(1, 0, number) for number in (6, 400)] == [False, True]
    for number in (6, 400):
        wanted = [passes(0, 1, number), passes(1, 0, number)]
        assert differences(units, 0.95, 1.0, number)(0.02).tolist() == wanted


def test_the_tail_has_the_bias_of_the_units_at_hand_and_the_freedom_of_those_foretold():
    wanted = norm.cdf(-np.sqrt(5 / 4) * student.ppf(0.975, 29))
    assert expanded_tail(0.95, 5, 30) == pytest.approx(wanted, rel=1e-12)


def test_cuts_of_one_data_set_are_inflated_for_so_many():
    cuts = curves(valleys(6), fold=np.arange(6), partition_rows={"train": 80, "validation": 20})
    assert inflation(cuts, 30) == pytest.approx((1 + 30 * 20 / 80) ** 0.5)
    assert inflation(curves(valleys(6)), 30) == 1


def span(facts, name):
    return facts[f"{name}_high"] - facts[f"{name}_low"] if f"{name}_low" in facts else np.nan


@cache
def population(name):
    return next(one for one in (*synthetic(), linear_cuts()) if one.name == name)


NAMES = [one.name for one in synthetic()] + ["linear model, cuts"]


@pytest.mark.long
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("few", "many"), [(5, 10), (5, 30), (10, 30)])
def test_what_is_foretold_is_about_what_comes(name, few, many):
    """Medians of sixty studies: the interval's width within 40 %, ranges as often within 35 points."""
    rng = np.random.default_rng([few, many])
    foretold, come = [], []
    for _ in range(60):
        rows = more_units.rows_of(Case(study_of(population(name), few, rng), SETTINGS))
        foretold += [row for row in rows if row["in_all"] == many]
        come.append(best_epoch.row(Case(study_of(population(name), many, rng), SETTINGS)))
    told, true = (
        np.nanmedian([span(one, "interval") for one in every if one.get("interval_high")])
        for every in (foretold, come)
    )
    assert abs(told - true) <= max(0.4 * true, 2)
    for cost in (2, 5):
        told, true = (
            np.mean([one.get("safe_cost_percent", 99) <= cost for one in every])
            for every in (foretold, come)
        )
        assert abs(told - true) <= 0.35
