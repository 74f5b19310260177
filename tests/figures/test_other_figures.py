import numpy as np
import pytest

from epochwise.figures import (
    backends_agree,
    batch_size,
    best_epochs,
    early_stopping,
    loss_curves,
    style,
    sweep,
    under_and_overfitting,
)
from epochwise.figures.labels import label_points
from figure_samples import answered, false_minimum, make, options, valley, words

pytestmark = pytest.mark.versions


def labels(axes):
    return dict(zip(*axes.get_legend_handles_labels()[::-1], strict=True))


def diverging(run):
    return {name: values[:6] for name, values in valley(run).items()}


# ---- under- and overfitting ----


def test_phases_are_shaded_where_the_table_says(tmp_path):
    tables = answered(make(tmp_path, seeds=6, training={"epochs": 120}))
    figure = under_and_overfitting.draw(tables, options())
    upper, lower = figure.axes
    phases = tables.row("phases", {"dataset": "diabetes"})
    for name in ("underfitting", "plateau", "overfitting"):
        box = labels(upper)[name].get_extents().transformed(upper.transData.inverted())
        assert box.x1 == pytest.approx(min(phases[f"{name}_last"] + 0.5, 1.015 * 120))
    assert upper.get_yscale() == "log"
    assert labels(upper)["lowest validation loss"].get_xdata()[0] == 30
    facts = tables.row("best_epoch", {})
    assert labels(upper)["safe range"].get_xdata().tolist() == [
        facts["safe_low"],
        facts["safe_high"],
    ]
    assert f"less than {facts['safe_cost_percent']:g} % more validation loss" in words(figure)
    (curves,) = tables.curves()
    gap = curves.mean("validation_loss") - curves.mean("train_loss")
    np.testing.assert_allclose(lower.lines[0].get_ydata(), gap)
    assert phases["verdict"].split()[0] in words(figure)


def test_the_phases_differ_without_colour():
    hatches = [look["hatch"] for look in under_and_overfitting.PHASES.values()]
    assert len(set(hatches)) == len(hatches)


# ---- batch size ----


def test_batch_sizes_are_drawn_against_epochs_iterations_and_samples(tmp_path):
    tables = make(tmp_path, seeds=2, sweep={"batch_size": [8, 20, "auto"]})
    figure = batch_size.draw(tables, options(xscale="log"))
    ends = {axes.get_xlabel(): [] for axes in figure.axes}
    for axes in figure.axes:
        for line in axes.lines:
            if line.get_label().startswith("batch size"):
                ends[axes.get_xlabel()].append(line.get_xdata()[-1])
    assert ends == {
        "Epoch": [200] * 3,
        "Iteration (update of the weights)": [200 * 10, 200 * 4, 200 * 1],
        "Samples seen": [200 * 80] * 3,
    }
    assert {axes.get_xscale() for axes in figure.axes} == {"log"}


def test_other_swept_keys_are_held_at_the_best_setting(tmp_path):
    def by_alpha(run):
        return {k: v * run["swept"]["alpha"] for k, v in valley(run).items()}

    sweeping = {"batch_size": [8, 20], "alpha": [2.0, 1.0]}
    figure = batch_size.draw(make(tmp_path, by_alpha, sweep=sweeping), options(xscale="linear"))
    assert "alpha=1.0" in figure.axes[0].get_title(loc="left")
    assert len([line for line in figure.axes[0].lines if "batch" in line.get_label()]) == 2


# ---- best epoch ----


def test_every_run_is_a_dot_and_the_mean_curve_a_diamond(tmp_path):
    def by_seed(run):
        shift = 10 * run["seed"]
        return {k: np.roll(v, shift) for k, v in valley(run).items()}

    tables = answered(make(tmp_path, by_seed, seeds=4, training={"epochs": 100}))
    figure = best_epochs.draw(tables, options())
    (axes,) = figure.axes
    assert sorted(labels(axes)["one run"].get_xdata()) == [30, 40, 50, 60]
    assert list(labels(axes)["median run"].get_xdata()) == [45, 45]
    expected = tables.row("best_epoch", {})["best_epoch"]
    assert list(labels(axes)["best of the mean curve"].get_xdata()) == [expected]
    assert "between 30 and 60" in words(figure)


def test_backends_that_agree_on_every_run_share_a_row(tmp_path):
    tables = answered(make(tmp_path, seeds=3, backends=["numpy", "sklearn"]))
    (axes,) = best_epochs.draw(tables, options()).axes
    assert [tick.get_text() for tick in axes.get_yticklabels()] == ["diabetes"]


def test_diverged_runs_are_left_out_and_counted(tmp_path):
    def some(run):
        return diverging(run) if run["seed"] == 0 else valley(run)

    figure = best_epochs.draw(answered(make(tmp_path, some, seeds=3)), options())
    assert len(labels(figure.axes[0])["one run"].get_xdata()) == 2
    assert "1 run diverged and is left out" in words(figure)


# ---- early stopping ----


