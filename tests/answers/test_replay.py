from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from answers.made import REGISTRY, curves
from epochwise.answers.criteria import parse_criteria
from epochwise.answers.frontier import frontier
from epochwise.answers.moving_average import MovingAverage
from epochwise.answers.prechelt import GeneralisationLoss
from epochwise.answers.replay import outcomes, rows, selected_epochs
from epochwise.answers.stopping import Patience
from epochwise.errors import PluginError
from epochwise.tables.catalogue import named


def replayed(curves, criteria):
    return rows(outcomes(curves, criteria))


def test_the_replay_by_hand():
    # epochs   0  1  2  3  4  5  6
    first = [9, 5, 4, 6, 6, 2, 3]  # patience 2 stops at 4, selects 2: 4 against 2
    second = [9, 5, 4, 3, 2, 1, 1]  # still improving at 5, one epoch without: never
    test = [[9, 6, 5, 7, 7, 4, 3], [9, 6, 5, 4, 3, 2, 2]]  # 5 against 3; 2 against 2
    (found,) = replayed(curves([first, second], test=test), [Patience(2)])
    assert (found["criterion"], found["runs"]) == ("patience(2)", 2)
    assert found["never_fired_percent"] == 50
    assert found["stop_epoch_mean"] == 5  # 4 and 6
    assert found["stop_epoch_std"] == pytest.approx(2**0.5)
    assert found["selected_epoch_median"] == 3.5  # 2 and 5
    assert found["validation_loss_mean"] == 2.5  # 4 and 1
    assert np.isnan(found["validation_accuracy_mean"])  # of regression
    assert found["epochs_saved_percent_mean"] == pytest.approx(100 * (2 / 6) / 2)
    assert found["validation_regret_percent_mean"] == pytest.approx(50)  # 100 and 0
    assert found["validation_regret_percent_q25"] == pytest.approx(25)
    assert found["test_regret_percent_mean"] == pytest.approx(100 * (2 / 3) / 2)


def test_where_only_some_epochs_have_a_validation_a_criterion_counts_validations():
    losses = np.array([5.0, 4, 6, 6, 2, 3])  # patience 2 stops at the fourth, selects the second
    gaps = np.full(20, np.nan)
    gaps[3:19:3] = losses
    (found,) = replayed(curves(gaps), [Patience(2)])
    assert (found["stop_epoch_mean"], found["selected_epoch_mean"]) == (12, 6)
    assert found["epochs_saved_percent_mean"] == pytest.approx(100 * 6 / 18)
    assert found["validation_regret_percent_mean"] == pytest.approx(100)


def test_what_never_fires_selects_the_best_and_saves_nothing():
    validation = np.random.default_rng(0).random((5, 40))
    (found,) = replayed(curves(validation), [GeneralisationLoss(1e9, strip=1)])
    best = 1 + validation[:, 1:].argmin(axis=1)
    assert found["never_fired_percent"] == 100
    assert found["selected_epoch_mean"] == best.mean()
    assert found["epochs_saved_percent_mean"] == 0
    assert found["validation_regret_percent_mean"] == 0
    assert np.isnan(found["test_regret_percent_mean"])  # there is no test partition


def test_the_accuracy_of_classes_is_that_at_the_selected_epoch():
    made = curves([9, 5, 4, 6, 6, 2, 3])
    accuracy = np.array([[0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7]])
    of_classes = replace(made, losses={**made.losses, "validation_accuracy": accuracy})
    found = replayed(of_classes, [Patience(2)])
    assert (found[0]["selected_epoch_mean"], found[0]["validation_accuracy_mean"]) == (2, 0.3)
    (best,) = frontier(found)
    assert (best["validation_loss"], best["validation_accuracy"]) == (4, 0.3)
    assert set(best) == set(named("frontier").columns)


def test_the_untrained_network_takes_no_part():
    (found,) = replayed(curves([0.0, 3, 2, 4, 4]), [Patience(1)])
    assert (found["stop_epoch_mean"], found["selected_epoch_mean"]) == (3, 2)
    assert found["validation_regret_percent_mean"] == 0


def test_one_run_has_no_deviation():
    (found,) = replayed(curves([3, 2, 1.0]), [Patience(1)])
    assert np.isnan(found["stop_epoch_std"])


