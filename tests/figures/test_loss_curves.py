import numpy as np
import pytest

from epochwise.errors import StudyError
from epochwise.figures.lines import MOST_SINGLES
from epochwise.figures.loss_curves import MOST_PANELS, draw
from epochwise.figures.style import PARTITION_STYLE
from figure_samples import answered, make, options, valley, with_accuracy, with_test, words

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
    figure = draw(make(tmp_path, seeds=12), options())
    (axes,) = figure.axes
    faint = [line for line in axes.lines if line.get_alpha() and len(line.get_xdata())]
    assert len(faint) == 2 * 12
    assert {"validation, mean of runs", "single runs"} <= set(labelled(axes))
    assert len([c for c in axes.collections if c.get_paths()]) >= 2
    assert "middle 80 % of runs" in words(figure)
    assert "means of 12 runs" in words(figure)
    mean = labelled(axes)["validation, mean of runs"].get_ydata()
    runs = [valley({"epochs": 200, "seed": s, "fold": 0})["validation_loss"] for s in range(12)]
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
    assert "some losses are zero" in words(figure)


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
    assert "over 3 cuts" in words(draw(tables, options()))


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


def test_what_the_safe_range_costs_is_said_once_for_all_panels(tmp_path):
    def noisy(run):
        wobble = 1 + run["swept"]["alpha"] * (-1) ** run["seed"]
        return {name: values * wobble for name, values in valley(run).items()}

    tables = answered(make(tmp_path, noisy, seeds=12, sweep={"alpha": [0.0, 0.002]}))
    rows = tables.rows("best_epoch")
    for row, cost in zip(rows, (1, 10), strict=True):
        row["safe_cost_percent"] = cost
    said = words(draw(tables, options())).replace("\n", " ")
    assert "Safe range: costs less than 1 to 10 % more validation loss, 95 % sure." in said
    assert said.count("Safe range") == 1
    rows[1] |= {"safe_low": None, "safe_high": None, "safe_cost_percent": None}
    assert "costs less than 1 % more" in words(draw(tables, options())).replace("\n", " ")


def by_alpha(run):
    return {name: values * run["swept"]["alpha"] for name, values in valley(run).items()}


SWEPT = {"sweep": {"alpha": [1.0, 10.0]}, "training": {"epochs": 50}}


def left_labels(figure):
    figure.draw_without_rendering()
    return [any(t.label1.get_visible() for t in a.yaxis.get_major_ticks()) for a in figure.axes]


@pytest.mark.parametrize("yscale", ["log", "linear"])
def test_panels_of_a_dataset_share_their_axis_and_label_it_once(tmp_path, yscale):
    figure = draw(make(tmp_path, by_alpha, **SWEPT), options(yscale=yscale))
    one, other = figure.axes
    assert one.get_ylim() == other.get_ylim()
    assert one.get_ylim()[0] < valley({"epochs": 50, "seed": 0, "fold": 0})["train_loss"].min()
    assert one.get_ylim()[1] > 10 * 8.5
    assert left_labels(figure) == [True, False]


def test_what_diverged_and_other_datasets_have_axes_of_their_own(tmp_path):
    def one_is_lost(run):
        losses = by_alpha(run)
        return {k: v[:5] * 1e6 if run["swept"]["alpha"] == 10 else v for k, v in losses.items()}

    figure = draw(make(tmp_path, one_is_lost, **SWEPT), options())
    assert figure.axes[0].get_ylim()[1] < 100 < 1e6 < figure.axes[1].get_ylim()[1]
    assert left_labels(figure) == [True, True]

    def by_dataset(run):
        factor = 1000 if run["dataset"] == "linnerud" else 1
        return {name: values * factor for name, values in valley(run).items()}

    apart = draw(make(tmp_path / "b", by_dataset, datasets=["diabetes", "linnerud"]), options())
    assert apart.axes[0].get_ylim()[1] < 100 < apart.axes[1].get_ylim()[0]


