"""What makes figures comparable: one scale, one colour for a point, bounds that look like bounds."""

import numpy as np
import pytest

from epochwise.figures import (
    backends_agree,
    batch_size,
    best_epochs,
    early_stopping,
    sweep,
    under_and_overfitting,
)
from figure_samples import answered, false_minimum, make, options, valley, words

pytestmark = pytest.mark.versions


def labels(axes):
    return dict(zip(*axes.get_legend_handles_labels()[::-1], strict=True))


def said_in(figure):
    return words(figure).replace("\n", " ")


def by_alpha(run):
    return {name: values * run["swept"]["alpha"] for name, values in valley(run).items()}


def falling_where(large):
    """Fall to the end at some points, else be the valley."""

    def losses(run):
        falls = large(run["swept"])
        slope = 9 - np.arange(run["epochs"] + 1) / 40 + 0.01 * run["seed"]
        return dict.fromkeys(valley(run), slope) if falls else valley(run)

    return losses


# ---- under- and overfitting ----


def test_phases_of_a_dataset_share_both_axes(tmp_path):
    tables = answered(make(tmp_path, by_alpha, sweep={"alpha": [1.0, 10.0]}))
    figure = under_and_overfitting.draw(tables, options())
    upper, other, lower, below = figure.axes
    assert upper.get_ylim() == other.get_ylim()
    assert lower.get_ylim() == below.get_ylim()
    assert [axes.yaxis.label.get_visible() for axes in figure.axes] == [True, False] * 2


def test_all_of_the_gap_is_seen(tmp_path):
    def high_at_first(run):
        losses = valley(run)
        losses["train_loss"][0] = 5000
        return losses

    _, lower = under_and_overfitting.draw(answered(make(tmp_path, high_at_first)), options()).axes
    low, high = lower.get_ylim()
    losses = high_at_first({"epochs": 200, "seed": 0, "fold": 0})
    gap = losses["validation_loss"] - losses["train_loss"]
    assert low < gap.min() < -4000
    assert high > max(gap.max(), 0)


# ---- batch size ----


def looks(axes):
    return {n: (line.get_color(), line.get_linestyle()) for n, line in labels(axes).items()}


def test_a_batch_size_looks_the_same_whatever_is_drawn_beside_it(tmp_path, monkeypatch):
    tables = make(tmp_path, sweep={"batch_size": [40, 8, 16]})
    group = sorted(tables.curves(), key=batch_size.rows_per_batch)
    every = looks(batch_size.draw(tables, options(xscale="log")).axes[0])
    assert list(every) == ["batch size 8", "batch size 16", "batch size 40"]
    assert len(set(every.values())) == 3
    monkeypatch.setattr(batch_size, "families", lambda curves: [group[1:]])
    two = looks(batch_size.draw(tables, options(xscale="log")).axes[0])
    assert two == {name: every[name] for name in ("batch size 16", "batch size 40")}


def test_a_batch_size_that_still_falls_ends_in_an_open_arrow(tmp_path):
    falling = falling_where(lambda swept: swept["batch_size"] == 40)
    tables = answered(make(tmp_path, falling, seeds=2, sweep={"batch_size": [8, 40]}))
    figure = batch_size.draw(tables, options(xscale="log"))
    marks = [line for line in figure.axes[0].lines if line.get_linestyle() == "None"]
    assert [(m.get_xdata()[0], m.get_marker()) for m in marks] == [(30, "o"), (200, ">")]
    assert marks[1].get_markerfacecolor() == "white"
    assert "open arrows a best epoch that is a lower bound" in said_in(figure)


# ---- sweep ----

NAMED = {"points": {"wide": {"alpha": 3.0}, "small": {"alpha": 1.0}, "odd": {"alpha": 2.0}}}


def test_named_points_are_categories_in_the_studys_order_with_their_spread(tmp_path):
    tables = answered(make(tmp_path, by_alpha, seeds=6, sweep=NAMED))
    rows = tables.rows("best_epoch")
    rows[1] |= {"interval_low": 21, "interval_high": 44}
    figure = sweep.draw(tables, options())
    loss, epoch = figure.axes
    assert [tick.get_text() for tick in loss.get_yticklabels()] == ["wide", "small", "odd"]
    ends = [[*path.vertices[:, 0]] for path in loss.collections[0].get_paths()]
    for row, (low, high) in zip(rows, ends, strict=True):
        assert high - row["validation_loss"] == pytest.approx(row["validation_loss_error"])
        assert row["validation_loss"] - low == pytest.approx(row["validation_loss_error"])
    bars = {
        path.vertices[0, 1]: [*path.vertices[:, 0]] for path in epoch.collections[0].get_paths()
    }
    assert bars[1.0] == [21, 44]  # the second of three, counted from below
    assert loss.lines[-1].get_ydata() == [1]  # the ring is at `small`, the lowest
    assert "The ring is at the lowest" in said_in(figure)


