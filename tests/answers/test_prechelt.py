"""The strip criteria against the formulas of the paper, written out in exact fractions."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from epochwise.answers.prechelt import (
    GeneralisationLoss,
    ProgressQuotient,
    UpStrips,
    above,
    generalisation_loss,
    progress,
)
from epochwise.answers.stopping import NEVER

GOLDEN = np.array([[10, 8, 9, 10, 11, 12, 12, 13, 14, 15, 16, 17, 16.0]])


@pytest.mark.parametrize(
    ("alpha", "stop"), [(12, 3), (20, 4), (40, 6), (90, 11), (110, 12), (1000, NEVER)]
)
def test_golden_vectors(alpha, stop):
    assert GeneralisationLoss(alpha, strip=1).stops(GOLDEN, GOLDEN).tolist() == [stop]


def gl(va, t, k):
    least = min(va[end - 1] for end in range(k, t + 1, k))
    if least == 0:
        return Fraction(0) if va[t - 1] == 0 else float("inf")
    return 100 * (va[t - 1] / least - 1)


def p(tr, t, k):
    strip = tr[t - k : t]
    if min(strip) == 0:
        return Fraction(0) if max(strip) == 0 else float("inf")
    return 1000 * (sum(strip) / (k * min(strip)) - 1)


def stop_gl(tr, va, k, alpha):
    return next((t for t in range(k, len(va) + 1, k) if gl(va, t, k) > alpha), NEVER)


def stop_pq(tr, va, k, alpha):
    for t in range(k, len(va) + 1, k):
        lost, made = gl(va, t, k), p(tr, t, k)
        if made == 0:
            if lost > 0:
                return t
        elif made != float("inf") and lost / made > alpha:
            return t
    return NEVER


def up(va, t, k, s):
    """UP_s at t, as the paper defines it: from UP_(s-1) at t - k."""
    if t - k < k:
        return False
    return va[t - 1] > va[t - k - 1] and (s == 1 or up(va, t - k, k, s - 1))


def stop_up(tr, va, k, s):
    return next((t for t in range(k, len(va) + 1, k) if up(va, t, k, s)), NEVER)


losses = st.integers(1, 30).flatmap(
    lambda epochs: st.tuples(
        *[st.lists(st.integers(0, 40), min_size=epochs, max_size=epochs) for _ in range(2)]
    )
)
FAMILIES = {
    "GL": (GeneralisationLoss, stop_gl, [0, 1, 5, 25, 50, 100]),
    "PQ": (ProgressQuotient, stop_pq, [0, 0.25, 0.5, 0.75, 1, 3]),
    "UP": (UpStrips, stop_up, [1, 2, 3]),
}


@pytest.mark.parametrize("family", FAMILIES)
@settings(max_examples=300, deadline=None)
@given(pair=losses, strip=st.integers(1, 6), data=st.data())
def test_every_family_follows_its_formula_exactly(family, pair, strip, data):
    criterion, naive, values = FAMILIES[family]
    value = data.draw(st.sampled_from(values))
    train, validation = ([Fraction(loss, 40) for loss in each] for each in pair)
    arrays = [np.array([each], dtype=float) / 40 for each in pair]
    expected = naive(train, validation, strip, Fraction(value))
    assert criterion(value, strip).stops(*arrays).tolist() == [expected]


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_follows_its_formula_on_noisy_curves(family):
    criterion, naive, values = FAMILIES[family]
    draw = np.random.default_rng(3)
    epoch = np.arange(1, 301)
    train = (1 + 5 * np.exp(-epoch / 40)) * (1 + 0.02 * draw.standard_normal((40, 300)))
    validation = train + (epoch / 300) ** 2 * draw.uniform(0, 2, (40, 1))
    fired = set()
    for value in values:
        expected = [
            naive(list(tr), list(va), 5, value) for tr, va in zip(train, validation, strict=True)
        ]
        fired |= {stop > 0 for stop in expected}
        assert criterion(value).stops(train, validation).tolist() == expected
    assert True in fired


@settings(max_examples=200, deadline=None)
@given(pair=losses, strip=st.integers(1, 4), factor=st.floats(1e-6, 1e6))
def test_the_unit_of_the_loss_changes_no_stop(pair, strip, factor):
    train, validation = (np.array([each], dtype=float) for each in pair)
    for criterion in (
        GeneralisationLoss(25, strip),
        ProgressQuotient(0.5, strip, floor=0.1),
        UpStrips(2, strip),
    ):
        one = criterion.stops(train, validation)
        assert one.tolist() == criterion.stops(train * factor, validation * factor).tolist()


def test_strips_are_not_consecutive_epochs():
    # up at every end of a strip of two, yet never twice in a row from epoch to epoch
    losses = np.array([[5, 1, 4, 2, 6, 3.0]])
    assert UpStrips(2, strip=2).stops(losses, losses).tolist() == [6]
    assert UpStrips(2, strip=1).stops(losses, losses).tolist() == [NEVER]


def lucky_curve(epochs=1000, lucky=8):
    """A slow valley with its floor at epoch 400, and one lucky epoch inside the second strip."""
    epoch = np.arange(1, epochs + 1)
    losses = 1 + ((epoch - 400) / 400.0) ** 2
    losses[lucky - 1] *= 0.6
    return losses[np.newaxis]


def test_a_lucky_epoch_within_a_strip_stops_nothing():
    losses = lucky_curve()
    # E_opt is 1 at epoch 400, GL passes 5 % where ((t - 400) / 400)² > 0.05: beyond 489.4
    for criterion, stop in [(GeneralisationLoss(5), 490), (UpStrips(3), 415)]:
        assert criterion.stops(losses, losses).tolist() == [stop]
        assert criterion.stops(lucky_curve(lucky=7), losses).tolist() == [stop]
    assert ProgressQuotient(1).stops(losses, losses) > 400
    # where every epoch is looked at, the lucky one is found, and all after it is worse
    assert GeneralisationLoss(5, strip=1).stops(losses, losses).tolist() == [9]
    # and at the end of a strip it is found as well
    at_end = lucky_curve(lucky=10)
    assert GeneralisationLoss(5).stops(at_end, at_end).tolist() == [15]


def test_zero_losses_divide_nothing():
    zero, after = np.zeros((1, 10)), np.array([[1, 0, 0, 0, 0, 0, 0, 0, 0, 0.5]])
    after[0, 4] = 0.0
    assert generalisation_loss(zero, 5).tolist() == [[0, 0]]
    assert generalisation_loss(after, 5).tolist() == [[0, np.inf]]
    assert GeneralisationLoss(5).stops(zero, zero).tolist() == [NEVER]
    assert GeneralisationLoss(5).stops(after, after).tolist() == [10]
    assert ProgressQuotient(5).stops(zero, after).tolist() == [10]
    assert ProgressQuotient(5).stops(zero, zero).tolist() == [NEVER]


def test_the_floor_stops_where_there_is_no_progress():
    flat = np.concatenate([np.linspace(3, 2, 10), np.full(10, 2.0)])[None]
    for criterion in (GeneralisationLoss(5), ProgressQuotient(5), UpStrips(5)):
        assert criterion.stops(flat, flat).tolist() == [NEVER]
        with_floor = type(criterion)(5, floor=0.1)
        assert with_floor.stops(flat, flat).tolist() == [15]


def test_the_floor_does_not_stop_what_has_ended():
    ended = np.array([[3, 2, 1, 1, 1, np.nan, np.nan, np.nan, np.nan, np.nan]])
    assert GeneralisationLoss(5, floor=0.1).stops(np.ones((1, 10)), ended).tolist() == [5]
    ended[0, 4] = np.nan
    assert GeneralisationLoss(5, floor=0.1).stops(np.ones((1, 10)), ended).tolist() == [NEVER]


def test_missing_losses_decide_nothing():
    losses = np.array([[9, 1, 2, np.nan, np.nan, 5.0], [np.nan] * 6])
    assert GeneralisationLoss(50, strip=2).stops(losses, losses).tolist() == [6, NEVER]
    assert UpStrips(1, strip=3).stops(losses, losses).tolist() == [6, NEVER]


def test_labels_name_what_differs_from_the_default():
    kinds = (GeneralisationLoss, ProgressQuotient, UpStrips)
    for name, kind in zip(("GL", "PQ", "UP"), kinds, strict=True):
        assert kind(2).label == f"{name}(2)"
        assert kind(2, strip=5, floor=None).label == f"{name}(2)"
        assert kind(2, strip=4).label == f"{name}(2, strip=4)"
        assert kind(2, floor=0.1).label == f"{name}(2, floor=0.1)"
        assert kind(2, 6, 1.0).label == f"{name}(2, strip=6, floor=1)"
    assert GeneralisationLoss(2.5).label == "GL(2.5)"
    assert GeneralisationLoss(5.0).label == "GL(5)"


@pytest.mark.parametrize("kind", [GeneralisationLoss, ProgressQuotient, UpStrips])
def test_parameters_out_of_range_are_refused(kind):
    wrong = [(-1, 5, None), (2, 0, None), (2, 2.5, None), (2, 5, -0.1), (2, 5, True)]
    wrong += [(0, 5, None), (1.5, 5, None)] if kind is UpStrips else [(np.inf, 5, None)]
    for parameters in wrong:
        with pytest.raises(ValueError, match="it must be a "):
            kind(*parameters)
    assert kind(1, 1, 0.0).floor == 0


def test_the_progress_is_in_per_mille_of_the_lowest_training_loss():
    train = np.array([[3.0, 2, 4, 2.001, 2.0, 2.0]])
    found = progress(train, 3)
    np.testing.assert_allclose(found, [[1000 * (9 / 6 - 1), 1000 * (6.001 / 6 - 1)]], rtol=1e-9)
    assert GeneralisationLoss(9, 3, floor=0.17).stops(train, np.ones((1, 6))).tolist() == [6]
    assert GeneralisationLoss(9, 3, floor=0.16).stops(train, np.ones((1, 6))).tolist() == [NEVER]


def test_losses_that_differ_by_rounding_alone_are_equal_and_others_are_not():
    for times, lost in [(1 + 0.9e-12, 0), (1 + 1e-10, 1e-8)]:
        found = generalisation_loss(np.array([[3.0, 3 * times]]), 1)
        assert found[0, 1] == pytest.approx(lost, rel=1e-5)
        made = progress(np.array([[3.0, 3 * times]]), 2)
        assert (made[0, 0] == 0) == (lost == 0)
        rises = UpStrips(1, strip=1).stops(np.ones((1, 2)), np.array([[3.0, 3 * times]]))
        assert rises.tolist() == [2 if lost else NEVER]


def test_a_threshold_is_passed_by_more_than_rounding():
    for threshold in (0.0, 5.0, 100.0):
        margin = 1e-9 * (1 + threshold)
        near = np.array([threshold - margin, threshold + 0.9 * margin, threshold + 1.1 * margin])
        assert above(near, threshold).tolist() == [False, False, True]


def test_any_generalisation_loss_stops_where_there_is_no_progress():
    validation = np.array([[1.0, 1.0, 1.0, 1.001]])
    still, moving = np.ones((1, 4)), np.array([[2.0, 2.002, 2.0, 2.002]])
    assert ProgressQuotient(5, strip=2).stops(still, validation).tolist() == [4]
    assert ProgressQuotient(5, strip=2).stops(moving, validation).tolist() == [NEVER]
