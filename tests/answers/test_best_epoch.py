import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import ttest_rel

from answers.made import curves
from epochwise.answers.best_epoch import one_standard_error_epoch, plateau_range, row
from epochwise.answers.bootstrap import address, bootstrap_interval
from epochwise.answers.settings import AnswerSettings
from epochwise.answers.statistics import standard_error

SETTINGS = AnswerSettings.of(resamples=200)
EPOCHS = (
    "best_epoch",
    "one_standard_error_epoch",
    "plateau_first",
    "plateau_last",
    "interval_low",
    "interval_high",
    "run_best_epoch_median",
    "run_best_epoch_min",
    "run_best_epoch_max",
)


def valleys(runs=20, epochs=60, noise=0.02, seed=0, best=30.0, spread=5.0):
    """Return curves with a minimum that varies from run to run, (runs, epochs + 1)."""
    draw = np.random.default_rng(seed)
    own = best + spread * draw.standard_normal((runs, 1))
    return 1 + ((np.arange(epochs + 1) - own) / epochs) ** 2 + noise * draw.random((runs, 1))


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
    assert found["note"] == "one run: there is no uncertainty to state"
    assert not set(found) & {"interval_low", "plateau_first", "one_standard_error_epoch"}


def test_epoch_zero_is_best_where_training_only_harms():
    assert row(curves([[1.0, 2, 3], [1, 2, 4]]), SETTINGS)["best_epoch"] == 0


def test_one_standard_error_by_hand():
    # means 4, 2.9, 2, 3; at the best epoch 1 and 3: standard error 1, so 3 and below will do
    units = np.array([[4, 2.4, 1, 2], [4, 3.4, 3, 4]])
    assert standard_error(units)[2] == pytest.approx(1)
    assert one_standard_error_epoch(units, 2) == 1


@pytest.mark.parametrize("seed", range(5))
def test_the_plateau_is_what_a_paired_test_does_not_reject(seed):
    units = valleys(runs=8, seed=seed)
    best = int(units.mean(axis=0).argmin())
    alike = [
        epoch
        for epoch in range(units.shape[1])
        if epoch == best or ttest_rel(units[:, epoch], units[:, best]).pvalue >= 0.05
    ]
    assert plateau_range(units, best, 0.05) == (min(alike), max(alike))


def test_a_stricter_level_widens_the_plateau():
    units = valleys(runs=8)
    best = int(units.mean(axis=0).argmin())
    narrow, wide = plateau_range(units, best, 0.2), plateau_range(units, best, 0.001)
    assert wide[0] < narrow[0] <= best <= narrow[1] < wide[1]


def test_the_plateau_of_runs_that_agree_exactly_is_the_best_epoch():
    units = np.tile(valleys(runs=1), (3, 1))
    best = int(units[0].argmin())
    assert plateau_range(units, best, 0.05) == (best, best)


def test_the_bootstrap_interval_covers_the_true_best_epoch():
    # The minimum of the expected curve is at epoch 30; nominally 80 % of intervals hold it.
    hits = 0
    for seed in range(200):
        units = valleys(runs=25, seed=seed)
        low, high = bootstrap_interval(units, 0.8, 200, np.random.SeedSequence(seed))
        hits += low <= 30 <= high
    assert 0.7 <= hits / 200 <= 0.95  # whole epochs widen it a little, 25 runs narrow it


def test_the_bootstrap_agrees_with_resampling_one_by_one():
    units = valleys(runs=6, epochs=800, spread=200, best=400)
    draw = np.random.default_rng(1)
    naive = [units[draw.integers(6, size=6)].mean(axis=0).argmin() for _ in range(4000)]
    low, high = bootstrap_interval(units, 0.9, 4000, np.random.SeedSequence(2))
    expected = np.quantile(naive, [0.05, 0.95], method="inverted_cdf")
    assert high - low > 60
    assert np.abs([low, high] - expected).max() <= 0.05 * (high - low)


def test_the_bootstrap_is_addressed():
    units = valleys(runs=6)
    one = bootstrap_interval(units, 0.9, 50, address(0, "best_epoch", {"backend": "a"}))
    assert one == bootstrap_interval(units, 0.9, 50, address(0, "best_epoch", {"backend": "a"}))
    draws = [
        np.random.default_rng(address(seed, "best_epoch", {"backend": name})).random()
        for seed, name in ((0, "a"), (0, "b"), (1, "a"))
    ]
    assert len(set(draws)) == 3


