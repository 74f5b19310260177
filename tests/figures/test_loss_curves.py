import numpy as np
import pytest

from epochwise.figures.loss_curves import MOST_PANELS, MOST_SINGLES, draw
from epochwise.figures.style import PARTITION_STYLE
from figure_samples import answered, make, options, valley, with_test, words

pytestmark = pytest.mark.versions


def labelled(axes):
    return {line.get_label(): line for line in axes.lines if not line.get_label().startswith("_")}


def test_one_run_draws_both_losses_on_a_log_axis_and_marks_the_best_epoch(tmp_path):
    figure = draw(make(tmp_path, training={"epochs": 100}), options())
    (axes,) = figure.axes
    lines = labelled(axes)
    assert axes.get_yscale() == "log"
    assert {"train", "validation"} <= set(lines)
    assert "test" not in lines
    assert list(lines["lowest validation loss"].get_xdata()) == [30]
    assert "best epoch 30" in words(figure)
    assert "epoch 30 of 100" in words(figure)
    assert axes.get_ylabel() == "Mean squared error (target unit²)"


def test_the_lines_differ_without_colour(tmp_path):
    figure = draw(make(tmp_path, with_test), options())
    lines = labelled(figure.axes[0])
    patterns = [lines[name]._unscaled_dash_pattern for name in ("train", "validation", "test")]
    assert len({str(one) for one in patterns}) == 3
    assert len({PARTITION_STYLE[name]["color"] for name in PARTITION_STYLE}) == 3


def test_the_curve_drawn_is_the_curve_of_the_table(tmp_path):
    tables = make(tmp_path, training={"epochs": 100})
    line = labelled(draw(tables, options()).axes[0])["validation"]
    expected = valley({"epochs": 100, "seed": 0, "fold": 0})["validation_loss"]
    np.testing.assert_array_equal(line.get_xdata(), np.arange(101))
    np.testing.assert_array_equal(line.get_ydata(), expected)


def test_many_seeds_draw_mean_band_and_faint_runs(tmp_path):
    figure = draw(make(tmp_path, seeds=5), options())
    (axes,) = figure.axes
    faint = [line for line in axes.lines if line.get_alpha() and len(line.get_xdata())]
    assert len(faint) == 2 * 5
    assert {"validation, mean of runs", "single runs"} <= set(labelled(axes))
    assert len([c for c in axes.collections if c.get_paths()]) >= 2
    assert "middle 80 % of runs" in words(figure)
    assert "means of 5 runs" in words(figure)
    mean = labelled(axes)["validation, mean of runs"].get_ydata()
    runs = [valley({"epochs": 200, "seed": s, "fold": 0})["validation_loss"] for s in range(5)]
    np.testing.assert_allclose(mean, np.mean(runs, axis=0))


def test_above_a_number_of_runs_only_the_band_is_drawn(tmp_path):
    tables = make(tmp_path, seeds=MOST_SINGLES + 1, training={"epochs": 10})
    axes = draw(tables, options()).axes[0]
    assert "single runs" not in labelled(axes)
    assert not [line for line in axes.lines if line.get_alpha()]


def test_backends_that_coincide_are_drawn_once_and_named(tmp_path):
    figure = draw(make(tmp_path, backends=["numpy", "sklearn"]), options())
    assert len(figure.axes) == 1
    assert "curves of numpy and sklearn coincide" in words(figure)


def test_a_backend_that_differs_gets_its_own_panel(tmp_path):
    def drifting(run):
        drift = 1.001 if run["backend"] == "torch" else 1.0
        return {name: values * drift for name, values in valley(run).items()}

    figure = draw(make(tmp_path, drifting, backends=["numpy", "sklearn", "torch"]), options())
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["numpy = sklearn", "torch"]


def test_a_sweep_of_forty_points_shows_the_best_and_says_so(tmp_path):
    tables = make(
        tmp_path,
        lambda run: {k: v * run["swept"]["alpha"] for k, v in valley(run).items()},
        training={"epochs": 40},
        sweep={"alpha": [float(number) for number in range(1, 41)]},
    )
    figure = draw(tables, options())
    assert len(figure.axes) == MOST_PANELS
    assert "12 of 40 points are shown" in words(figure)
    assert {axes.get_title(loc="left") for axes in figure.axes} == {
        f"alpha={number}.0" for number in range(1, 13)
    }


@pytest.mark.parametrize("width", ["column", "page"])
def test_width_is_what_was_asked_for(tmp_path, width):
    figure = draw(make(tmp_path), options(width=width))
    assert figure.get_size_inches()[0] * 25.4 == pytest.approx({"column": 85, "page": 175}[width])


