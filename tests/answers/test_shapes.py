"""The shape of a curve, by hand; `test_phases` says what is made of it."""

import numpy as np
import pytest
from scipy.signal import lfilter

from epochwise.answers.settings import AnswerSettings
from epochwise.answers.shapes import Judged, judged, shape

EPOCH = np.arange(1001)


def found(*points, **changed):
    """The shape of the curve through some points, (epoch, loss); some losses are changed."""
    mean = np.interp(EPOCH, *zip(*points, strict=True))
    for epoch, loss in changed.get("but", {}).items():
        mean[epoch] = loss
    return of(mean)


def of(mean):
    mean = np.array(mean, float)
    return shape(mean, np.full(len(mean), np.nan), AnswerSettings.of())


@pytest.mark.parametrize("unit", [1, 3, 1e-5, 7e6])
def test_a_curve_is_constant_up_to_a_spread_of_just_the_tolerance(unit):
    """1 % of the lowest loss, which in floats is a little more, and not of the highest."""
    assert of(np.array([1.01, 1]) * unit).kind == "constant"
    assert of(np.array([1.01005, 1]) * unit).kind == "settles"


def test_what_falls_to_zero_or_is_zero_has_not_risen():
    for losses in ([0, 0, 0], [1, 0, 0]):
        assert (of(losses).rise, of(losses).peak, of(losses).peak_rise) == (0, None, 0)
    assert of([1, 0, 1]).rise == np.inf


@pytest.mark.parametrize(("epoch", "kind"), [(900, "settles"), (901, "underfits")])
def test_a_curve_that_falls_is_improving_if_its_best_epoch_is_in_the_last_tenth(epoch, kind):
    assert found((0, 5), (900, 1.3), (1000, 1), but={epoch: 0.97}).kind == kind


def test_a_spike_at_the_last_epoch_is_no_overfitting():
    assert found((0, 5), (400, 1), (1000, 1), but={1000: 1.5}).kind == "settles"


def test_where_a_curve_still_improves_its_best_epoch_is_a_bound_wherever_it_is():
    one = found((0, 5), (900, 1.3), (1000, 1), but={950: 0.97})
    assert (one.kind, one.best, one.censored) == ("underfits", 950, True)


def test_of_one_epoch_that_is_not_the_first_nothing_can_be_said():
    assert of([np.inf, 1, np.inf]) is None
    assert of([np.nan, np.inf]) is None
    assert of([1, np.inf]).kind == "untrained"


def test_a_rise_at_the_start_is_no_hump_however_short_the_run():
    assert (of([1, 3, 2, 1]).kind, of([1, 3, 2, 1]).peak) == ("settles", None)


@pytest.mark.parametrize("loss", [1.2, 9])
def test_one_strange_epoch_at_the_peak_changes_the_rise_hardly(loss):
    hump = (0, 5), (100, 1), (300, 1.5), (340, 1.5), (800, 0.8), (1000, 0.8)
    for epoch in (250, *range(295, 306), 340):
        one = found(*hump, but={epoch: loss})
        assert (one.kind, one.first_minimum, one.best) == ("double_descent", 100, 800)
        assert abs(one.peak - 300) <= 5
        assert one.peak_rise == pytest.approx(0.5, abs=0.01)


# ---- which curves are rough ----


@pytest.mark.parametrize(("steps", "rough"), [(9, False), (10, True)])
def test_a_rough_curve_is_told_by_ten_steps(steps, rough):
    assert of([1 + 0.1 * (-1) ** epoch for epoch in range(steps + 1)]).rough == rough


@pytest.mark.parametrize(("size", "rough"), [(0.99, False), (1.01, True)])
def test_jitter_of_a_thousandth_needs_no_smoothing(size, rough):
    """Second differences of ±d are 4 d; those of normal noise are 0.6745 √6 standard deviations."""
    jitter = size * 1e-3 * 0.6745 * 6**0.5 / 4
    assert of([1 + jitter * (-1) ** epoch for epoch in range(41)]).rough == rough


