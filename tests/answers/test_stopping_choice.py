"""Which early stopping is recommended: chosen and judged by hand, and what it states of fresh runs."""

import numpy as np
import pytest
from scipy.stats import t as student

from answers.made import curves, valleys
from epochwise.answers.case import Case
from epochwise.answers.settings import AnswerSettings
from epochwise.answers.stopping import Patience
from epochwise.answers.stopping_choice import bound, left_out, of_units, pick, row

SETTINGS = AnswerSettings.of()
WIDE = AnswerSettings.of(acceptable_regret=1.0)


def test_it_saves_most_of_those_whose_mean_regret_is_acceptable():
    saved = np.array([[20.0], [60], [70], [80], [0]])
    regret = np.array([[0.0], [0.9], [1.1], [np.nan], [0]])
    assert pick(saved, regret, SETTINGS, 1.0) == 1
    assert pick(saved, regret, AnswerSettings.of(acceptable_regret=0.02), 1.0) == 2
    assert pick(saved[3:], regret[3:], SETTINGS, 1.0) is None
    assert pick(saved[:1], np.ones((1, 1)), SETTINGS, 1.0) == 0  # as much as is acceptable
    assert pick(saved[:1], np.full((1, 1), 1.005), SETTINGS, 1.0) is None
    assert pick(np.full((1, 1), 0.5), np.zeros((1, 1)), SETTINGS, 1.0) == 0  # a little is saved
    assert pick(np.empty((0, 0)), np.empty((0, 0)), SETTINGS, 1.0) is None


def test_with_several_units_the_upper_bound_must_be_acceptable_too():
    saved, sure, unsure = np.full((2, 3), 50.0), [0.5, 0.5, 0.5], [0.0, 0.1, 1.4]
    saved[1] = 60
    assert pick(saved, np.array([sure, unsure]), SETTINGS, 1.0) == 0
    by_hand = student.ppf(0.95, 2) * np.std(unsure, ddof=1) / 3**0.5
    assert bound(np.array(unsure), 0.95, 2.0) == pytest.approx(2 * by_hand)
    assert bound(np.array([0.0, 1.0]), 0.95, 1.0) == pytest.approx(student.ppf(0.95, 1) / 2)
    assert np.isnan(bound(np.array([1.0]), 0.95, 1.0))


def test_each_unit_is_judged_by_what_the_others_choose():
    # without unit 2 the bold criterion costs nothing; with it, it costs too much
    saved = np.array([[10.0, 10, 10], [90, 90, 90]])
    regret = np.array([[0.0, 0, 0], [0, 0, 50]])
    gained, lost = left_out(saved, regret, SETTINGS, 1.0)
    assert gained.tolist() == [10, 10, 90]
    assert lost.tolist() == [0, 0, 50]
    none = np.full((1, 3), 99.0)
    assert [one.tolist() for one in left_out(none, none, SETTINGS, 1.0)] == [[0] * 3, [0] * 3]


def test_units_are_folds_where_there_are_several():
    case = Case(curves(valleys(runs=6), fold=[0, 0, 1, 1, 2, 2]), SETTINGS, [Patience(3)])
    (one,) = case.outcomes
    own = of_units(case.curves, case.outcomes, "epochs_saved_percent")
    assert own.tolist() == [one["epochs_saved_percent"].reshape(3, 2).mean(axis=1).tolist()]


def test_units_are_those_of_the_runs_that_trained_at_all():
    validation = valleys(runs=6)
    validation[0, 1:] = np.nan  # nothing of it is replayed
    validation[1, 2:] = np.nan
    case = Case(curves(validation, fold=[0, 0, 0, 1, 1, 1]), SETTINGS, [Patience(3)])
    (one,) = case.outcomes
    saved = one["epochs_saved_percent"]
    own = of_units(case.curves, case.outcomes, "epochs_saved_percent")
    assert own.tolist() == [[saved[:2].mean(), saved[2:].mean()]]


class Replayed(dict):
    """What a criterion did to each run."""

    def __init__(self, criterion, saved, regret):
        super().__init__(epochs_saved_percent=saved, validation_regret_percent=regret)
        self.criterion = criterion


@pytest.mark.parametrize(
    ("share", "criterion", "recommended"), [(0.995, "careful", False), (1.005, "bold", True)]
)
def test_what_is_stated_and_recommended_is_what_units_that_chose_nothing_say(
    share, criterion, recommended
):
    """Without the last unit the bold one costs nothing; without another it costs still more."""
    regret = np.array([0.0, 0, 0, 0, 0, 50])
    upper = regret.mean() * (1 + student.ppf(0.95, 5))  # this mean is its own error
    settings = AnswerSettings.of(acceptable_regret=share * upper / 100)
    case = Case(curves(valleys(runs=6)), settings)
    case.__dict__["outcomes"] = [  # in place of those that are replayed
        Replayed("careful", np.full(6, 10.0), np.zeros(6)),
        Replayed("bold", np.full(6, 90.0), regret),
    ]
    assert row(case) == {
        "criterion": criterion,
        "units": 6,
        "epochs_saved_percent": pytest.approx((5 * 10 + 90) / 6),
        "validation_regret_percent": pytest.approx(50 / 6),
        "regret_upper_percent": pytest.approx(upper),
        "recommended": recommended,
    }


@pytest.mark.parametrize(("runs", "judged"), [(1, False), (4, False), (5, True)])
def test_below_five_units_nothing_is_recommended(runs, judged):
    found = row(Case(curves(valleys(runs=runs)), WIDE, [Patience(3)]))
    assert found["units"] == runs
    assert found["recommended"] is judged
    assert ("regret_upper_percent" in found) == judged


def test_where_nothing_is_recommended_no_stopping_is():
    falling = np.tile(5 - np.arange(101) / 25, (6, 1))
    assert row(Case(curves(falling), WIDE, [Patience(3)])) == {}
    poor = curves(valleys(runs=6), baseline=0.5)
    assert row(Case(poor, WIDE, [Patience(3)])) == {}


def test_what_is_stated_is_what_fresh_runs_lose():
    """Over many studies the regret that is stated equals that of the criterion on new runs."""
    rng, stated, fresh = np.random.default_rng(5), [], []

    def runs(count):
        walk = np.cumsum(rng.normal(size=(count, 121)), axis=1) * 0.01
        return valleys(runs=count, epochs=120, best=50, seed=int(rng.integers(2**31))) + walk

    every = [Patience(n) for n in (2, 4, 8, 16, 32)]
    for _ in range(60):
        found = row(Case(curves(runs(8)), WIDE, every))
        chosen = next(one for one in every if one.label == found["criterion"])
        (outcome,) = Case(curves(runs(40)), WIDE, [chosen]).outcomes
        stated.append(found["validation_regret_percent"])
        fresh.append(outcome["validation_regret_percent"].mean())
    assert np.mean(stated) == pytest.approx(np.mean(fresh), rel=0.25)
