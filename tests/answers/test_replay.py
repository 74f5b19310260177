import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from answers.made import REGISTRY, curves
from epochwise.answers.criteria import parse_criteria
from epochwise.answers.prechelt import GeneralisationLoss
from epochwise.answers.replay import frontier, outcomes, rows, series
from epochwise.answers.stopping import Patience
from epochwise.errors import PluginError


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
    assert found["epochs_saved_percent_mean"] == pytest.approx(100 * (2 / 6) / 2)
    assert found["validation_regret_percent_mean"] == pytest.approx(50)  # 100 and 0
    assert found["validation_regret_percent_q25"] == pytest.approx(25)
    assert found["test_regret_percent_mean"] == pytest.approx(100 * (2 / 3) / 2)


def test_what_never_fires_selects_the_best_and_saves_nothing():
    validation = np.random.default_rng(0).random((5, 40))
    (found,) = replayed(curves(validation), [GeneralisationLoss(1e9)])
    best = 1 + validation[:, 1:].argmin(axis=1)
    assert found["never_fired_percent"] == 100
    assert found["selected_epoch_mean"] == best.mean()
    assert found["epochs_saved_percent_mean"] == 0
    assert found["validation_regret_percent_mean"] == 0
    assert np.isnan(found["test_regret_percent_mean"])  # there is no test partition


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
            assert regret == 0


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

    with pytest.raises(ValueError, match="read-only"):
        replayed(curves([3, 2, 1.0]), [Writes()])


def test_the_best_so_far_is_numbered_from_epoch_1():
    watched = series(curves([[0, 3, 4, 2, 2, np.nan, 1], [0, np.nan, np.nan, 5, 4, 4, 9]]))
    assert watched.selected[:, 2:].tolist() == [[3, 3, 3, 6], [3, 4, 4, 4]]
    assert watched.last.tolist() == [6, 6]


def test_before_the_first_finite_loss_epoch_1_is_selected():
    watched = series(curves([[0, np.nan, np.nan, 5, 4]]))
    assert watched.selected.tolist() == [[1, 1, 3, 4]]
    (found,) = replayed(curves([[0, np.nan, np.nan, 5, 4]]), [Patience(1)])
    assert (found["stop_epoch_mean"], found["selected_epoch_mean"]) == (2, 1)
    assert np.isnan(found["validation_regret_percent_mean"])


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
