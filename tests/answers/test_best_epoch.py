from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import t as student

from answers.made import curves, valleys
from epochwise.answers import best_epoch
from epochwise.answers.best_epoch import left_out
from epochwise.answers.bootstrap import bootstrap_interval
from epochwise.answers.case import Case
from epochwise.answers.safe_range import safe_range
from epochwise.answers.settings import AnswerSettings
from epochwise.answers.statistics import inflation
from epochwise.answers.terms import AS_INDEPENDENT

SETTINGS = AnswerSettings.of(resamples=200)
SURE = ("best_epoch", "interval_low", "interval_high", "safe_low", "safe_high", "safe_cost_percent")
EPOCHS = (*SURE, "run_best_epoch_median", "run_best_epoch_min", "run_best_epoch_max")
CUTS = {"train": 80, "validation": 20}  # rows


def row(curves, settings):
    return best_epoch.row(Case(curves, settings))


def test_the_best_epoch_is_the_minimum_of_the_mean_curve():
    validation = valleys()
    found = row(curves(validation, train=validation / 2), SETTINGS)
    best = np.argmin(validation.mean(axis=0))
    assert found["best_epoch"] == best
    assert found["validation_loss"] == pytest.approx(validation[:, best].mean())
    assert found["train_loss"] == pytest.approx(validation[:, best].mean() / 2)
    own = validation.argmin(axis=1)
    assert found["run_best_epoch_median"] == np.median(own)
    assert (found["run_best_epoch_min"], found["run_best_epoch_max"]) == (own.min(), own.max())
    assert found["validation_loss_error"] == pytest.approx(
        validation[:, best].std(ddof=1) / 20**0.5
    )


def test_one_run_states_no_uncertainty_and_says_so():
    found = row(curves([3.0, 1, 2]), SETTINGS)
    assert found["best_epoch"] == 1
    assert found["note"] == "1 run cannot say how sure that is: make 5 at least, 10 to be useful"
    assert not set(found) & {"interval_low", "safe_low", "left_out_loss", "validation_loss_error"}


def test_epoch_zero_is_best_where_training_only_harms():
    assert row(curves([[1.0, 2, 3], [1, 2, 4]]), SETTINGS)["best_epoch"] == 0


def test_the_untrained_network_alone_has_its_loss_and_nothing_to_recommend():
    found = row(curves([[1.0], [3.0]]), SETTINGS)
    assert (found["best_epoch"], found["validation_loss"]) == (0, 2)
    assert found["objection"] == "nothing is learnt"


def test_with_folds_the_fold_is_the_unit():
    validation = valleys(runs=24)
    found = row(curves(validation, fold=np.repeat(np.arange(6), 4), partition_rows=CUTS), SETTINGS)
    means = validation.reshape(6, 4, -1).mean(axis=1)
    counts = {"sampling_unit": "fold", "sampling_units": 6, "folds": 6, "runs": 24}
    assert {name: found[name] for name in counts} == counts
    factor, best = (1 + 6 * 20 / 80) ** 0.5, found["best_epoch"]
    error = factor * means[:, best].std(ddof=1) / 6**0.5
    assert found["validation_loss_error"] == pytest.approx(error)
    first, last, cost = safe_range(means, 0.95, factor)
    assert (found["safe_low"], found["safe_high"], found["safe_cost_percent"]) == (
        *(first, last),
        pytest.approx(100 * cost),
    )
    low, high = bootstrap_interval(means, 0.95, 200, np.random.SeedSequence(0), factor)
    assert (found["interval_low"], found["interval_high"]) == (low, high)  # enumerated: no draws


def test_cuts_whose_rows_are_not_known_are_taken_as_independent():
    one = curves(valleys(runs=6), fold=np.arange(6))
    assert inflation(one) == 1
    assert inflation(curves(valleys(runs=6), partition_rows=CUTS)) == 1  # seeds on one cut


def test_seeds_on_one_cut_are_not_inflated_and_cuts_are():
    seeds = row(curves(valleys(runs=6), partition_rows=CUTS), SETTINGS)
    cuts = row(curves(valleys(runs=6), fold=np.arange(6), partition_rows=CUTS), SETTINGS)
    factor = (1 + 6 * 20 / 80) ** 0.5
    for name in ("validation_loss_error", "left_out_margin"):
        assert cuts[name] == pytest.approx(factor * seeds[name])


