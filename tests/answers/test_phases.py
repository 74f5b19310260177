"""Constructed curves of every kind, and what is said of them."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.signal import lfilter
from scipy.stats import t as student

from answers.made import curves
from epochwise.answers import phases
from epochwise.answers.case import Case
from epochwise.answers.settings import AnswerSettings
from epochwise.answers.shapes import running_median, shape

SETTINGS = AnswerSettings.of()


def row(curves, settings):
    return phases.row(Case(curves, settings))


EPOCH = np.arange(1001)
FALL = 1 + 4 * np.exp(-EPOCH / 60)
# falls to 1 at 100, rises to 1.5 at 300, stays to 340, falls to 0.8 at 800, stays
TWICE = np.interp(EPOCH, [0, 100, 300, 340, 800, 1000], [5, 1, 1.5, 1.5, 0.8, 0.8])


def bump(height, at, width):
    return height * np.exp(-(((EPOCH - at) / width) ** 2))


CURVES = {
    "settles": (
        FALL,
        "settles",
        "no overfitting seen: lowest at the last epoch, 1,000, but hardly falling any more",
    ),
    "underfits": (
        5 - 4 * EPOCH / 1000,
        "underfits",
        "underfit: still improving at 1,000 epochs: train longer",
    ),
    "overfits": (
        np.interp(EPOCH, [0, 400, 1000], [5, 1, 1.2]),
        "overfits",
        "overfits after 400: validation loss rises 20.0 % by 1,000",
    ),
    "worsens": (
        1 + EPOCH / 1000,
        "worsens",
        "never better than the untrained network: validation loss rises 100.0 % by 1,000: "
        "lower the learning rate",
    ),
    "constant": (np.full(1001, 0.7), "constant", "constant: validation loss stays within 1.0 %"),
    "zero": (np.zeros(1001), "constant", "constant: "),
    "nearly constant": (0.7 + 0.001 * np.sin(EPOCH), "constant", "constant: "),
    "double descent": (
        TWICE,
        "double_descent",
        "double descent: first minimum at 100, rises 50.0 % by 300, falls below it: "
        "lowest at 800 of 1,000",
    ),
    "double descent, then overfits": (
        np.interp(EPOCH, [0, 100, 300, 340, 800, 1000], [5, 1, 1.5, 1.5, 0.8, 1]),
        "double_descent",
        "double descent: first minimum at 100, rises 50.0 % by 300, falls below it until 800, "
        "then overfits: validation loss rises 25.0 % by 1,000",
    ),
    "double descent, still going down": (
        np.interp(EPOCH, [0, 100, 300, 340, 1000], [5, 1, 1.5, 1.5, 0.5]),
        "double_descent",
        "double descent: first minimum at 100, rises 50.0 % by 300, falls below it "
        "and is still improving at 1,000 epochs: train longer",
    ),
    "rises and recovers": (
        1 + 4 * np.exp(-EPOCH / 20) + bump(0.5, 500, 60),
        "recovers",
        "rises and recovers: validation loss rises",
    ),
    "still falling at the end, but not to a new minimum": (
        np.interp(EPOCH, [0, 100, 700, 1000], [5, 1, 1.2, 1.03]),
        "recovers",
        "rises and recovers: validation loss rises",
    ),
    "no second descent below the first": (
        np.interp(EPOCH, [0, 100, 300, 1000], [5, 1, 1.5, 1.2]),
        "overfits",
        "overfits after 100: validation loss rises 20.0 % by 1,000",
    ),
    "rises at the start only": (FALL + bump(3, 20, 20), "settles", "no overfitting seen"),
    "one spike": (FALL + 5 * (EPOCH == 500), "settles", "no overfitting seen"),
    "rises less than counts": (
        np.interp(EPOCH, [0, 400, 1000], [5, 1, 1.04]),
        "settles",
        "no overfitting seen: best epoch 400 of 1,000",
    ),
    "rises from zero": (
        np.interp(EPOCH, [0, 400, 500, 1000], [5, 0, 0, 1]),
        "overfits",
        "overfits after 400: validation loss rises from zero by 1,000",
    ),
    "untrained": (np.array([1.0]), "untrained", "only the untrained network was measured"),
    "two epochs": (np.array([2.0, 1.0]), "underfits", "underfit: still improving at 1 epoch:"),
}


@pytest.mark.parametrize("name", CURVES)
def test_every_kind_of_curve_is_named(name):
    mean, kind, verdict = CURVES[name]
    found = row(curves(mean), SETTINGS)
    assert found["kind"] == kind
    assert found["verdict"].startswith(verdict)


@pytest.mark.parametrize("name", ["settles", "underfits", "overfits", "double descent"])
@pytest.mark.parametrize("seed", range(10))
def test_a_little_noise_changes_no_kind(name, seed):
    mean, kind, _ = CURVES[name]
    noise = np.random.default_rng(seed).standard_normal(len(mean))
    assert row(curves(mean * (1 + 0.01 * noise)), SETTINGS)["kind"] == kind


def phases_of(found):
    names = ("underfitting", "plateau", "overfitting")
    return [(found.get(f"{name}_first"), found.get(f"{name}_last")) for name in names]


def test_the_phases_of_overfitting():
    # within 1 % of the lowest: 1.01 is crossed at 399 (falling 0.01 an epoch) and at 430
    mean = np.interp(EPOCH, [0, 400, 1000], [5, 1, 1.2])
    found = row(curves(mean), SETTINGS)
    assert phases_of(found) == [(0, 398), (399, 430), (431, 1000)]
    assert found["rise_percent"] == pytest.approx(20)


def test_the_phases_when_there_is_no_overfitting():
    found = row(curves(np.interp(EPOCH, [0, 400, 1000], [5, 1, 1.04])), SETTINGS)
    assert phases_of(found) == [(0, 398), (399, 1000), (None, None)]
    found = row(curves(5 - 4 * EPOCH / 1000), SETTINGS)
    assert phases_of(found) == [(0, 1000), (None, None), (None, None)]
    found = row(curves(1 + EPOCH / 1000), SETTINGS)
    assert phases_of(found) == [(None, None), (0, 10), (11, 1000)]


RISE = np.interp(EPOCH, [0, 400, 1000], [5, 1, 1.2])


@pytest.mark.parametrize(
    ("train", "kind"),
    [
        (RISE / 2, "degrades"),  # by 0.1, half as much as the validation loss
        (RISE * 0.45, "overfits"),  # by less
        (np.full(1001, 0.5), "overfits"),
        (np.full(1001, np.nan), "overfits"),  # unknown
        (np.interp(EPOCH, [0, 400, 1000], [9, 8, 8.3]), "overfits"),  # by less than `rise` of it
        (np.where(EPOCH % 7, np.nan, RISE), "degrades"),  # measured now and then
        (np.where(EPOCH > 400, np.nan, RISE), "overfits"),
        (np.where(EPOCH <= 400, np.nan, RISE), "degrades"),
        (np.interp(EPOCH, [0, 900, 1000], [5, 0.1, 1]), "overfits"),  # after long overfitting
        (np.interp(EPOCH, [0, 500, 1000], [1.5, 0.1, 1]), "degrades"),
        (
            RISE * (1 + 0.2 * np.random.default_rng(0).standard_normal(1001)),
            "overfits",
        ),  # may be noise
        (RISE + 0.01 * np.random.default_rng(0).standard_normal(1001), "degrades"),
    ],
)
def test_where_the_training_loss_rises_as_well_it_is_no_overfitting(train, kind):
    found = row(curves(RISE, train=train), SETTINGS)
    assert found["kind"] == kind
    after = (431, 1000) if kind == "overfits" else (None, None)
    assert phases_of(found) == [(0, 398), (399, 430), after]
    assert found["rise_percent"] == pytest.approx(20)


@pytest.mark.parametrize("seed", range(20))
def test_half_the_rise_of_the_validation_loss_is_half_in_every_unit(seed):
    validation = np.interp(np.arange(41), [0, 10, 25, 40], [5, 1, 1.4, 1.4])
    train = np.interp(np.arange(41), [0, 10, 25, 40], [5, 1.3, 1.5, 1.5])
    factor = np.random.default_rng(seed).uniform(1e-3, 1e3)
    error = np.full(41, np.nan)
    assert shape(validation * factor, error, SETTINGS, train * factor).kind == "degrades"


@pytest.mark.parametrize(
    ("train", "kind", "falls"),
    [
        ([1, -8, -6], "degrades", False),
        ([1, -8, -7.8], "overfits", False),
        ([1, -8, -9], "overfits", True),
        ([1, 0, 1], "degrades", False),
        ([0, 0, 0], "overfits", False),
    ],
)
def test_training_losses_may_be_negative_or_zero(train, kind, falls):
    def made(losses):
        return np.interp(EPOCH, [0, 400, 1000], losses)

    found = shape(made([5, 1, 1.5]), np.full(1001, np.nan), SETTINGS, made(train))
    assert (found.kind, found.train_falls) == (kind, falls)


def test_a_training_loss_that_hardly_falls_is_no_cause_to_call_it_overfitting():
    ramp = [np.linspace(2, 1, 21), np.full(40, 1.0), np.linspace(1, 4, 40)]
    validation = np.concatenate([ramp[0], np.linspace(1, 1.06, 40), ramp[2] + 0.06])
    for slope in (0, 1e-9, 1e-4):
        train = np.concatenate(ramp)
        train[21:62] -= slope * np.arange(41)
        assert row(curves(validation, train=train), SETTINGS)["kind"] == "degrades"


@pytest.mark.parametrize(
    ("train", "tolerance", "why"),
    [
        (np.linspace(1, 0.5, 31), 0.01, ", while training loss falls"),
        ([1, *np.full(30, 0.01)], 0.01, ", while training loss falls"),
        (np.linspace(1, 0.96, 31), 0.05, ": nothing is learnt"),
        (np.ones(31), 0.01, ": nothing is learnt"),
        (np.full(31, np.nan), 0.01, ": nothing is learnt"),
    ],
)
def test_where_only_the_training_loss_falls_it_is_said(train, tolerance, why):
    made = curves(np.linspace(1, 1 - 0.8 * tolerance, 31), train=train)
    case = Case(made, AnswerSettings.of(tolerance=tolerance))
    told = phases.row(case)["verdict"]
    assert told.startswith("constant: validation loss stays within ")
    assert f"of its lowest value{why}" in told
    of_no_use = "what is learnt does not hold for the validation rows"
    assert case.objection == ("nothing is learnt" if "nothing" in why else of_no_use)


def test_what_got_worse_is_told():
    assert row(curves(RISE, train=RISE), SETTINGS)["verdict"] == (
        "after 400, training gets worse: validation loss rises 20.0 % by 1,000, and training loss rises as well: "
        "lower the learning rate"
    )
    twice = np.interp(EPOCH, [0, 100, 300, 340, 800, 1000], [5, 1, 1.5, 1.5, 0.8, 1])
    assert row(curves(twice, train=twice), SETTINGS)["verdict"] == (
        "double descent: first minimum at 100, rises 50.0 % by 300, falls below it until 800, then training gets "
        "worse: validation loss rises 25.0 % by 1,000, and training loss rises as well: lower the learning rate"
    )


@pytest.mark.parametrize(
    ("last", "why"),
    [
        (3.0, ": lower the learning rate"),
        (1.99, ": lower the learning rate"),
        (
            1.5,
            ", while training loss falls: what fits the training rows does not hold for the validation rows",
        ),
    ],
)
def test_what_never_beats_the_untrained_network_may_have_learnt_the_training_rows(last, why):
    found = row(curves(1 + EPOCH / 1000, train=np.interp(EPOCH, [0, 1000], [2, last])), SETTINGS)
    never = "never better than the untrained network: validation loss rises 100.0 % by 1,000"
    assert found["verdict"] == never + why


def test_a_rise_within_the_standard_error_is_no_overfitting():
    mean = np.interp(EPOCH, [0, 400, 1000], [5, 1, 1.1])
    near, far = (mean + offset * np.array([[-1], [1]]) for offset in (0.01, 0.2))
    assert row(curves(near), SETTINGS)["kind"] == "overfits"
    assert row(curves(far), SETTINGS)["kind"] == "settles"


def test_thresholds_are_keys():
    mean = np.interp(EPOCH, [0, 400, 1000], [5, 1, 1.04])
    assert row(curves(mean), AnswerSettings.of(rise=0.03))["kind"] == "overfits"
    assert phases_of(row(curves(mean), AnswerSettings.of(tolerance=0.02, rise=0.03)))[1] == (
        398,
        700,
    )
    slow = np.interp(EPOCH, [0, 900, 1000], [5, 1, 0.98])
    assert row(curves(slow), SETTINGS)["kind"] == "underfits"
    assert row(curves(slow), AnswerSettings.of(improvement=0.05))["kind"] == "settles"


def test_double_descent_tells_where():
    found = row(curves(TWICE), SETTINGS)
    names = ("first_minimum_epoch", "peak_epoch", "best_epoch")
    assert [found[name] for name in names] == [100, 300, 800]
    assert found["peak_rise_percent"] == pytest.approx(50)


def test_the_generalisation_gap_is_validation_less_training():
    validation = np.interp(EPOCH, [0, 400, 1000], [5, 1, 1.2])
    found = row(curves(validation, train=validation - 0.25 - EPOCH / 1e4), SETTINGS)
    assert found["generalisation_gap"] == pytest.approx(0.25 + 0.04)
    assert found["generalisation_gap_last"] == pytest.approx(0.25 + 0.1)
    assert np.isnan(found["generalisation_gap_margin"])  # of one run


def test_the_margins_of_the_gap_are_those_of_t_intervals_stretched_for_cuts():
    draw = np.random.default_rng(4)
    validation = np.interp(EPOCH, [0, 400, 1000], [5, 1, 1.2]) * draw.normal(1, 0.1, (6, 1))
    gaps = validation * draw.uniform(0.1, 0.5, validation.shape)
    by_hand = student.ppf(0.975, 5) * np.std(gaps, axis=0, ddof=1) / 6**0.5
    rows = {"train": 80, "validation": 20}
    cuts = curves(validation, train=validation - gaps, fold=np.arange(6), partition_rows=rows)
    for of, factor in [
        (curves(validation, train=validation - gaps), 1.0),
        (cuts, (1 + 6 * 20 / 80) ** 0.5),  # Nadeau and Bengio 2003
    ]:
        found = row(of, SETTINGS)
        assert found["generalisation_gap_margin"] == pytest.approx(factor * by_hand[400])
        assert found["generalisation_gap_last_margin"] == pytest.approx(factor * by_hand[1000])


def test_diverged_runs_are_named():
    validation = np.tile(FALL, (3, 1))
    validation[0, 500:] = np.nan
    assert row(curves(validation), SETTINGS)["verdict"].endswith("; 1 of 3 runs diverged")
    validation[1:, 700:] = np.nan
    found = row(curves(validation), SETTINGS)
    assert found == {
        "kind": "diverged",
        "verdict": "diverged: no run reached epoch 1,000, the first ended at 499: "
        "lower the learning rate",
    }
    found = row(curves(np.full((2, 5), np.nan)), SETTINGS)
    assert found["verdict"].startswith("diverged: no run has a finite validation loss")


def test_a_missing_loss_inside_is_passed_over():
    mean = np.interp(EPOCH, [0, 400, 1000], [5, 1, 1.2])
    mean[[0, 200, 400]] = np.nan
    found = row(curves(mean), SETTINGS)
    assert (found["kind"], found["best_epoch"]) == ("overfits", 401)


def test_the_running_median_takes_no_notice_of_a_spike():
    values = np.arange(50.0)
    spiked = values + 1000 * (values == 25)
    assert np.abs(running_median(spiked, 0.1) - values).max() <= 2


EPOCH_FACTS = (
    "kind",
    "best",
    "last",
    "plateau",
    "overfits",
    "improving",
    "first_minimum",
    "peak",
)
means = arrays(float, st.integers(1, 40), elements=st.floats(0, 8, width=16))


@settings(max_examples=400, deadline=None)
@given(means, st.floats(1e-6, 1e6) | st.sampled_from([2.0**-20, 2.0**20]), st.booleans())
def test_the_unit_of_the_loss_changes_nothing(mean, factor, sure):
    error = np.full(len(mean), np.nan) if sure else mean[::-1] / 16
    one = shape(mean, error, SETTINGS)
    other = shape(mean * factor, error * factor, SETTINGS)
    for fact in EPOCH_FACTS:
        assert getattr(one, fact) == getattr(other, fact), fact


@settings(max_examples=300, deadline=None)
@given(
    arrays(
        float,
        st.tuples(st.integers(1, 4), st.integers(1, 30)),
        elements=st.floats(0, 8, width=16) | st.just(np.nan) | st.just(np.inf),
    )
)
def test_every_curve_gets_a_verdict_and_phases_that_do_not_overlap(validation):
    validation = np.where(np.isfinite(validation), validation, np.nan)
    found = row(curves(validation), SETTINGS)
    assert found["verdict"]
    ends = [end for phase in phases_of(found) for end in phase if end is not None]
    assert ends == sorted(ends)


def test_with_folds_the_curve_that_is_named_is_the_mean_over_folds():
    """One seed falls, three of the other fold rise: over seeds it would rise, over folds it falls."""
    falls, rises = np.linspace(5, 1, 101), np.linspace(2, 2.5, 101)
    validation, fold = np.stack([falls, rises, rises, rises]), [0, 1, 1, 1]
    assert row(curves(validation), SETTINGS)["kind"] == "underfits"
    found = row(curves(validation, train=validation / 2, fold=fold), SETTINGS)
    of_folds = (falls + rises) / 2
    assert found["best_epoch"] == 100
    assert found["generalisation_gap"] == pytest.approx(of_folds[100] / 2)
    assert found["generalisation_gap_last"] == pytest.approx(of_folds[100] / 2)


@pytest.mark.parametrize("length", [4, 5, 6, 20, 499, 700])
@pytest.mark.parametrize("fraction", [0.01, 0.1])
def test_the_running_median_is_a_plain_one_over_an_odd_window_of_five_at_least(length, fraction):
    values = np.random.default_rng(length).random(length)
    half = max(5, round(fraction * length)) // 2
    if length < 2 * half + 1:
        expected = values
    else:
        mirrored = np.concatenate([values[:half][::-1], values, values[-half:][::-1]])
        expected = [np.median(mirrored[i : i + 2 * half + 1]) for i in range(length)]
    np.testing.assert_array_equal(running_median(values, fraction), expected)


def bends(*points):
    """A curve of 1000 epochs through some points, (epoch, loss)."""
    return np.interp(EPOCH, *zip(*points, strict=True))


HUMPS = {
    # the highest point between the first minimum and the second, whatever comes later
    "rises again": (
        bends((0, 5), (100, 1), (300, 1.5), (340, 1.5), (800, 0.8), (1000, 2)),
        ("double_descent", 100, 300, 800, 50),
    ),
    # no second minimum below the first: the highest point of all that follows
    "two humps": (
        bends((0, 5), (100, 1), (200, 1.3), (400, 1.02), (600, 1.4), (640, 1.4), (1000, 1.04)),
        ("recovers", 100, 600, 100, 40),
    ),
    # below the first minimum, but by less than the tolerance; improving all the same
    "hardly below": (
        bends((0, 5), (100, 1), (140, 1), (300, 1.5), (340, 1.5), (1000, 0.995)),
        ("underfits", 100, 300, 1000, 50),
    ),
    "rises at once": (bends((0, 1), (300, 1.5), (1000, 1)), ("settles", None, None, 0, None)),
}


@pytest.mark.parametrize("name", HUMPS)
def test_a_hump_is_told_with_its_peak_and_the_minimum_before(name):
    curve, expected = HUMPS[name]
    found = row(curves(curve), SETTINGS)
    names = ("kind", "first_minimum_epoch", "peak_epoch", "best_epoch")
    assert tuple(found[name] for name in names) == expected[:-1]
    assert found["peak_rise_percent"] == pytest.approx(expected[-1])


@pytest.mark.parametrize("name", [*HUMPS, *(name for name in CURVES if name != "untrained")])
def test_missing_losses_shift_every_epoch_that_is_told_by_their_number(name):
    curve = (HUMPS | CURVES)[name][0]
    gaps = np.insert(curve, [0, len(curve) // 20, len(curve) // 20], np.nan)
    known = np.flatnonzero(np.isfinite(gaps))
    one = shape(curve, np.full(len(curve), np.nan), SETTINGS)
    other = shape(gaps, np.full(len(gaps), np.nan), SETTINGS)
    for field in ("best", "last", "turn", "first_minimum", "peak"):
        epoch = getattr(one, field)
        assert getattr(other, field) == (None if epoch is None else known[epoch])
    assert other.plateau == (one.plateau and tuple(known[list(one.plateau)].tolist()))
    kind = "overfits" if one.kind == "worsens" else one.kind  # the untrained network is not known
    assert (other.kind, other.rise, other.peak_rise) == (kind, one.rise, one.peak_rise)


def test_what_the_mean_of_runs_says_that_all_began_is_that_of_a_run():
    assert row(curves(FALL), SETTINGS)["verdict"].endswith("hardly falling any more")
    assert row(curves(FALL), SETTINGS)["peak_rise_percent"] is None


@pytest.mark.parametrize(
    ("last", "sentence"),
    [
        ([-1, -1], "no run has a finite validation loss: lower"),
        ([0, 0], "no run reached epoch 4, the first ended at 0: lower"),
        ([-1, 2], "no run reached epoch 4, the first ended at -1: lower"),
    ],
)
def test_where_all_diverged_it_says_when_the_first_did(last, sentence):
    validation = np.where(np.arange(5) <= np.array(last)[:, np.newaxis], 1.0, np.nan)
    assert sentence in row(curves(validation), SETTINGS)["verdict"]


def test_a_mean_that_overflows_everywhere_says_nothing():
    found = row(curves(np.full((2, 3), 1.5e308)), SETTINGS)
    assert found["kind"] == "unknown"
    assert found["verdict"] == "hardly any mean validation loss is finite: lower the learning rate"


def test_a_phase_may_be_one_epoch_long():
    found = row(curves([2.0, 1, 1, 1, 1, 1, 1, 1, 3, 3, 3]), SETTINGS)
    assert phases_of(found)[:2] == [(0, 0), (1, 7)]


# ---- what noise cannot make ----

JITTERS = [(60, 1, 0.05, 0.0), (200, 1, 0.05, 0.0), (200, 10, 0.2, 0.0), (200, 1, 0.02, 0.9)]


def jittering(expected, runs, deviation, memory, rng):
    """Runs of a curve that jitter by so much of their size, remembering so much of the epoch before."""
    shocks = rng.normal(size=(runs, len(expected))) * deviation * np.sqrt(1 - memory**2)
    return expected * np.exp(lfilter([1], [1, -memory], shocks, axis=1))


@pytest.mark.parametrize(("epochs", "runs", "deviation", "memory"), JITTERS)
def test_curves_that_only_fall_and_jitter_are_seldom_called_anything_else(
    epochs, runs, deviation, memory
):
    rng, falls = np.random.default_rng(1), 1 + 4 * np.exp(-np.arange(epochs + 1) / (0.08 * epochs))
    kinds = [
        row(curves(jittering(falls, runs, deviation, memory, rng)), SETTINGS)["kind"]
        for _ in range(100)
    ]
    assert sum(kind != "settles" for kind in kinds) <= 9  # nominally 5 of 100


@pytest.mark.parametrize(("memory", "told", "at_most"), [(0.0, 8, 17), (0.7, 25, 38)])
def test_how_often_a_single_run_that_jitters_by_a_fifth_is_called_anything_else_is_told(
    memory, told, at_most
):
    rng, falls = np.random.default_rng(5), 0.3 + np.exp(-np.arange(201) / 50)
    kinds = [
        row(curves(jittering(falls, 1, 0.2, memory, rng)), SETTINGS)["kind"] for _ in range(100)
    ]
    assert told / 4 <= sum(kind != "settles" for kind in kinds) <= at_most


@pytest.mark.parametrize(("epochs", "runs", "deviation", "memory"), JITTERS)
def test_a_real_second_descent_and_real_overfitting_are_seen_through_jitter(
    epochs, runs, deviation, memory
):
    rng, at = np.random.default_rng(2), np.linspace(0, 1, epochs + 1)
    twice = np.interp(at, [0, 0.1, 0.3, 0.34, 0.8, 1], [5, 1, 1.5, 1.5, 0.8, 0.8])
    rising = np.interp(at, [0, 0.3, 1], [5, 1, 1.5])
    for expected, kind in ((twice, "double_descent"), (rising, "overfits")):
        found = [
            row(curves(jittering(expected, runs, deviation, memory, rng)), SETTINGS)["kind"]
            for _ in range(30)
        ]
        assert found.count(kind) >= 25


def test_where_a_rough_curve_turns_elsewhere_than_its_best_epoch_the_verdict_says_on_what():
    rough = np.interp(np.arange(101), [0, 40, 100], [3, 1, 2]) * (1 + 0.02 * (-1) ** np.arange(101))
    rough[60] = 0.5
    assert row(curves(rough), SETTINGS)["verdict"].startswith(
        "overfits after about 39 on the smoothed"
    )
    rough[60], rough[39] = 1.4, 0.5
    assert row(curves(rough), SETTINGS)["verdict"].startswith("overfits after about 39: ")


def test_a_verdict_on_a_rough_curve_does_not_contradict_itself():
    """Its epochs come one after the other, and the turn is only told about."""
    rng, at = np.random.default_rng(3), np.linspace(0, 1, 201)
    twice = np.interp(at, [0, 0.1, 0.3, 0.34, 0.7, 1], [5, 1, 1.5, 1.5, 0.8, 1.2])
    for _ in range(20):
        found = row(curves(jittering(twice, 1, 0.05, 0.0, rng)), SETTINGS)
        numbers = [int(n) for n in re.findall(r"(?:at|by|until about) (\d+)", found["verdict"])]
        assert numbers == sorted(numbers)
        assert len(numbers) == 4
        assert "until about" in found["verdict"]
