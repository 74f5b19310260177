"""The safe range: every pair of epochs tested one by one, and what it claims of known curves."""

import numpy as np
import pytest
from scipy.stats import t as student
from scipy.stats import ttest_1samp

from answers.made import valleys
from epochwise.answers.safe_range import differences, hides_what_is_shared, safe_range, smoothed

pytestmark = pytest.mark.versions


def plain_range(units, confidence, cost, inflation=1.0):
    """Test each epoch against every other, one by one; at most 500 epochs."""
    half = [int(min(0.05 * units.shape[1], 0.1 * e) / 2) for e in range(units.shape[1])]
    smooth = np.array(
        [[u[max(0, e - half[e]) : e + half[e] + 1].mean() for e in range(len(u))] for u in units]
    )
    critical = student.ppf((1 + confidence) / 2, len(units) - 1) * inflation

    def is_safe(epoch):
        for other in range(smooth.shape[1]):
            gain = smooth[:, epoch] - (1 + cost) * smooth[:, other]
            if gain.std() == 0 and gain[0] <= 0:
                continue
            if ttest_1samp(gain, 0).statistic > -critical:
                return False
        return True

    low = high = int(smooth.mean(axis=0).argmin())
    if not is_safe(low):
        return None
    while low > 0 and is_safe(low - 1):
        low -= 1
    while high < smooth.shape[1] - 1 and is_safe(high + 1):
        high += 1
    return low, high, cost


@pytest.mark.parametrize(("runs", "first_cost"), [(6, 0.02), (12, 0.01)])
@pytest.mark.parametrize("inflation", [1.0, 1.6])
def test_it_is_what_testing_every_pair_gives(runs, first_cost, inflation):
    for spread, seed in ((5, 0), (12, 1)):  # of six units, the second needs 5 % or even 10 %
        units = valleys(runs=runs, epochs=60, best=30, spread=spread, seed=seed)
        costs = [cost for cost in (0.01, 0.02, 0.05, 0.1) if cost >= first_cost]
        wanted = (plain_range(units, 0.95, cost, inflation) for cost in costs)
        wanted = next((found for found in wanted if found), None)
        assert safe_range(units, 0.95, inflation) == wanted
        assert inflation != 1 or safe_range(units, 0.95) == wanted


@pytest.mark.parametrize("inflation", [1.0, 1.4])
def test_an_epoch_is_safe_where_a_paired_test_against_every_other_says_so(inflation):
    units = 1 + np.linspace(0, 0.3, 6) + 0.1 * np.random.default_rng(3).normal(size=(7, 6))
    tests = differences(units, 0.9, inflation, len(units))
    critical, seen = inflation * student.ppf(0.95, 6), set()
    for cost in np.linspace(0.02, 2, 200):
        gains = units[:, :, np.newaxis] - (1 + cost) * units[:, np.newaxis]
        expected = (ttest_1samp(gains, 0).statistic <= -critical).all(axis=1)
        assert tests(cost).tolist() == expected.tolist()
        seen.add(int(expected.sum()))
    assert {0, 3, 6} <= seen


@pytest.mark.parametrize(("units", "cost"), [(9, 0.02), (10, 0.01)])
def test_one_per_cent_is_claimed_from_ten_units_on(units, cost):
    curve = 1 + ((np.arange(101) - 50) / 50) ** 2
    assert safe_range(np.tile(curve, (units, 1)), 0.95).cost == cost


def test_a_claim_about_noisy_valleys_is_seldom_false():
    """Each unit is the truth, a parabola, and a slow drift of its own."""
    epoch = np.arange(201)
    truth = 1 + ((epoch - 80) / 150) ** 2
    rng, false, claims = np.random.default_rng(0), 0, 0
    for _ in range(300):
        drift = np.cumsum(rng.normal(size=(8, 201)), axis=1) * 0.004
        found = safe_range(truth + rng.normal(size=(8, 1)) * 0.05 + drift, 0.95)
        if found:
            claims += 1
            false += truth[found.first : found.last + 1].max() > (1 + found.cost) * truth.min()
    assert claims > 150
    assert false / claims <= 0.05


def test_where_no_epoch_can_be_told_to_be_safe_there_is_none():
    rng = np.random.default_rng(1)
    assert (
        safe_range(rng.random((5, 300)) * np.linspace(1, 100, 5)[:, np.newaxis] ** 2, 0.95) is None
    )


def test_identical_units_are_sure_of_all_that_costs_little():
    curve = 1 + ((np.arange(101) - 50) / 50) ** 2
    found = safe_range(np.tile(curve, (10, 1)), 0.95)
    smooth = smoothed(curve[np.newaxis], np.arange(101))[0]
    within = np.flatnonzero(smooth <= 1.01 * smooth.min())
    assert found == (within[0], within[-1], 0.01)