def test_linear_axis_and_title_are_options(tmp_path):
    figure = draw(make(tmp_path), options(yscale="linear", title="Mine, with $ and _"))
    assert figure.axes[0].get_yscale() == "linear"
    assert "Mine, with $ and _" in words(figure)


def cut(epochs):
    return lambda run: {name: values[:epochs] for name, values in valley(run).items()}


def test_all_runs_diverged_says_so_and_recommends_nothing(tmp_path):
    figure = draw(make(tmp_path, cut(8), seeds=3), options())
    assert "Every run diverged" in words(figure)
    assert "best epoch" not in words(figure)
    assert list(labelled(figure.axes[0])["diverged after this epoch"].get_xdata()) == [7]


def test_some_runs_diverged_says_how_many(tmp_path):
    def some(run):
        return cut(8)(run) if run["seed"] == 1 else valley(run)

    figure = draw(make(tmp_path, some, seeds=3), options())
    assert "1 of 3 runs (diabetes) diverged; the mean is of the others" in words(figure)
    assert len(labelled(figure.axes[0])["validation, mean of runs"].get_xdata()) == 201


def test_losses_of_zero_are_drawn_on_a_partly_linear_axis(tmp_path):
    def to_zero(run):
        return {name: np.maximum(values - 2.5, 0) for name, values in valley(run).items()}

    figure = draw(make(tmp_path, to_zero), options())
    assert figure.axes[0].get_yscale() == "symlog"
    assert "zero or less" in words(figure)


def test_a_curve_of_zeros_alone_is_drawn(tmp_path):
    figure = draw(make(tmp_path, lambda run: {k: v * 0 for k, v in valley(run).items()}), options())
    assert figure.axes[0].get_yscale() == "linear"
    assert "the same at every epoch" in words(figure)


@pytest.mark.parametrize("epochs", [1, 2])
def test_few_epochs_have_markers_and_whole_ticks(tmp_path, epochs):
    figure = draw(make(tmp_path, training={"epochs": epochs}), options())
    line = labelled(figure.axes[0])["validation"]
    assert line.get_marker() == "o"
    figure.draw_without_rendering()
    ticks = figure.axes[0].get_xticks()
    assert all(tick == int(tick) for tick in ticks)


def test_folds_are_averaged_before_they_are_joined(tmp_path):
    tables = make(tmp_path, seeds=2, partitions={"method": "k_fold", "n_splits": 3})
    assert "over 3 folds" in words(draw(tables, options()))


def test_names_with_markup_are_text(tmp_path):
    tables = make(tmp_path, datasets={"a_b": {"source": "diabetes"}, "c": {"source": "diabetes"}})
    titles = [axes.get_title(loc="left") for axes in draw(tables, options()).axes]
    assert titles == ["a_b", "c"]


# ---- what the answer says of the curves ----


def test_the_baseline_is_a_quiet_line_and_in_view(tmp_path):
    tables = answered(make(tmp_path, baseline=90.0))
    figure = draw(tables, options())
    (axes,) = figure.axes
    assert labelled(axes)["baseline: training mean"].get_ydata() == [90, 90]
    assert axes.get_ylim()[1] > 90
    assert "baseline: training mean" not in labelled(draw(make(tmp_path / "b"), options()).axes[0])


def test_curves_that_never_beat_the_baseline_say_so(tmp_path):
    figure = draw(answered(make(tmp_path, baseline=1.0)), options())
    assert "never better than predicting a constant" in words(figure)


def test_a_best_epoch_that_is_a_lower_bound_is_an_arrow_and_is_called_so(tmp_path):
    def falling(run):
        return {name: 9 - np.arange(run["epochs"] + 1) / 40 for name in valley(run)}

    figure = draw(answered(make(tmp_path, falling)), options())
    (axes,) = figure.axes
    assert labelled(axes)["lowest so far: a lower bound"].get_marker() == ">"
    assert "best epoch at least 200" in words(figure)
    assert "still falling at epoch 200: the best epoch is at least 200" in words(figure)
    assert (
        labelled(draw(answered(make(tmp_path / "b")), options()).axes[0])[
            "lowest validation loss"
        ].get_marker()
        == "o"
    )


def test_the_safe_range_lies_along_the_axis(tmp_path):
    tables = answered(make(tmp_path, seeds=6))
    facts = tables.row("best_epoch", {})
    figure = draw(tables, options())
    bar = labelled(figure.axes[0])["safe range"]
    assert bar.get_xdata().tolist() == [facts["safe_low"], facts["safe_high"]]
    assert "Safe range: costs less than" in words(figure)
    assert "95 % sure" in words(figure)