def test_what_to_expect_of_a_new_unit_is_judged_where_the_others_are_best():
    units = np.array([[3.0, 1, 2, 9], [3, 5, 2, 9], [3, 2, 4, 9]])
    # the others' sums: 6, 7, 6 and 6, 3, 6 and 6, 6, 4: best at epochs 0, 1, 2
    assert left_out(units).tolist() == [3, 5, 4]
    found = row(curves(units), SETTINGS)
    assert found["left_out_loss"] == 4
    assert found["left_out_margin"] == pytest.approx(student.ppf(0.975, 2) * 1 / 3**0.5)


def test_below_five_units_neither_interval_nor_range_is_stated():
    for runs in (2, 4, 5):
        found = row(curves(valleys(runs=runs)), SETTINGS)
        assert ("interval_low" in found) == ("safe_low" in found) == (runs == 5)
        assert "cannot say how sure" in found["note"] or runs == 5


@pytest.mark.parametrize(
    ("units", "unit", "note"),
    [
        (5, "run", "over seeds on one cut of the data; another cut may move it"),
        (5, "fold", "over cuts of this data set"),
        (4, "run", "4 runs cannot say how sure that is: make 5 at least, 10 to be useful"),
        (4, "fold", "4 cuts cannot say how sure that is: make 5 at least, 10 to be useful"),
    ],
)
def test_the_note_says_what_varies_and_whether_that_is_enough(units, unit, note):
    fold = np.arange(units) if unit == "fold" else None
    assert row(curves(valleys(runs=units), fold=fold), SETTINGS)["note"] == note


def test_cuts_of_histories_are_taken_as_independent_only_where_their_rows_are_not_told():
    own = replace(curves(valleys(runs=5), fold=np.arange(5)), histories=True)
    rows = {name: np.full(5, count) for name, count in {"train": 80, "validation": 20}.items()}
    assert row(own, SETTINGS)["note"] == AS_INDEPENDENT
    assert row(replace(own, rows=rows), SETTINGS)["note"] == "over cuts of this data set"


def test_at_the_end_of_training_the_best_epoch_is_a_lower_bound():
    epoch = np.arange(101)
    noise = 0.001 * np.random.default_rng(0).random((6, 1))
    still = row(curves(3 - epoch / 50 + noise), SETTINGS)
    assert still["censored"]
    assert still["objection"] == "still improving at the last epoch: train longer first"
    assert not set(still) & {"interval_high", "safe_low"}
    assert still["interval_low"] == 100
    flat = row(curves(1 + np.exp(-epoch / 5) + noise), SETTINGS)
    assert flat["censored"]
    assert flat["objection"] is None
    assert "interval_high" not in flat
    assert flat["safe_high"] == 100
    assert not row(curves(valleys(runs=6)), SETTINGS)["censored"]


@pytest.mark.parametrize(
    ("baseline", "beaten"), [(2.0, True), (1.011, True), (1.009, False), (1.0, False), (0.5, False)]
)
def test_a_loss_must_be_below_the_baselines_by_more_than_the_tolerance(baseline, beaten):
    found = row(curves([3.0, 1, 2], baseline=baseline), SETTINGS)
    assert found["baseline_loss"] == baseline
    assert found["beats_baseline"] is beaten
    assert (found["objection"] == "no better than the baseline") == (not beaten)


def test_and_by_more_than_its_standard_error():
    validation = np.array([[3.0, 0.5, 3], [3, 1.5, 3], [3, 1, 3]])  # at best 1, give or take 0.29
    error = np.std([0.5, 1.5, 1], ddof=1) / 3**0.5
    assert row(curves(validation, baseline=1 + 0.99 * error), SETTINGS)["beats_baseline"] is False
    assert row(curves(validation, baseline=1 + 1.01 * error), SETTINGS)["beats_baseline"] is True
    assert row(curves(validation), SETTINGS)["beats_baseline"] is None


def test_copies_of_seeds_do_not_make_folds_look_surer():
    validation = np.repeat(valleys(runs=5), 10, axis=0)
    few = row(curves(validation[::10], fold=np.arange(5)), SETTINGS)
    many = row(curves(validation, fold=np.repeat(np.arange(5), 10)), SETTINGS)
    assert [few[name] for name in SURE] == [many[name] for name in SURE]


def test_diverged_runs_do_not_bend_the_mean_curve():
    validation = valleys(runs=6)
    broken = np.vstack([validation, validation[:1] / 10])
    broken[-1, 20:] = np.nan  # a low run that drops out would make a jump at epoch 20
    sound, spoilt = row(curves(validation), SETTINGS), row(curves(broken), SETTINGS)
    assert spoilt["diverged_runs"] == 1
    assert [sound[name] for name in EPOCHS] == [spoilt[name] for name in EPOCHS]