def test_every_criterion_is_a_point_and_the_frontier_a_line(tmp_path):
    tables = answered(make(tmp_path, false_minimum, seeds=3, training={"epochs": 120}))
    figure = early_stopping.draw(tables, options())
    (axes,) = figure.axes
    assert len(labels(axes)["patience"].get_xdata()) == 4
    frontier = tables.rows("frontier")
    line = labels(axes)["frontier: lowest regret for the saving"]
    assert list(line.get_xdata()) == [row["epochs_saved_percent"] for row in frontier]
    named = {text.get_text() for text in axes.texts}
    assert {row["criterion"] for row in frontier} <= named


def test_names_of_criteria_do_not_cover_each_other(tmp_path):
    tables = answered(make(tmp_path, false_minimum, seeds=3, training={"epochs": 120}))
    figure = early_stopping.draw(tables, options(width="column"))
    figure.draw_without_rendering()
    boxes = [text.get_window_extent() for text in figure.axes[0].texts]
    assert len(boxes) > 1
    for number, box in enumerate(boxes):
        assert not any(box.overlaps(other) for other in boxes[number + 1 :])


def test_a_name_is_nearest_to_its_own_point_or_has_a_line_to_it():
    """The first lies under the second, where a name beneath the second would be read as its own."""
    points = [(50, 50, "first"), (54, 57, "second"), (50, 62, "third"), (46, 57, "fourth")]
    with style.in_force():
        figure = style.new_figure(options(width="column"), 60)
        axes = figure.subplots()
        axes.set(xlim=(0, 100), ylim=(0, 100))
        label_points(axes, points, sure=1)
        figure.draw_without_rendering()
    places = [axes.transData.transform(point[:2]) for point in points]
    numbers = {point[2]: number for number, point in enumerate(points)}
    assert "first" in {text.get_text() for text in axes.texts}
    for text in axes.texts:
        box = text.get_window_extent()
        far = [np.hypot(*(place - np.clip(place, box.min, box.max))) for place in places]
        assert text.arrow_patch or np.argmin(far) == numbers[text.get_text()]


# ---- backends agree ----


def test_the_largest_relative_difference_is_drawn_with_machine_epsilon(tmp_path):
    def drifting(run):
        if run["backend"] != "torch":
            return valley(run)
        drift = 1 + 1e-9 * np.arange(run["epochs"] + 1.0) * (1 + run["seed"])
        return {**valley(run), "train_loss": valley(run)["train_loss"] * drift}

    tables = make(tmp_path, drifting, backends=["numpy", "sklearn", "torch"], seeds=2)
    figure = backends_agree.draw(tables, options())
    (axes,) = figure.axes
    lines = labels(axes)
    assert axes.get_yscale() == "log"
    torch = lines["torch"]
    assert torch.get_ydata()[-1] == pytest.approx(2e-9 * 200, rel=1e-6)
    floor = axes.get_ylim()[0]
    assert set(lines["sklearn"].get_ydata()) == {floor}
    (epsilon,) = [line for name, line in lines.items() if "machine epsilon" in name]
    assert epsilon.get_ydata()[0] == np.finfo("float64").eps
    assert "sklearn is identical to numpy; torch stays within 4.0e-07 of numpy" in words(figure)


def test_the_line_is_the_largest_so_far(tmp_path):
    def swinging(run):
        if run["backend"] != "torch":
            return valley(run)
        swing = 1 + 1e-9 * (2 + np.cos(np.arange(run["epochs"] + 1.0)))
        return {**valley(run), "train_loss": valley(run)["train_loss"] * swing}

    figure = backends_agree.draw(make(tmp_path, swinging, backends=["numpy", "torch"]), options())
    drawn = labels(figure.axes[0])["torch"].get_ydata()
    assert (np.diff(drawn) >= 0).all()
    assert drawn[-1] == pytest.approx(3e-9, rel=1e-6)


def test_a_backend_that_diverges_alone_is_told(tmp_path):
    def lost(run):
        return diverging(run) if run["backend"] == "torch" else valley(run)

    figure = backends_agree.draw(make(tmp_path, lost, backends=["numpy", "torch"]), options())
    assert "torch diverges where numpy does not" in words(figure)


# ---- sweep ----


def by_alpha(run):
    return {name: values * run["swept"]["alpha"] for name, values in valley(run).items()}


def test_one_key_makes_a_line_over_its_values(tmp_path):
    study = {"sweep": {"alpha": [0.5, 0.1, 2.0]}, "seeds": 2}
    tables = answered(make(tmp_path, by_alpha, **study))
    loss, epoch = sweep.draw(tables, options()).axes
    assert list(loss.lines[0].get_xdata()) == [0.1, 0.5, 2.0]
    known = {row["alpha"]: row["validation_loss"] for row in tables.rows("best_epoch")}
    assert list(loss.lines[0].get_ydata()) == [known[alpha] for alpha in (0.1, 0.5, 2.0)]
    assert list(epoch.lines[0].get_ydata()) == [30, 30, 30]
    assert list(loss.lines[-1].get_xdata()) == [0.1]


