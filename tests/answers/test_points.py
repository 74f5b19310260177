"""Points beside each other: who leads, who shares the lead, and why the others are behind."""

import numpy as np
import pytest

from answers.made import curves
from epochwise.answers.case import Case
from epochwise.answers.contender import contender
from epochwise.answers.points import leading, rows
from epochwise.answers.settings import AnswerSettings

SETTINGS = AnswerSettings.of(tolerance=0.01, standard_errors=1)


def case(validation, train=None, *, alpha=1, **more):
    return contender(Case(curves(validation, train, alpha=alpha, **more), SETTINGS))


def to(*lowest):
    """Runs that fall to a loss and rise again."""
    return np.array([[30.0, loss, 29.0] for loss in lowest])


def standings(*cases):
    return [row["standing"] for row in rows(cases)]


# ---- who leads ----


def test_the_lowest_loss_leads_and_the_others_are_above_it():
    found = rows([case(to(12), alpha=1), case(to(10), alpha=2), case([9.5, 10, 11], alpha=3)])
    assert [row["standing"] for row in found] == ["behind", "behind", "leads"]
    assert [row["above_lowest_percent"] for row in found] == pytest.approx(
        [100 * 2.5 / 9.5, 100 * 0.5 / 9.5, 0]
    )
    assert [row["best_epoch"] for row in found] == [1, 1, 0]
    assert [row["validation_loss"] for row in found] == [12, 10, 9.5]


def test_a_point_that_no_run_finished_or_that_a_constant_beats_does_not_lead():
    gone = case([[3.0, 1, np.nan]], alpha=1)
    poor = case(to(2), alpha=2, baseline=1.0)
    able = case(to(4), alpha=3, baseline=9.0)
    assert standings(gone, poor, able) == ["diverged", "no better than the baseline", "leads"]
    found = rows([gone, poor, able])
    assert [row["above_lowest_percent"] for row in found] == [None, -50, 0]
    assert [row["best_epoch"] for row in found] == [1, 1, 1]
    assert [row["comparison"] for row in found] == [
        "diverged",
        "no better than the baseline",
        "the lowest validation loss",
    ]


def test_where_a_constant_beats_all_the_lowest_stands_for_them_and_leads_nowhere():
    every = [case(to(loss), alpha=loss, baseline=1.0) for loss in (3, 2, 4)]
    assert leading(every) is every[1]
    assert standings(*every) == ["no better than the baseline"] * 3


def test_where_every_run_diverged_there_is_no_leader():
    every = [case(np.full((1, 3), np.nan)), case([[3.0, 1, np.nan]], alpha=2)]
    assert leading(every) is None
    found = rows(every)
    assert [row["standing"] for row in found] == ["diverged"] * 2
    assert [row["comparison"] for row in found] == ["diverged"] * 2
    assert [row["best_epoch"] for row in found] == [None, 1]
    assert [row["validation_loss"] for row in found] == [None, 1]


def test_a_point_whose_mean_overflows_is_not_known_and_does_not_lead():
    overflows = case(np.full((2, 3), 1.5e308))
    assert standings(overflows, case(to(1), alpha=2)) == ["diverged", "leads"]
    assert standings(overflows) == ["diverged"]


def test_of_backends_that_are_equal_the_first_listed_stands_for_its_point():
    first, second = case(to(10.05), backend="a"), case(to(10), backend="b")
    assert leading([first, second]) is first
    assert standings(first, second) == ["leads", "shares the lead"]
    assert rows([first, second])[1]["comparison"] == "shares the lead"  # it is below, if hardly
    elsewhere = case(to(10.05), backend="a", alpha=2)
    assert leading([elsewhere, second]) is second
    far = case(to(11), backend="a")
    assert leading([far, second]) is second


# ---- who shares the lead ----


@pytest.mark.parametrize("unit", [1, 1e-6, 1e6])
@pytest.mark.parametrize(("loss", "standing"), [(10.09, "shares the lead"), (10.11, "behind")])
def test_within_the_tolerance_of_the_lowest_loss_the_lead_is_shared(loss, standing, unit):
    assert standings(case(to(10) * unit), case(to(loss) * unit, alpha=2))[1] == standing


def test_of_two_that_make_no_mistake_both_lead():
    zero = case([1.0, 0, 0])
    assert standings(zero, case([2.0, 0, 0], alpha=2)) == ["leads", "shares the lead"]
    above = rows([zero, case([2.0, 0.5, 1], alpha=2), case([2.0, 0, 0], alpha=3)])
    assert [row["above_lowest_percent"] for row in above] == [0, np.inf, 0]
    assert "validation loss above the lowest, which is zero, " in above[1]["comparison"]
    assert above[2]["comparison"] == "shares the lead"


LOWEST, ABOVE = [9.0, 10, 11], np.array([0.2, 0.5, 0.8])  # 0.5 ± 0.17, run by run


def test_the_error_is_that_of_the_difference_run_by_run():
    leader = case(to(*LOWEST))
    assert standings(leader, case(to(*(LOWEST + ABOVE)), alpha=2))[1] == "behind"
    crossed = LOWEST + np.array([2.5, 0.5, -1.5])  # 0.5 ± 1.15
    assert standings(leader, case(to(*crossed), alpha=2))[1] == "shares the lead"


def test_the_error_of_cuts_is_inflated():
    apart = {"fold": [0, 1, 2], "partition_rows": {"train": 1, "validation": 3}}  # by √10
    leader, other = (case(to(*losses), **apart) for losses in (LOWEST, LOWEST + ABOVE))
    assert standings(leader, other)[1] == "shares the lead"


def test_points_that_have_not_the_same_runs_have_no_common_error():
    crossed = LOWEST + np.array([2.5, 0.5, -1.5])
    more = np.vstack([[30, np.nan, np.nan], to(*crossed)])  # the first seed diverged
    assert standings(case(to(*LOWEST)), case(more, alpha=2))[1] == "behind"
    both = [
        case(np.vstack([more[:1], to(*lowest)]), alpha=lowest[0]) for lowest in (LOWEST, crossed)
    ]
    assert standings(*both)[1] == "shares the lead"
    cuts = case(to(*crossed), alpha=2, fold=[0, 1, 2])  # other rows
    assert standings(case(to(*LOWEST)), cuts)[1] == "behind"


# ---- why the others are behind ----


@pytest.mark.parametrize(
    ("train", "against", "comparison"),
    [
        # never as low as the leader's 10 at its best epoch, if by a later one
        ([30, 14, 10.2], "underfits", "training loss never below 10.2 against 10"),
        ([30, 14, 10.05], None, ""),
        ([30, 9.95, 9], None, ""),
        ([30, 9.8, 9], "overfits", "training loss 9.8 against 10"),
    ],
)
def test_it_underfits_or_overfits_against_the_leader_by_the_training_losses(
    train, against, comparison
):
    leader = case(to(20), [40.0, 10, 5])
    found = rows([leader, case(to(25), train, alpha=2)])[1]
    assert found["against_leader"] == against
    higher = "validation loss 25.0 % above the lowest"
    begins = f"{against} compared with the leader: {higher}, " if against else higher
    assert found["comparison"] == begins + comparison


def test_what_shares_the_lead_is_not_said_to_be_behind():
    found = rows([case(to(20), [40.0, 10, 5]), case(to(20.1), [40.0, 39, 38], alpha=2)])[1]
    assert found["against_leader"] is None
    assert found["comparison"] == "shares the lead: validation loss 0.5 % above the lowest"