def test_a_diverged_run_is_replayed_up_to_its_end():
    validation = [[9, 5, 4, 6, np.nan, np.nan], [9, 5, 4, 3, 2, 1], [9] + [np.nan] * 5]
    strict, patient = replayed(curves(validation), [Patience(1), Patience(2)])
    assert strict["runs"] == 2  # the third has no epoch to look at
    assert strict["stop_epoch_mean"] == (3 + 5) / 2
    assert strict["never_fired_percent"] == 50
    assert patient["stop_epoch_mean"] == (3 + 5) / 2  # ended, not stopped
    assert patient["never_fired_percent"] == 100


def test_regret_over_a_loss_of_zero_is_not_known():
    (found,) = replayed(curves([1, 1, 2, 0.0]), [Patience(1)])
    assert np.isnan(found["validation_regret_percent_mean"])
    (found,) = replayed(curves([1, 0, 2, 1.0]), [Patience(1)])
    assert found["validation_regret_percent_mean"] == 0


def test_nothing_to_replay():
    for validation in ([np.nan] * 3, [1.0]):
        (found,) = replayed(curves(validation), [Patience(1)])
        assert found == {"criterion": "patience(1)", "runs": 0}
        assert outcomes(curves(validation), [Patience(1)])[0]["stop_epoch"].shape == (0,)


@pytest.mark.parametrize(
    "answer",
    [3, [3.0, 3.0], [3], [0, 3], [3, 9], [-2, 3], [[3, 3]]],
)
def test_a_criterion_that_breaks_its_contract_is_named(answer):
    class Broken:
        label = "broken(1)"

        def stops(self, train, validation):
            return np.array(answer)

    with pytest.raises(PluginError, match=r"criterion broken\(1\)"):
        replayed(curves([[3, 2, 1, 1.0], [3, 2, 1, 1.0]]), [Broken()])


@pytest.mark.parametrize("kind", ["uint8", "int16", "uint64"])
def test_a_criterion_may_stop_at_any_epoch_of_the_run_in_whole_numbers_of_any_kind(kind):
    class Sound:
        label = "sound(1)"

        def stops(self, train, validation):
            return np.array([1, 3], kind)

    (found,) = replayed(curves([[3, 2, 1, 1.0], [3, 2, 1, 1.0]]), [Sound()])
    assert (found["stop_epoch_mean"], found["selected_epoch_mean"]) == (2, 1.5)


@settings(max_examples=100, deadline=None)
@given(
    arrays(
        float,
        st.tuples(st.integers(1, 4), st.integers(2, 40)),
        elements=st.floats(0, 8, width=16) | st.just(np.nan),
    )
)
def test_every_criterion_gives_sound_numbers_on_every_table(validation):
    for found in replayed(curves(validation), parse_criteria(None, REGISTRY)):
        if not found["runs"]:
            continue
        assert 0 <= found["epochs_saved_percent_mean"] < 100
        assert 1 <= found["selected_epoch_mean"] <= found["stop_epoch_mean"]
        regret = found["validation_regret_percent_mean"]
        assert regret >= 0 or np.isnan(regret)
        if found["never_fired_percent"] == 100:
            assert found["epochs_saved_percent_mean"] == 0
            assert regret == 0 or not found["criterion"].startswith("patience")


@settings(max_examples=100, deadline=None)
@given(
    arrays(float, st.tuples(st.integers(1, 3), st.integers(2, 40)), elements=st.integers(0, 99)),
    st.floats(1e-6, 1e6),
)
def test_the_unit_of_the_loss_changes_no_epoch(validation, factor):
    criteria = parse_criteria(None, REGISTRY)
    both = (replayed(curves(each), criteria) for each in (validation, validation * factor))
    for one, other in zip(*both, strict=True):
        for name in one:
            if "epoch" in name or name == "never_fired_percent":
                assert one[name] == other[name] or np.isnan(one[name]), name


def test_a_criterion_cannot_change_what_the_next_one_sees():
    class Writes:
        label = "writes(1)"

        def stops(self, train, validation):
            validation[:] = 0
            return np.full(len(validation), -1)

    with pytest.raises(
        PluginError, match=r"criterion writes\(1\): .*which is read-only: copy first"
    ):
        replayed(curves([3, 2, 1.0]), [Writes()])


WATCHED = np.array([[3, 4, 2, 2, np.nan, 1], [np.nan, np.nan, 5, 4, 4, 9]])