@pytest.mark.parametrize(("rising", "rough"), [(6, True), (8, False)])
def test_a_curve_is_rough_that_turns_at_a_quarter_of_its_epochs(rising, rough):
    """Of a period of seven epochs two are turns, of nine they are too few."""
    period = [0.01, 0.02] * (rising // 2) + [-0.01]
    assert of(1 + np.cumsum(period * 8)).rough == rough


@pytest.mark.parametrize("step", [0.01, -0.01])
def test_stairs_are_not_rough_however_steep(step):
    """A curve that is level for an epoch and then goes on as before does not turn."""
    stairs = of(1 + step * (np.arange(61) // 2))
    assert not stairs.rough


def test_a_rough_curve_that_rises_from_its_first_epoch_was_never_better_than_that():
    """Its first epoch is the lowest, whatever the smoothed curve does."""
    rising = np.linspace(1, 2, 61) * (1 + 0.05 * (-1.0) ** np.arange(61))
    rising[0] = 0.9
    one = of(rising)
    assert (one.rough, one.best, one.kind) == (True, 0, "worsens")


def test_the_noise_that_is_left_is_that_of_a_median_over_the_window():
    draw = np.random.default_rng(0).normal(size=4001)
    settings = AnswerSettings.of(smoothing=0.05)
    found = judged(1 + 0.05 * draw, np.full(4001, np.nan), settings)
    of_a_median = 0.05 * np.sqrt(np.pi / 2 / 201)
    assert found.noise.mean() == pytest.approx(5 * of_a_median, rel=0.25)


def test_a_rise_that_is_not_seen_to_end_has_not_recovered():
    """Of six losses the running median may be high at the end where the last loss is low."""
    found = of(np.array([0.72, 0.68, 0.65, 0.76, 0.71, 0.39]))
    assert found.kind != "recovers"


def test_the_noise_of_a_short_curve_is_told_from_epoch_to_epoch_alone():
    """Over four windows and less its bend would count as noise."""
    settings = AnswerSettings.of(smoothing=0.25)

    def noise(epochs):
        epoch = np.arange(epochs)
        mean = 1 + 4 * (epoch / epochs - 0.5) ** 2 + 0.05 * (-1.0) ** epoch
        seen = judged(mean, np.full(epochs, np.nan), settings)
        second = np.median(np.abs(np.diff(mean, 2)) / mean[1:-1]) / (0.6745 * 6**0.5)
        return seen.noise / seen.smooth, 5 * second * np.sqrt(np.pi / 2 / 11)

    found, alone = noise(44)
    assert found == pytest.approx(alone, rel=1e-3)
    found, alone = noise(45)
    assert (found > 3 * alone).all()


def test_a_curve_is_lower_at_an_epoch_only_by_more_than_its_noise():
    losses = np.array([0.5, 0.75])
    for noise, lower in ((0.125, True), (0.25, False), (0.375, False)):
        seen = Judged(losses, losses, np.zeros(2), np.full(2, noise), rough=True)
        assert seen.is_lower(0, 1) == lower


@pytest.mark.parametrize(("second", "kind"), [(0.95, "recovers"), (0.7, "double_descent")])
def test_a_second_minimum_has_to_be_lower_by_more_than_the_noise(second, kind):
    epoch = np.arange(401)
    mean = np.interp(epoch, [0, 60, 120, 180, 300, 400], [3, 1, 1, 2, second, second])
    one = of(mean * (1 + 0.1 * np.random.default_rng(0).normal(size=401)))
    assert (one.rough, one.kind) == (True, kind)


# ---- cycles and restarts ----


@pytest.mark.parametrize(("up", "kind"), [(0.24, "double_descent"), (0.26, "recovers")])
def test_a_rise_that_is_mostly_a_jump_is_a_restart(up, kind):
    """Of a rise of 0.5, a half decides."""
    one = found((0, 5), (100, 1), (200, 1.5 - up), (201, 1.5), (800, 0.8), (1000, 0.8))
    assert one.kind == kind
    assert one.peak == 201


@pytest.mark.parametrize("noise", [0, 0.01, 0.05])
def test_a_step_down_after_overfitting_is_no_second_descent(noise):
    """As where the learning rate is cut."""
    epoch = np.arange(401)
    later = np.where(epoch < 150, 0.003 * np.maximum(epoch - 40, 0), -0.1)
    jitter = 1 + noise * np.random.default_rng(0).standard_normal(401)
    assert of((0.6 + 3 * np.exp(-epoch / 8) + later) * jitter).kind == "recovers"


@pytest.mark.parametrize("noise", [0.03, 0.05, 0.1])
@pytest.mark.parametrize("seed", range(5))
def test_a_restart_is_seen_through_noise(noise, seed):
    epoch = np.arange(401)
    later = np.maximum(epoch - 200, 0)
    mean = np.where(epoch < 200, 1 + 4 * np.exp(-epoch / 30), 0.7 + 0.9 * np.exp(-later / 40))
    jitter = 1 + noise * np.random.default_rng(seed).standard_normal(401)
    assert of(mean * jitter).kind == "recovers"


@pytest.mark.parametrize("rise", [3, 4, 6, 12])
def test_a_second_descent_may_be_short(rise):
    points = [0, 15, 15 + rise, 15 + 2 * rise, 50, 60]
    assert of(np.interp(np.arange(61), points, [5, 1, 1.5, 1, 0.7, 0.7])).kind == "double_descent"


@pytest.mark.parametrize("every", [10, 40, 50])
def test_a_second_descent_is_seen_in_few_validations(every):
    mean = np.interp(EPOCH, [0, 100, 300, 340, 800, 1000], [5, 1, 1.5, 1.5, 0.8, 0.8])
    assert of(np.where(EPOCH % every, np.nan, mean)).kind == "double_descent"


@pytest.mark.parametrize("seed", range(20))
def test_whether_a_rise_is_a_jump_does_not_depend_on_the_unit(seed):
    """Two steps of a quarter each, to the last bit."""
    mean = np.array([8, 4, 2, 1, 1, 1, 1.25, 1.5, 1.5, 1.5, 1, 0.5, 0.5, 0.5, 0.5])
    assert of(mean * np.random.default_rng(seed).uniform(1e-3, 1e3)).kind == "double_descent"


@pytest.mark.parametrize("noise", [0, 0.01])
@pytest.mark.parametrize("first", [7, 20, 43])
def test_warm_restarts_of_doubling_length_are_no_double_descent(first, noise):
    epoch = np.arange(first * 15 + 1)
    starts = first * (2 ** np.arange(5) - 1)
    cycle = np.searchsorted(starts, epoch, side="right") - 1
    phase = (epoch - starts[cycle]) / (first * 2**cycle)
    jitter = 1 + noise * np.random.default_rng(first).standard_normal(len(epoch))
    swing = 0.2 * np.exp(-3 * epoch / epoch[-1]) * (1 + np.cos(np.pi * phase))
    loss = (1 + 2 * np.exp(-epoch / (4.5 * first))) * (1 + swing)
    assert of(loss * jitter).kind in ("settles", "recovers", "underfits")


def cycles(number, height, epochs=1000):
    """A loss that falls, and rises and falls again as the learning rate does: (epochs + 1,)."""
    epoch = np.arange(epochs + 1)
    phase = (epoch % (epochs / number)) / (epochs / number)
    return (1 + 3 * np.exp(-epoch / 200)) * (1 + height * (1 + np.cos(np.pi * phase)) / 2)


@pytest.mark.parametrize("number", [4, 6, 10])
@pytest.mark.parametrize("height", [0.2, 0.6])
def test_cycles_are_no_double_descent(number, height):
    one = of(cycles(number, height))
    assert one.kind != "double_descent"
    assert one.peak is None


@pytest.mark.parametrize(("second", "kind"), [(0.9, "double_descent"), (1.3, "settles")])
def test_a_second_hump_makes_cycles_only_where_it_is_of_like_size(second, kind):
    """The first is half as high again as the minimum before it; a third of that decides."""
    one = found((0, 5), (100, 1), (300, 1.5), (500, 0.8), (650, second), (800, 0.75), (1000, 0.75))
    assert one.kind == kind


# ---- the end ----


@pytest.mark.parametrize("epochs", [*range(5, 16), 30, 60, 1000])
@pytest.mark.parametrize(
    "fall", [lambda at: 2 / (at * 9 + 1), lambda at: np.exp(-at), lambda at: np.exp(-20 * at)]
)
def test_what_falls_to_the_end_is_still_falling_however_short_the_run(epochs, fall):
    mean = fall(np.arange(epochs + 1) / epochs)
    assert of(mean * 0.9).kind == "underfits"
    assert of(np.where(np.arange(epochs + 1) == 0, np.nan, mean)).kind == "underfits"


@pytest.mark.parametrize("epochs", [8, 10, 12, 15])
def test_of_short_runs_that_end_flat_and_jitter_at_most_one_in_fourteen_is_called_falling(epochs):
    draw = np.random.default_rng(epochs)
    mean = 1 + 3 * np.exp(-np.arange(epochs + 1) * 9 / epochs)
    kinds = [of(mean * (1 + 0.02 * draw.standard_normal(epochs + 1))).kind for _ in range(200)]
    assert kinds.count("underfits") <= 200 / 14


def test_whether_the_later_half_falls_as_well_does_not_depend_on_the_unit():
    """Of this tail the later half has a fifth of the fall, about: rounding must not decide."""
    mean = np.concatenate([np.linspace(5, 1.5, 88), [1.5] * 3, [1.4, 1.3, 1.2], [1.1] * 4])
    mean = np.concatenate([mean, [1.05, 1.0, 1.0]])
    kinds = {of(mean * unit).kind for unit in (1, 3, 7, 10, 1e3, 1e-3, 1e-9)}
    assert len(kinds) == 1


@pytest.mark.parametrize("after", [0, 0.001, 0.0003, -0.00005])
def test_a_step_that_is_long_over_is_no_fall_that_goes_on(after):
    """A fall by a fifth at 905, and then hardly anything or a rise."""
    later = np.maximum(EPOCH - 905, 0)
    mean = 0.5 + np.exp(-EPOCH / 40) - 0.1 * (EPOCH >= 905) + after * later
    for seed in range(5):
        noise = 1 + 0.003 * np.random.default_rng(seed).standard_normal(1001)
        assert of(mean).kind != "underfits"
        assert of(mean * noise).kind != "underfits"


# ---- how much is smoothed ----


@pytest.mark.parametrize("noise", [0, 0.0003, 0.003])
def test_an_early_minimum_is_seen_where_there_is_little_noise(noise):
    """It lasts a hundredth of the training; over a twentieth it would be smoothed away."""
    later = 0.4 * (1 - np.exp(-np.maximum(EPOCH - 8, 0) / 20)) - 0.6 / (
        1 + np.exp((600 - EPOCH) / 50)
    )
    mean = 0.5 + np.exp(-EPOCH / 2) + later
    draw = np.random.default_rng(1)
    one = of(mean * (1 + noise * draw.standard_normal((5, 1001))).mean(axis=0))
    assert (one.kind, one.rough) == ("double_descent", noise > 0.001)
    assert 5 <= one.first_minimum <= 10


@pytest.mark.parametrize("epochs", [100, 400, 2000])
@pytest.mark.parametrize("noise", [0.002, 0.005, 0.01])
@pytest.mark.parametrize("memory", [0.0, 0.7, 0.9])
def test_what_only_falls_and_jitters_little_is_seldom_called_anything_else(epochs, noise, memory):
    draw = np.random.default_rng(epochs)
    mean = 1 + 3 * np.exp(-np.arange(epochs + 1) * 12 / epochs)
    kinds = []
    for _ in range(60):
        jitter = lfilter([(1 - memory**2) ** 0.5], [1, -memory], draw.standard_normal(epochs + 1))
        kinds.append(of(mean * (1 + noise * jitter)).kind)
    assert kinds.count("settles") >= 0.95 * 60


@pytest.mark.parametrize("unit", [1, 1e200, 1e307])
def test_huge_losses_that_jump_are_judged_too(unit):
    draw = np.random.default_rng(0)
    for mean in (draw.uniform(0.5, 1.5, 40), np.where(np.arange(40) % 2, 1, 1e-200)):
        assert of(mean * unit).kind
        assert shape(np.ones(40), np.full(40, np.nan), AnswerSettings.of(), mean * unit).kind
    assert shape(draw.uniform(1, 2, 40), np.full(40, np.nan), AnswerSettings.of(tolerance=1e-160))


def test_what_is_left_of_a_rise_is_what_the_last_loss_has_left():
    rise = np.concatenate([np.linspace(3, 1, 20), np.linspace(1, 2, 15), np.full(15, 2.0)])
    assert of([*rise, 0.9]).left == 0
    assert of([*rise[:-1], 1.02, 1.02, 1.02, 1.02]).left == pytest.approx(0.02)