@pytest.mark.parametrize(
    ("swept", "marker", "across"),
    [
        ({"alpha": [1.0, 2.0]}, "^", [2.0]),
        ({"points": {"a": {"alpha": 1.0}, "b": {"alpha": 2.0}}}, ">", [200]),
    ],
    ids=["values", "names"],
)
def test_a_lower_bound_of_a_sweep_is_an_open_arrow(tmp_path, swept, marker, across):
    falling = falling_where(lambda values: values["alpha"] == 2)
    tables = answered(make(tmp_path, falling, sweep=swept))
    figure = sweep.draw(tables, options())
    arrow = labels(figure.axes[1])["a lower bound"]
    assert (arrow.get_marker(), arrow.get_markerfacecolor()) == (marker, "white")
    assert list(arrow.get_xdata()) == across
    assert "a lower bound" not in labels(figure.axes[0])  # the loss is what it is
    assert "Open arrows are lower bounds of the best epoch." in said_in(figure)


def test_a_lower_bound_of_a_heat_map_says_at_least(tmp_path):
    falling = falling_where(lambda values: values["alpha"] == 2 and values["beta_1"] == 0.5)
    swept = {"alpha": [1.0, 2.0], "beta_1": [0.4, 0.5]}
    figure = sweep.draw(answered(make(tmp_path, falling, sweep=swept)), options())
    written = [text.get_text() for text in figure.axes[1].texts]
    assert written == ["30", "30", "30", "≥ 200"]


def test_words_are_not_joined_by_a_line(tmp_path):
    tables = answered(make(tmp_path, sweep={"activation": ["relu", "tanh"]}))
    assert {line.get_linestyle() for line in sweep.draw(tables, options()).axes[0].lines} == {
        "None"
    }


# ---- what would be empty is a sentence ----


def test_criteria_that_lose_nothing_are_told_not_drawn(tmp_path):
    figure = early_stopping.draw(answered(make(tmp_path, seeds=2)), options())
    assert figure.axes == []
    assert "diabetes: all 4 criteria lose nothing here (at most 84 % of the epochs saved)." in (
        said_in(figure)
    )


def test_a_dataset_with_nothing_to_weigh_has_no_panel(tmp_path):
    def one_of_two(run):
        return false_minimum(run) if run["dataset"] == "diabetes" else valley(run)

    tables = answered(make(tmp_path, one_of_two, datasets=["linnerud", "diabetes"]))
    figure = early_stopping.draw(tables, options())
    assert len(figure.axes) == 1
    assert "linnerud: all 4 criteria lose nothing here" in said_in(figure)
    assert "of 2 datasets are shown" not in said_in(figure)


def lost(run):
    return {name: np.full(1, np.nan) for name in valley(run)}


SEVERAL = {"sweep": {"batch_size": [8, 16]}, "backends": ["numpy", "sklearn"], "seeds": 2}


@pytest.mark.parametrize(
    ("module", "losses", "sentence"),
    [
        (backends_agree, valley, "sklearn is identical to numpy"),
        (best_epochs, lost, "Every run diverged: there is no best epoch"),
        (sweep, lost, "Every run diverged: no point can be recommended"),
        (batch_size, lost, "Every run diverged: no batch size can be recommended"),
        (under_and_overfitting, lost, "Every run diverged before its first loss"),
        (early_stopping, lost, "No curve to replay early stopping on"),
    ],
    ids=lambda value: getattr(value, "__name__", "").split(".")[-1],
)
def test_an_empty_figure_is_a_sentence(tmp_path, module, losses, sentence):
    tables = answered(make(tmp_path, losses, **SEVERAL))
    figure = module.draw(tables, options(xscale="log"))
    assert figure.axes == []
    assert sentence in said_in(figure)
    assert figure.get_size_inches()[1] * 25.4 < 20
    figure.draw_without_rendering()


@pytest.mark.parametrize("more", [{}, {"beta_1": [0.4]}, {"beta_1": [0.4], "beta_2": [0.9]}])
def test_a_point_that_diverged_has_no_place_in_a_sweep(tmp_path, more):
    def one_is_lost(run):
        lost_at = run["swept"]["alpha"] == 2
        return {k: v[:6] * 1e6 if lost_at else v for k, v in valley(run).items()}

    swept = {"alpha": [1.0, 2.0, 3.0], **more}
    figure = sweep.draw(answered(make(tmp_path, one_is_lost, sweep=swept)), options())
    figure.draw_without_rendering()
    loss = figure.axes[0]
    if len(more) == 1:
        assert [text.get_text() for text in loss.texts] == ["2", "diverged", "2"]
    else:
        drawn = np.concatenate([np.ravel(line.get_data()) for line in loss.lines])
        assert np.nanmax(drawn) < 1e6
    assert "Every run of 1 point diverged." in said_in(figure)