def test_two_keys_make_a_heat_map_with_the_values_written(tmp_path):
    sweeping = {"alpha": [0.5, 0.1, 2.0], "beta_1": [0.4, 0.5]}
    tables = answered(make(tmp_path, by_alpha, sweep=sweeping))
    figure = sweep.draw(tables, options())
    loss, _ = figure.axes
    assert loss.collections[0].get_array().shape == (3, 2)
    written = [text.get_text() for text in loss.texts]
    assert len(written) == 6
    assert "alpha=0.1, beta_1=0.4 is best" in words(figure).replace("\n", " ")


def test_forty_named_points_make_a_list_in_order_of_the_loss(tmp_path):
    points = {f"p{number}": {"alpha": float(number)} for number in range(1, 46)}
    tables = answered(make(tmp_path, by_alpha, sweep={"points": points}, training={"epochs": 20}))
    figure = sweep.draw(tables, options())
    names = [tick.get_text() for tick in figure.axes[0].get_yticklabels()]
    assert names == [f"p{number}" for number in range(1, 41)]
    assert "40 of 45 points" in words(figure)


# ---- whatever happens, a figure that says it ----

EVERY = {
    "under_and_overfitting": (under_and_overfitting, "diverged"),
    "batch_size": (batch_size, "Every run diverged"),
    "best_epoch": (best_epochs, "Every run diverged"),
    "early_stopping": (early_stopping, "every run diverged"),
    "backends_agree": (backends_agree, "identical"),
    "sweep": (sweep, "Every run diverged"),
}
SMALL = {"sweep": {"batch_size": [8, 16]}, "backends": ["numpy", "sklearn"], "seeds": 2}


@pytest.mark.parametrize("width", ["page", "column"])
@pytest.mark.parametrize("name", EVERY)
def test_every_run_diverged(tmp_path, name, width):
    module, expected = EVERY[name]
    tables = answered(make(tmp_path, diverging, **SMALL))
    figure = module.draw(tables, options(width=width, xscale="log"))
    figure.draw_without_rendering()
    assert expected.lower() in words(figure).lower().replace("\n", " ")


LEADERS = {
    "under_and_overfitting": (under_and_overfitting, "diabetes, batch_size=16:"),
    "batch_size": (batch_size, "batch size 16 reaches the lowest validation loss"),
    "early_stopping": (early_stopping, "diabetes, batch_size=16:"),
    "sweep": (sweep, "batch_size=16 is best"),
    "loss_curves": (loss_curves, "diabetes, batch_size=16:"),
}


@pytest.mark.parametrize("name", LEADERS)
def test_a_setting_that_diverged_leads_nowhere_however_low_it_was(tmp_path, name):
    def low_but_lost(run):
        if run["swept"]["batch_size"] == 16:
            return valley(run)
        return {column: values / 10 for column, values in diverging(run).items()}

    module, expected = LEADERS[name]
    tables = answered(make(tmp_path, low_but_lost, **SMALL))
    assert early_stopping.leaders(tables)[0]["batch_size"] == 16
    shown = words(module.draw(tables, options(xscale="log"))).replace("\n", " ")
    assert expected in shown


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize(
    "losses",
    [
        lambda run: {k: v[:2] for k, v in valley(run).items()},
        lambda run: {k: np.full(2, 3.0) for k in valley(run)},
        lambda run: {k: np.zeros(2) for k in valley(run)},
    ],
    ids=["falls", "constant", "zero"],
)
def test_one_epoch(tmp_path, name, losses):
    module, _ = EVERY[name]
    tables = answered(make(tmp_path, losses, **SMALL, training={"epochs": 1}))
    figure = module.draw(tables, options(xscale="log"))
    figure.draw_without_rendering()
    assert words(figure)


# ---- lower bounds among the best epochs ----


def test_runs_that_were_lowest_when_they_ended_are_open_arrows(tmp_path):
    def some_still_falling(run):
        losses = valley(run)
        falling = {name: 9 - np.arange(run["epochs"] + 1) / 40 for name in losses}
        return falling if run["seed"] < 2 else losses

    (axes,) = best_epochs.draw(
        answered(make(tmp_path, some_still_falling, seeds=6)), options()
    ).axes
    still = labels(axes)["one run, lowest when it ended: a lower bound"]
    assert still.get_xdata().tolist() == [200, 200]
    assert still.get_markerfacecolor() == "white"
    assert len(labels(axes)["one run"].get_xdata()) == 4


def test_the_best_epoch_of_a_falling_mean_is_an_open_arrow_without_interval(tmp_path):
    def falling(run):
        return {name: 9 - np.arange(run["epochs"] + 1) / 40 for name in valley(run)}

    (axes,) = best_epochs.draw(answered(make(tmp_path, falling, seeds=6)), options()).axes
    named = labels(axes)
    assert named["best of the mean curve: a lower bound"].get_marker() == ">"
    assert "its interval" not in named
    assert "safe range" not in named