def test_of_thousands_of_epochs_five_hundred_are_compared_and_the_ends_are_among_them():
    curve = 1 + ((np.arange(5001) - 2500) / 2500) ** 2
    first, last, cost = safe_range(np.tile(curve, (10, 1)), 0.95)
    smooth = smoothed(curve[np.newaxis], np.arange(5001))[0]
    within = np.flatnonzero(smooth <= 1.01 * smooth.min())
    assert within[0] <= first <= within[0] + 20
    assert within[-1] - 20 <= last <= within[-1]
    assert cost == 0.01
    flat = safe_range(np.ones((10, 5001)), 0.95)
    assert (flat.first, flat.last) == (0, 5000)


def test_near_an_end_the_running_mean_is_over_what_there_is():
    curve = np.arange(100.0)[np.newaxis] ** 2  # a window of five, early on of fewer
    wanted = [0, 100, (19**2 + 20**2 + 21**2) / 3, (48**2 + 49**2 + 50**2 + 51**2 + 52**2) / 5]
    wanted += [(96**2 + 97**2 + 98**2 + 99**2) / 4]
    assert smoothed(curve, np.array([0, 10, 20, 50, 98])).tolist() == [wanted]


def test_epochs_without_a_loss_are_passed_over():
    units = valleys(runs=6, epochs=60)
    units[2, 10] = np.nan
    units[:, 40:] = np.nan
    found = safe_range(units, 0.95)
    assert found.last <= 39
    assert safe_range(np.full((5, 9), np.nan), 0.95) is None


def test_a_minimum_early_in_a_long_training_is_not_smoothed_away():
    """The lowest point at epoch 60 of 5,000 is as sharp as that of a training of 150 epochs."""
    epoch = np.arange(5001)
    curve = 1 + np.log((epoch + 1) / 61) ** 2
    first, last, cost = safe_range(np.tile(curve, (10, 1)), 0.95)
    within = np.flatnonzero(curve <= 1 + cost)
    assert within[0] - 1 <= first <= 60 <= last <= within[-1] + 1
    assert last - first > 0.7 * (within[-1] - within[0])


def test_a_range_that_leaves_out_the_best_epoch_is_none():
    """A low spike of all units far from the smoothed minimum: what is safe about the one lacks the other."""
    epoch = np.arange(201)
    units = np.tile(2 + ((epoch - 150) / 60) ** 2, (10, 1))
    assert safe_range(units, 0.95).first > 100
    units[:, 20] = 1.9
    assert safe_range(units, 0.95) is None


VALLEY = 1 + 0.5 * (np.arange(300) / 150 - 1) ** 2
SHARED = {
    "cycles of seven epochs": VALLEY + 0.3 * (np.arange(300) % 7) / 7,
    "cycles of twenty epochs": VALLEY + 0.2 * (np.arange(300) % 20) / 20,
    "one dip": VALLEY - 0.3 * (np.arange(300) == 140),
}


def noisy(mean, runs, draw):
    level = 1 + 0.05 * draw.standard_normal((runs, 1))
    return level * mean + 0.03 * draw.standard_normal((runs, len(mean)))


@pytest.mark.parametrize("shape", SHARED)
@pytest.mark.parametrize("runs", [5, 12])
def test_what_all_units_have_in_common_is_not_smoothed_away(shape, runs):
    """Smoothing alone would hold epochs that cost 14 to 40 % where 2 % is said, in every study."""
    mean, draw = SHARED[shape], np.random.default_rng(runs)
    for _ in range(10):
        found = safe_range(noisy(mean, runs, draw), 0.95)
        if found:
            dearest = mean[found.first : found.last + 1].max()
            assert dearest <= (1 + found.cost) * mean.min() + 1e-9


@pytest.mark.parametrize("runs", [5, 30])
def test_noise_of_each_units_own_is_no_reason_to_leave_smoothing_out(runs):
    draw = np.random.default_rng(7)
    for _ in range(30):
        units = noisy(VALLEY, runs, draw)
        assert not hides_what_is_shared(units[:, 100:200], 100, units)


# ---- what few of a thousand epochs show ----


def scattered(mean, runs, noise, seed):
    draw = np.random.default_rng(seed)
    return mean * (1 + noise * draw.standard_normal((runs, len(mean))))


@pytest.mark.parametrize(("epochs", "cycle"), [(1000, 4), (1993, 8), (2000, 4)])
def test_no_range_holds_the_peaks_of_cycles_that_come_between_the_epochs_compared(epochs, cycle):
    epoch = np.arange(epochs + 1)
    high = (epoch - epochs) % cycle != 0
    found = safe_range(
        scattered((0.3 + np.exp(-epoch / 100)) * (1 + 0.3 * high), 5, 0.005, 3), 0.95
    )
    assert found is None or not high[found.first : found.last + 1].any()


@pytest.mark.parametrize("epochs", [600, 1000, 3000])
@pytest.mark.parametrize("seed", [*range(8)])
def test_no_range_holds_the_one_epoch_at_which_every_run_is_high(epochs, seed):
    epoch = np.arange(epochs + 1)
    spike = int(np.random.default_rng(seed).integers(epochs // 2, epochs))
    mean = 0.3 + np.exp(-epoch / 40) + 0.3 * (epoch == spike)
    found = safe_range(scattered(mean, 10, 0.01, seed), 0.95)
    assert found is not None
    assert not found.first <= spike <= found.last
