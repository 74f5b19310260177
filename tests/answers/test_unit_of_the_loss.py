"""No stop depends on the unit of the loss, or on what rounding leaves over."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from epochwise.answers.frontier import frontier
from epochwise.answers.moving_average import MovingAverage
from epochwise.answers.prechelt import GeneralisationLoss, ProgressQuotient, UpStrips
from epochwise.answers.stopping import NEVER, Patience

FACTORS = st.sampled_from([3.0, 0.1, 1 / 7, 1e6]) | st.integers(-30, 30).map(lambda k: 2.0**k)


@st.composite
def rounded(draw):
    """Losses of one run as people store them, to 3 to 6 digits, with many ties: (1, epochs), digits."""
    digits = draw(st.integers(3, 6))
    lowest = draw(st.integers(10 ** (digits - 1), 10**digits - 21))
    steps = draw(st.lists(st.integers(0, draw(st.sampled_from([3, 20]))), min_size=2, max_size=40))
    return (lowest + np.array([steps])) / 10**digits, digits


def criteria(delta):
    """Criteria of every family, plain and on averages; `delta` is in the unit of the loss."""
    plain = [
        GeneralisationLoss(0.1, 1),
        GeneralisationLoss(1, 2, floor=0.1),
        ProgressQuotient(0.5, 2),
        ProgressQuotient(1, 5, floor=0.5),
        UpStrips(2, 1),
        *(Patience(n, counting=kind) for n in (1, 4) for kind in ("keras", "scikit_learn")),
        *(Patience(3, delta, counting=kind) for kind in ("keras", "scikit_learn")),
    ]
    return plain + [MovingAverage(window, one) for window in (2, 3, 7, 10) for one in plain]


@settings(max_examples=120, deadline=None)
@given(made=rounded(), train=rounded(), factor=FACTORS, delta=st.integers(1, 4))
def test_another_unit_of_the_loss_changes_no_stop(made, train, factor, delta):
    (losses, digits), length = made, min(made[0].shape[1], train[0].shape[1])
    validation, training = losses[:, :length], train[0][:, :length]
    least = delta / 10**digits
    for one, other in zip(criteria(least), criteria(factor * least), strict=True):
        before = one.stops(training, validation).tolist()
        assert other.stops(factor * training, factor * validation).tolist() == before, one.label


def test_the_stops_of_rounded_averages_are_those_of_exact_ones():
    """Averages of whole numbers, times the window, are exact; so is patience on them."""
    draw = np.random.default_rng(0)
    whole = draw.integers(100, 112, size=(400, 60))
    for window in (3, 6, 10):
        sums = np.stack([np.convolve(run, np.ones(window, int))[:60] for run in whole])
        exact = sums[:, window - 1 :]  # where the window is full
        for unit in (1.0, 1e-3, 3e-3, 1 / 7):
            averages = MovingAverage(window, Patience(5))._average(whole * unit)
            found = Patience(5).stops(averages, averages[:, window - 1 :])
            assert found.tolist() == Patience(5).stops(exact, exact).tolist()


def test_an_improvement_by_just_min_delta_is_none_in_any_unit():
    losses = np.array([[0.4, 0.3, 0.3, 0.3]])
    for unit in (1.0, 3.0, 0.1, 1 / 7):
        assert Patience(2, 0.1 * unit).stops(losses, losses * unit).tolist() == [3]
        # scikit-learn takes it for one
        as_there = Patience(1, 0.1 * unit, counting="scikit_learn")
        assert as_there.stops(losses, losses * unit).tolist() == [4]
        # and by more than rounding it is one for both
        assert Patience(2, 0.0999 * unit).stops(losses, losses * unit).tolist() == [4]


def test_without_min_delta_the_last_digit_counts_as_in_the_frameworks():
    falling = 1 - 2.0**-52 * np.arange(6)[np.newaxis]
    assert (np.diff(falling) < 0).all()
    assert Patience(1).stops(falling, falling).tolist() == [NEVER]
    rising = 2 - falling
    assert Patience(1, counting="scikit_learn").stops(rising, rising).tolist() == [3]


def test_a_progress_of_just_the_floor_is_not_below_it_in_any_unit():
    train = np.array([[1, 1.0002]])  # P is 0.1, less what rounding takes from it
    for unit in (1.0, 3.0, 0.1, 1 / 7):
        for floor, stop in [(0.1, NEVER), (0.1001, 2)]:
            criterion = UpStrips(3, strip=2, floor=floor)
            assert criterion.stops(train * unit, train).tolist() == [stop]


def row(name, saved, regret):
    means = {"epochs_saved_percent_mean": saved, "validation_regret_percent_mean": regret}
    return {"criterion": name, **means}


@pytest.mark.parametrize("times", [1, 1 - 2e-16, 1 + 2e-16])
def test_savings_that_differ_by_rounding_are_one_level_of_the_frontier(times):
    saved = 100 * (1 - 53 / 120)  # 55.833…
    table = [row("one", saved * times, 2.0), row("other", saved, 1.0), row("rest", 10.0, 0.5)]
    found = frontier(table)
    assert [each["criterion"] for each in found] == ["rest", "other"]
    assert found[1]["saved_more_than_percent"] == 10


def test_regrets_that_differ_by_rounding_are_one():
    found = frontier([row("more", 50.0, 0.3), row("less", 40.0, 0.1 + 0.2 - 1e-16)])
    assert [each["criterion"] for each in found] == ["more"]
    found = frontier([row("more", 50.0, 0.3), row("less", 40.0, 0.3 - 1e-6)])
    assert [each["criterion"] for each in found] == ["less", "more"]


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.lists(st.integers(1, 120), min_size=6, max_size=6), min_size=1, max_size=8),
    st.randoms(use_true_random=False),
)
def test_every_level_of_the_frontier_is_a_level(stops, shuffle):
    """Means of the same savings in another order are one level, whatever their last digits are."""
    table = []
    for number, own in enumerate(stops):
        other = shuffle.sample(own, len(own))
        for place, of in enumerate((own, other)):
            saved = float(np.mean([100 * (1 - stop / 120) for stop in of]))
            table.append(row(f"{number}, {place}", saved, float(max(own) - place)))
    found = frontier(table)
    widths = [each["saved_up_to_percent"] - each["saved_more_than_percent"] for each in found[1:]]
    assert all(width > 1e-3 for width in widths)