def test_all_diverged_and_nothing_finite():
    validation = valleys(runs=2, epochs=10, best=3, spread=0.1)
    validation[0, 6:] = validation[1, 5:] = np.nan
    found = row(curves(validation), SETTINGS)
    assert found["best_epoch"] == 3
    assert "every run diverged" in found["note"]
    found = row(curves(np.full((2, 4), np.nan)), SETTINGS)
    assert found["note"] == "no finite validation loss"
    assert "best_epoch" not in found


def test_where_all_diverged_no_epoch_is_said_to_be_sure():
    validation = valleys(runs=6, epochs=10, best=3, spread=0.1)
    validation[:, 9:] = np.nan
    found = row(curves(validation), SETTINGS)
    assert found["sampling_units"] == 6
    assert not set(found) & {"interval_low", "interval_high", "safe_low"}


def test_a_mean_that_is_finite_at_one_epoch_alone_has_no_safe_range():
    found = row(curves(np.tile([1e308, 1, 1e308], (6, 1))), SETTINGS)
    assert found["best_epoch"] == 1
    assert found["objection"] == "nothing is learnt"
    assert "safe_low" not in found


def test_only_one_run_left_states_no_uncertainty():
    validation = valleys(runs=2)
    validation[0, 7:] = np.nan
    assert row(curves(validation), SETTINGS)["note"].startswith(
        "1 run that did not diverge cannot say"
    )


def test_losses_near_overflow_raise_no_warning():
    found = row(curves([[1e308, 1e308, 1e308], [1e308, 1e308, 1.0]]), SETTINGS)
    assert found["best_epoch"] == 2


def test_constant_and_zero_curves():
    for value in (0.0, 0.1):
        found = row(curves(np.full((5, 5), value)), SETTINGS)
        assert [found[name] for name in SURE] == [0, 0, 0, 0, 4, 2]
        assert found["objection"] == "nothing is learnt"


matrices = arrays(
    float,
    st.tuples(st.integers(1, 10), st.integers(1, 12)),
    elements=st.floats(0, 100, width=16),
)


@settings(max_examples=150, deadline=None)
@given(matrices, st.floats(1e-6, 1e6), st.booleans())
def test_the_unit_of_the_loss_changes_no_epoch(validation, factor, folds):
    fold = np.arange(len(validation)) // 2 if folds else None
    few = AnswerSettings.of(resamples=20)
    one, other = (row(curves(each, fold=fold), few) for each in (validation, validation * factor))
    assert [one.get(name) for name in EPOCHS] == [other.get(name) for name in EPOCHS]
    assert one["note"] == other["note"]


def test_losses_and_their_error_are_those_of_folds_however_many_seeds_each_has():
    validation = np.array([[9.0, 2, 3], [9, 4, 5], [9, 6, 8], [9, 8, 9]])
    found = row(curves(validation, train=validation**2, fold=[0, 1, 1, 1]), SETTINGS)
    of_folds = [2, (4 + 6 + 8) / 3]
    assert found["best_epoch"] == 1
    assert found["sampling_units"] == 2
    assert found["train_loss"] == pytest.approx((4 + (16 + 36 + 64) / 3) / 2)
    assert found["validation_loss"] == pytest.approx(np.mean(of_folds))
    assert found["validation_loss_error"] == pytest.approx(np.std(of_folds, ddof=1) / 2**0.5)


def test_quartiles_are_those_of_the_runs_own_best_epochs():
    own = [1, 2, 4, 7, 8]
    validation = np.array([[float(epoch != best) for epoch in range(10)] for best in own])
    found = row(curves(validation), SETTINGS)
    names = ("min", "q25", "median", "q75", "max")
    assert [found[f"run_best_epoch_{name}"] for name in names] == own


def test_a_mean_that_overflows_everywhere_is_no_best_epoch():
    found = row(curves(np.full((2, 3), 1.5e308)), SETTINGS)
    assert found["note"] == "no finite mean validation loss"
    assert "best_epoch" not in found


def test_cuts_beat_the_baseline_only_by_more_than_their_inflated_error():
    validation = np.array([[3.0, 0.5, 3], [3, 1.5, 3], [3, 1, 3]])
    error = np.std([0.5, 1.5, 1], ddof=1) / 3**0.5
    cuts = {"fold": [0, 1, 2], "partition_rows": CUTS}
    factor = (1 + 3 * 20 / 80) ** 0.5
    for share, beaten in ((0.99, False), (1.01, True)):
        found = row(curves(validation, baseline=1 + share * factor * error, **cuts), SETTINGS)
        assert found["beats_baseline"] is beaten