@pytest.mark.parametrize(
    ("strip", "expected"),
    [
        (1, [[1, 1], [1, 2], [3, 3], [3, 4], [3, 4], [6, 4]]),
        (2, [[1, 1], [2, 2], [2, 3], [4, 4], [4, 4], [6, 4]]),
        (3, [[1, 1], [2, 2], [3, 3], [3, 3], [3, 3], [6, 3]]),
        (7, [[1, 1], [2, 2], [3, 3], [4, 4], [5, 5], [6, 6]]),
    ],
)
def test_the_best_up_to_the_stop_that_was_looked_at_is_selected(strip, expected):
    stops = [np.full(2, stop) for stop in range(1, 7)]
    assert [selected_epochs(WATCHED, stop, strip).tolist() for stop in stops] == expected


def test_a_criterion_that_looks_at_strip_ends_selects_one_of_them():
    # epochs      1  2  3  4  5  6  7  8  9  10
    validation = [9, 8, 1, 4, 5, 6, 7, 8, 9, 9]
    (found,) = replayed(curves([9, *validation]), [GeneralisationLoss(50, strip=2)])
    assert (found["stop_epoch_mean"], found["selected_epoch_mean"]) == (8, 4)  # 8 against 4
    assert found["validation_regret_percent_mean"] == 300  # the lowest is 1, at epoch 3
    (found,) = replayed(curves([9, *validation]), [GeneralisationLoss(50, strip=1)])
    assert (found["stop_epoch_mean"], found["selected_epoch_mean"]) == (4, 3)
    # it never fires: the best of the strips' ends, which is not the best of all
    (found,) = replayed(curves([9, *validation]), [GeneralisationLoss(1e9, strip=2)])
    assert (found["never_fired_percent"], found["selected_epoch_mean"]) == (100, 4)


def test_averages_take_every_epoch_so_any_may_be_selected():
    validation = [9, 9, 8, 1, 4, 5, 6, 7, 8, 9, 9]
    (found,) = replayed(curves(validation), [MovingAverage(1, GeneralisationLoss(50, strip=2))])
    assert (found["stop_epoch_mean"], found["selected_epoch_mean"]) == (8, 3)


class Sparse:
    """A criterion of a plugin, which says at which epochs it looks."""

    label = "sparse(1)"

    def __init__(self, strip):
        self.strip = strip

    def stops(self, train, validation):
        return np.full(len(validation), 4)


def test_a_plugin_s_criterion_may_look_at_strip_ends_too():
    (found,) = replayed(curves([9, 5, 4, 1, 3, 2]), [Sparse(2)])
    assert found["selected_epoch_mean"] == 4


@pytest.mark.parametrize("strip", [0, 2.0, True, None, "2"])
def test_a_strip_that_is_no_number_of_epochs_is_refused(strip):
    with pytest.raises(PluginError, match=r"sparse\(1\): strip is .*; it must be a whole number"):
        replayed(curves([9, 5, 4, 1, 3, 2]), [Sparse(strip)])


def point(name, saved, regret):
    means = {"epochs_saved_percent": saved, "validation_regret_percent": regret}
    return {"criterion": name, **{f"{key}_mean": value for key, value in means.items()}}


def test_the_frontier_by_hand():
    table = [
        point("slow", 10.0, 0.0),
        point("beaten", 20.0, 3.0),  # saves less than `middle` and loses more
        point("middle", 50.0, 1.0),
        point("same", 40.0, 1.0),  # loses as much and saves less
        point("worse", 90.0, 9.0),  # saves as much as `fast` and loses more
        point("fast", 90.0, 8.0),
        point("unknown", 95.0, float("nan")),
        {"criterion": "no run", "runs": 0},
    ]
    found = frontier(table)
    assert [row["criterion"] for row in found] == ["slow", "middle", "fast"]
    levels = [(row["saved_more_than_percent"], row["saved_up_to_percent"]) for row in found]
    assert levels == [(None, 10.0), (10.0, 50.0), (50.0, 90.0)]
    assert frontier([]) == []


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), max_size=12))
def test_at_each_level_no_criterion_has_less_regret_than_the_frontiers(points):
    table = [point(str(number), float(x), float(y)) for number, (x, y) in enumerate(points)]
    found = frontier(table)
    for level in range(1, 21):
        regrets = [y for x, y in points if x >= level]
        rows_there = [
            row
            for row in found
            if (row["saved_more_than_percent"] or 0) < level <= row["saved_up_to_percent"]
        ]
        assert [row["validation_regret_percent"] for row in rows_there] == (
            [min(regrets)] if regrets else []
        )
