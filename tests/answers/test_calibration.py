"""What is called 95 % is about 95 %: a small version of benchmarks/calibration.py."""

import numpy as np
import pytest

from populations import Score, linear_cuts, score, score_goal, synthetic
from regrets import regrets

pytestmark = pytest.mark.long

STUDIES = 150
SIZES = (5, 10)


def significantly_below(share, stated):
    return share < stated - 3 * Score.error(stated, STUDIES)


@pytest.fixture(scope="module")
def scores():
    every = [*synthetic(), linear_cuts()]
    return {(one.name, n): score(one, n, STUDIES, 11) for one in every for n in SIZES}


@pytest.mark.parametrize("count", SIZES)
def test_intervals_cover_and_safe_ranges_are_safe_on_every_population_and_on_the_mean(
    scores, count
):
    own = {name: one for (name, units), one in scores.items() if units == count}
    for name, one in own.items():
        assert not significantly_below(one.covered, 0.92), (name, one)
        assert not significantly_below(1 - one.false, 0.95), (name, one)
        assert not significantly_below(one.loss, 0.92), (name, one)
    assert np.mean([one.covered for one in own.values()]) >= 0.93
    assert np.mean([one.false for one in own.values()]) <= 0.04
    assert np.mean([one.loss for one in own.values()]) >= 0.92


def test_studies_that_go_on_until_they_are_sure_enough_state_what_is_true():
    goals = [score_goal(one, STUDIES, 13) for one in (*synthetic(), linear_cuts())]
    for one in (goal.score for goal in goals):
        assert not significantly_below(one.covered, 0.95)
        assert not significantly_below(1 - one.false, 0.95)
        assert not significantly_below(one.loss, 0.95)
    assert np.mean([one.reached for one in goals]) > 0.7
    assert np.mean([one.units for one in goals]) < 20


def test_a_study_that_looks_often_and_makes_nothing_of_it_would_be_noticed():
    slow = [one for one in synthetic() if one.name in ("flat, drifting", "flat, AR(1)")]
    naive, honest = (
        [score_goal(one, STUDIES, 13, looks).score for one in slow] for looks in (1, 4)
    )
    for quantity in ("loss", "covered"):
        once, each = (
            np.mean([getattr(one, quantity) for one in every]) for every in (naive, honest)
        )
        assert once < each - 0.02


def test_the_regret_that_is_stated_of_early_stopping_is_that_of_fresh_runs():
    every = [*synthetic(), linear_cuts()]
    found = [regrets(one, count, STUDIES, 11) for one in every for count in SIZES]
    stated, fresh = (np.mean([getattr(one, name) for one in found]) for name in ("stated", "fresh"))
    assert stated == pytest.approx(fresh, rel=0.25)
    assert np.mean([one.recommended for one in found]) > 0.5  # there is something to judge
    # 5 % by the t bound, more where the regrets are as skewed as they are
    assert np.mean([one.false for one in found]) <= 0.1


def test_where_cuts_are_taken_as_independent_it_would_be_noticed():
    """The same studies without Nadeau and Bengio's factor fall short."""
    cuts = linear_cuts()
    seeds = type(cuts)("as if independent", cuts.truth, cuts.draw)
    naive, honest = (score(one, 10, STUDIES, 12) for one in (seeds, cuts))
    assert naive.covered < honest.covered - 0.05
    assert naive.loss < honest.loss - 0.05
    assert significantly_below(naive.loss, 0.92)