def test_with_folds_the_fold_is_the_unit():
    validation = valleys(runs=12)
    fold = np.repeat([0, 1, 2], 4)
    found = row(curves(validation, fold=fold), SETTINGS)
    means = validation.reshape(3, 4, -1).mean(axis=1)
    assert (found["sampling_unit"], found["sampling_units"], found["folds"], found["runs"]) == (
        "fold",
        3,
        3,
        12,
    )
    best = found["best_epoch"]
    assert found["validation_loss_error"] == pytest.approx(means[:, best].std(ddof=1) / 3**0.5)
    assert (found["plateau_first"], found["plateau_last"]) == plateau_range(means, best, 0.05)


def test_copies_of_seeds_do_not_make_folds_look_surer():
    validation = np.repeat(valleys(runs=4), 10, axis=0)
    few = row(curves(validation[::10], fold=np.arange(4)), SETTINGS)
    many = row(curves(validation, fold=np.repeat(np.arange(4), 10)), SETTINGS)
    assert [few[name] for name in EPOCHS[:6]] == [many[name] for name in EPOCHS[:6]]


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


def test_only_one_run_left_states_no_uncertainty():
    validation = valleys(runs=2)
    validation[0, 7:] = np.nan
    assert row(curves(validation), SETTINGS)["note"].startswith("only one run did not diverge")


def test_losses_near_overflow_raise_no_warning():
    found = row(curves([[1e308, 1e308, 1e308], [1e308, 1e308, 1.0]]), SETTINGS)
    assert found["best_epoch"] == 2


def test_constant_and_zero_curves():
    for value in (0.0, 0.1):
        found = row(curves(np.full((3, 5), value)), SETTINGS)
        assert [found[name] for name in EPOCHS[:6]] == [0, 0, 0, 4, 0, 0]


matrices = arrays(
    float,
    st.tuples(st.integers(1, 5), st.integers(1, 12)),
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


@pytest.mark.parametrize("runs", [2, 3, 7])
def test_identical_runs_are_one_standard_error_from_the_best_epoch_alone(runs):
    curve = np.array([1.0, 0.4, 0.1 + 1e-9, 0.1, 0.1, 0.3])
    found = row(curves(np.tile(curve, (runs, 1))), SETTINGS)
    assert found["validation_loss_error"] == pytest.approx(0, abs=1e-16)
    assert found["best_epoch"] == found["one_standard_error_epoch"] == 3
    assert (found["plateau_first"], found["plateau_last"]) == (3, 4)
    assert (found["interval_low"], found["interval_high"]) == (3, 3)


def plain_interval(units, coverage, draws):
    """Resample one by one, over every epoch; take quantiles of the sorted epochs."""
    epochs = []
    for times in draws:
        mean = sum(n * curve for n, curve in zip(times, units, strict=True)) / len(units)
        epochs.append(int(np.nanargmin(np.where(np.isfinite(mean), mean, np.nan))))
    epochs.sort()
    ranks = [
        np.ceil(round(share * len(epochs), 9)) for share in (0.5 - coverage / 2, 0.5 + coverage / 2)
    ]
    return tuple(epochs[max(int(rank), 1) - 1] for rank in ranks)


@pytest.mark.parametrize(
    ("count", "epochs", "resamples"), [(2, 9, 40), (3, 30, 300), (8, 2500, 900)]
)
@pytest.mark.parametrize("coverage", [0.5, 0.8, 0.95])
def test_the_interval_is_that_of_resampling_one_by_one(count, epochs, resamples, coverage):
    """However many epochs there are: the last case is resampled in several blocks."""
    units = 1 + np.random.default_rng(count).random((count, epochs))
    units[0, 3] = np.nan  # no resample chooses that epoch, with this unit in it or without
    seed = np.random.SeedSequence([count, 7])
    draws = np.random.default_rng(seed).multinomial(count, [1 / count] * count, size=resamples)
    expected = plain_interval(units, coverage, draws)
    assert bootstrap_interval(units, coverage, resamples, seed) == expected


def test_the_draws_do_not_depend_on_the_order_of_the_keys():
    one = address(0, "best_epoch", {"alpha": 0.1, "sizes": np.int64(3)})
    other = address(0, "best_epoch", {"sizes": np.int64(3), "alpha": 0.1})
    assert one.generate_state(4).tolist() == other.generate_state(4).tolist()


def test_the_note_says_what_the_runs_vary_in():
    validation = np.array([[3.0, 1, 2], [3, 2, 1], [3, 1, 1]])
    assert row(curves(validation), SETTINGS)["note"].startswith("over seeds; the cut of the data")
    folds = row(curves(validation, fold=[0, 1, 2]), SETTINGS)
    assert folds["note"] == "over folds, the seeds of each averaged"
    validation[:, 2] = np.nan
    note = row(curves(validation), SETTINGS)["note"]
    assert note == "every run diverged: only the epochs that all share, up to 1"


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
