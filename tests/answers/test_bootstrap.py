"""The interval of the best epoch: what is resampled, which quantiles are taken, what it covers."""

from itertools import product

import numpy as np
import pytest
from scipy.stats import multinomial, norm
from scipy.stats import t as student

from answers.made import valleys
from epochwise.answers.bootstrap import (
    address,
    bootstrap_interval,
    every_draw,
    expanded_tail,
    possible_minima,
    quantile,
)

pytestmark = pytest.mark.versions


def test_the_interval_covers_the_true_best_epoch():
    # The minimum of the expected curve is at epoch 30; nominally 80 % of intervals hold it.
    hits = 0
    for seed in range(200):
        units = valleys(runs=25, seed=seed)
        low, high = bootstrap_interval(units, 0.8, 200, np.random.SeedSequence(seed))
        hits += low <= 30 <= high
    assert 0.75 <= hits / 200 <= 0.95  # whole epochs widen it a little


@pytest.mark.parametrize("count", [2, 3, 5, 7])
def test_with_few_units_every_resample_is_made_as_often_as_it_comes(count):
    draws, weights = every_draw(count)
    whole = [times for times in product(range(count + 1), repeat=count) if sum(times) == count]
    assert sorted(map(tuple, draws)) == sorted(whole)
    chances = multinomial.pmf(draws, count, [1 / count] * count)
    assert weights == pytest.approx(chances)
    assert weights.sum() == pytest.approx(1)


@pytest.mark.parametrize(("count", "chance"), [(7, False), (8, True)])
def test_up_to_seven_units_nothing_is_left_to_chance(count, chance):
    units = valleys(runs=count, epochs=100, best=50, spread=20)
    found = {bootstrap_interval(units, 0.8, 1, np.random.SeedSequence(seed)) for seed in range(9)}
    assert (len(found) > 1) == chance


@pytest.mark.parametrize(("count", "tail"), [(5, 0.001), (10, 0.0085), (30, 0.019)])
def test_the_tails_are_those_that_were_published(count, tail):
    assert expanded_tail(0.95, count) == pytest.approx(tail, rel=0.06)


def test_the_tails_approach_the_plain_percentiles():
    assert expanded_tail(0.9, 10**6) == pytest.approx(0.05, rel=1e-4)
    by_hand = norm.cdf(-np.sqrt(4 / 3) * student.ppf(0.8, 3))
    assert expanded_tail(0.6, 4) == pytest.approx(by_hand)


def test_a_quantile_is_the_lowest_value_with_so_much_weight_up_to_it():
    values, weights = np.array([5, 1, 3]), np.array([0.2, 0.5, 0.3])
    shares = [0.01, 0.5, 0.51, 0.8, 0.81, 1.0]
    assert [quantile(values, weights, share) for share in shares] == [1, 1, 3, 3, 5, 5]


@pytest.mark.parametrize("count", [6, 9])
def test_it_agrees_with_resampling_one_by_one(count):
    """Six units are enumerated, nine are drawn."""
    units = valleys(runs=count, epochs=800, spread=200, best=400)
    draw = np.random.default_rng(1)
    naive = [units[draw.integers(count, size=count)].mean(axis=0).argmin() for _ in range(4000)]
    low, high = bootstrap_interval(units, 0.7, 4000, np.random.SeedSequence(2))
    tail = expanded_tail(0.7, count)
    expected = np.quantile(naive, [tail, 1 - tail], method="inverted_cdf")
    assert high - low > 60
    assert np.abs([low, high] - expected).max() <= 0.06 * (high - low)


def plain_interval(units, tail, draws):
    """Resample one by one, over every epoch; take quantiles of the sorted epochs."""
    epochs = []
    for times in draws:
        mean = sum(n * curve for n, curve in zip(times, units, strict=True)) / len(units)
        epochs.append(int(np.nanargmin(np.where(np.isfinite(mean), mean, np.nan))))
    epochs.sort()
    ranks = [np.ceil(round(share * len(epochs), 9)) for share in (tail, 1 - tail)]
    return tuple(epochs[max(int(rank), 1) - 1] for rank in ranks)


@pytest.mark.parametrize(("count", "epochs", "resamples"), [(8, 30, 300), (9, 2500, 900)])
@pytest.mark.parametrize("coverage", [0.5, 0.8, 0.95])
def test_the_interval_is_that_of_resampling_one_by_one(count, epochs, resamples, coverage):
    """However many epochs there are: the last case is resampled in several blocks."""
    units = 1 + np.random.default_rng(count).random((count, epochs))
    units[0, 3] = np.nan  # no resample chooses that epoch, with this unit in it or without
    seed = np.random.SeedSequence([count, 7])
    draws = np.random.default_rng(seed).multinomial(count, [1 / count] * count, size=resamples)
    low, high = plain_interval(units, expanded_tail(coverage, count), draws)
    centre = int(np.nanargmin(units.mean(axis=0)))
    expected = min(low, centre), max(high, centre)
    assert bootstrap_interval(units, coverage, resamples, seed) == expected


def test_it_is_stretched_about_the_best_epoch_and_stays_within_the_epochs():
    units = valleys(runs=10, epochs=100, best=50, spread=20)
    seed, best = np.random.SeedSequence(0), int(units.mean(axis=0).argmin())
    low, high = bootstrap_interval(units, 0.8, 500, seed)
    for factor in (1.5, 1.3, 1.1):
        assert bootstrap_interval(units, 0.8, 500, seed, factor) == (
            best - np.ceil(factor * (best - low)),
            best + np.ceil(factor * (high - best)),
        )
    assert bootstrap_interval(units, 0.8, 500, seed, 1000.0) == (0, 100)


def test_the_draws_are_addressed():
    units = valleys(runs=9)
    one = bootstrap_interval(units, 0.9, 50, address(0, "best_epoch", {"backend": "a"}))
    assert one == bootstrap_interval(units, 0.9, 50, address(0, "best_epoch", {"backend": "a"}))
    draws = [
        np.random.default_rng(address(seed, "best_epoch", {"backend": name})).random()
        for seed, name in ((0, "a"), (0, "b"), (1, "a"))
    ]
    assert len(set(draws)) == 3


def test_the_draws_do_not_depend_on_the_order_of_the_keys():
    one = address(0, "best_epoch", {"alpha": 0.1, "sizes": np.int64(3)})
    other = address(0, "best_epoch", {"sizes": np.int64(3), "alpha": 0.1})
    assert one.generate_state(4).tolist() == other.generate_state(4).tolist()


def test_an_epoch_may_be_chosen_unless_the_best_one_is_lower_in_every_unit():
    nan, hardly = np.nan, 1 + 1e-9
    units = np.array(
        [  # the best; lower in a unit; higher in both, by much or hardly; equal in one; not known
            [1, 9, 3, hardly, 1, nan],
            [2, 1, 3, 2 * hardly, 5, 0],
        ]
    )
    assert possible_minima(units).tolist() == [0, 1, 4]