@pytest.mark.parametrize(("seeds", "banded"), [(9, False), (10, True)])
def test_fewer_than_ten_runs_have_no_band(tmp_path, seeds, banded):
    figure = draw(make(tmp_path, seeds=seeds, training={"epochs": 40}), options())
    (axes,) = figure.axes
    assert ("middle 80 % of runs" in words(figure)) == banded
    assert ("10th to the 90th percentile" in words(figure)) == banded
    assert bool(axes.collections) == banded
    assert len([line for line in axes.lines if line.get_alpha()]) == 2 * seeds


def test_loss_and_accuracy_stand_beside_each_other(tmp_path):
    tables = answered(make(tmp_path, with_accuracy, task="binary", seeds=2))
    figure = draw(tables, options(metric=["loss", "accuracy"]))
    loss, accuracy = figure.axes
    assert (loss.get_yscale(), accuracy.get_yscale()) == ("log", "linear")
    assert accuracy.get_ylabel() == "Accuracy (share of rows)"
    expected = 0.9 - 0.5 / (1 + np.arange(201.0)) - 0.005  # the mean of two seeds
    drawn = labelled(accuracy)["validation, mean of runs"].get_ydata()
    np.testing.assert_allclose(drawn, expected)
    (at,), (value,) = labelled(accuracy)["lowest validation loss"].get_data()
    assert (at, value) == (30, pytest.approx(expected[30]))
    assert loss.get_position().y0 == accuracy.get_position().y0
    narrow = draw(tables, options(metric=["loss", "accuracy"], width="column"))
    assert narrow.axes[0].get_position().x0 == narrow.axes[1].get_position().x0


def test_the_root_of_the_loss_is_taken_of_each_run_and_of_the_baseline(tmp_path):
    tables = make(tmp_path, seeds=2, baseline=49.0, datasets={"diabetes": {"unit": "mg"}})
    (axes,) = draw(tables, options(metric="rmse")).axes
    runs = [valley({"epochs": 200, "seed": s, "fold": 0})["validation_loss"] for s in (0, 1)]
    drawn = labelled(axes)["validation, mean of runs"].get_ydata()
    np.testing.assert_allclose(drawn, (np.sqrt(runs[0]) + np.sqrt(runs[1])) / 2)
    assert labelled(axes)["baseline: training mean"].get_ydata()[0] == 7
    assert axes.get_ylabel() == "Root mean squared error (mg)"


@pytest.mark.parametrize(
    ("task", "metric", "allowed"),
    [
        ("regression", "accuracy", "it may be: loss, mae, rmse."),
        ("multiclass", ["loss", "rmse"], "it may be: loss, accuracy, balanced_accuracy."),
    ],
)
def test_a_metric_that_the_task_does_not_have_is_refused(tmp_path, task, metric, allowed):
    with pytest.raises(StudyError, match=r"figures\.loss_curves\.metric: .* of 'diabetes'") as told:
        draw(make(tmp_path, task=task), options(metric=metric))
    assert allowed in str(told.value)


def test_without_a_title_the_files_still_tell_what_the_figure_shows(tmp_path):
    figure = draw(make(tmp_path), options(title=False))
    finding = "diabetes: the validation loss is lowest at epoch 30 of 200"
    assert finding not in words(figure)
    assert figure.get_label() == finding
    titled = draw(make(tmp_path / "b"), options())
    assert figure.get_size_inches()[1] < titled.get_size_inches()[1]


def test_a_study_without_a_single_finite_loss_is_a_sentence(tmp_path):
    tables = make(tmp_path, lambda run: {k: v[:1] * np.nan for k, v in valley(run).items()})
    figure = draw(tables, options())
    assert figure.axes == []
    assert words(figure) == "Every run diverged: no epoch can be recommended"
    mine = draw(tables, options(title="Mine"))
    assert words(mine) == "Mine\nEvery run diverged: no epoch can be recommended."


def test_datasets_that_agree_on_the_epoch_are_told_so(tmp_path):
    study = {"datasets": ["diabetes", "linnerud"], "training": {"epochs": 40}}
    finding = "The lowest validation loss comes at epoch 30 everywhere"
    assert draw(make(tmp_path, **study), options()).get_label() == finding
