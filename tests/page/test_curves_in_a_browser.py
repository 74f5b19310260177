"""What a reader can do with the curves of a page; the values are worked out here."""

import csv

import numpy as np
import pytest

from figure_samples import answered, make, valley
from page.conftest import finish
from page.plots import curves, toggle, traces

SEEDS = np.arange(12.0)
EPOCH = np.arange(121.0)
ACCURACY = 0.9 - 0.5 / (1 + EPOCH) - 0.01 * SEEDS.mean()
LOSS = (1 + 0.05 * SEEDS.mean()) * (2 + (np.log1p(EPOCH) - np.log1p(30)) ** 2)


def mean_of(page, partition="validation"):
    return next(one for one in traces(page, "mean") if one["partition"] == partition)


def axis(page, key):
    return page.evaluate(f"document.getElementById('plot')._fullLayout.yaxis.{key}")


def test_a_switch_shows_the_accuracy_instead_of_the_loss(classes_page):
    page, said = classes_page
    np.testing.assert_allclose(mean_of(page)["y"], LOSS, rtol=1e-6)
    assert traces(page, "baseline")[0]["y"] == [4, 4]
    assert (axis(page, "type"), axis(page, "title.text")) == ("log", "log loss, nats")
    toggle(page, "metric", "accuracy")
    np.testing.assert_allclose(mean_of(page)["y"], ACCURACY, rtol=1e-6)
    assert (axis(page, "type"), axis(page, "title.text")) == ("linear", "accuracy, share of rows")
    assert traces(page, "baseline") == []  # that of the accuracy is not known here
    (mark,) = traces(page, "best")
    assert (mark["x"], mark["y"]) == ([30], [pytest.approx(ACCURACY[30], rel=1e-6)])
    assert f"mean: {ACCURACY[30]:.6g} (epoch 30)" in page.locator("#reading").inner_text()
    assert said == []


def test_the_root_is_taken_of_each_run(page_file, open_page):
    page, _ = open_page(page_file)
    toggle(page, "metric", "rmse")
    lift = [1 + 0.05 * seed for seed in range(3)]
    mean = next(
        t for t in traces(page, "mean") if t["name"].startswith("validation, alpha=2.0, numpy")
    )
    assert mean["y"][30] == pytest.approx(np.sqrt(np.multiply(lift, 4)).mean(), rel=1e-6)
    run = next(
        t for t in traces(page, "run") if t["name"] == "validation, alpha=2.0, numpy, seed 2"
    )
    assert run["y"][30] == pytest.approx(np.sqrt(4 * 1.1), rel=1e-6)
    assert axis(page, "title.text") == "root mean squared error, target unit"


def test_best_epoch_safe_range_and_baseline_are_marked_and_reading_starts_there(
    classes_file, classes_page
):
    page, _ = classes_page
    with (classes_file.parent / "best_epoch.csv").open(encoding="utf-8") as file:
        (row,) = csv.DictReader(file)
    (safe,) = traces(page, "safe")
    assert safe["x"] == [int(row["safe_low"]), int(row["safe_high"])]
    (baseline,) = traces(page, "baseline")
    assert baseline["x"] == [0, 120]
    (mark,) = traces(page, "best")
    assert (mark["x"], mark["symbol"]) == ([30], "circle")
    assert mark["fill"] == mean_of(page)["colour"]
    assert page.locator("#epoch").input_value() == "30"


def test_a_lower_bound_is_an_open_arrow(tmp_path, open_page):
    def falling(run):
        return {name: 9 - np.arange(run["epochs"] + 1) / 40 for name in valley(run)}

    page, _ = open_page(finish(answered(make(tmp_path, falling, seeds=2))))
    (mark,) = traces(page, "best")
    assert (mark["x"], mark["symbol"], mark["fill"]) == ([200], "triangle-right", "#ffffff")


def test_a_click_in_the_legend_hides_mean_band_runs_and_mark_together(classes_page):
    page, _ = classes_page
    before = [*traces(page, "mean"), *traces(page, "band"), *traces(page, "run")]
    group = mean_of(page)["group"]
    assert [one["legend"] for one in before if one["group"] == group].count(True) == 1
    assert len([one for one in before if one["group"] == group]) == 1 + 1 + 12
    page.locator("#plot .legend .traces", has_text="validation").locator(".legendtoggle").click()
    page.wait_for_selector("#plot .legend .traces[style*='opacity: 0.5']")
    after = [t for kind in ("mean", "band", "run", "best") for t in traces(page, kind)]
    assert {t["group"] for t in after if t["shown"] == "legendonly"} == {group}
    assert all(t["shown"] == "legendonly" for t in after if t["group"] == group)


def test_smoothing_is_shown_as_smoothing(classes_page):
    page, _ = classes_page
    page.locator("#smooth").fill("20")
    mean = mean_of(page)
    assert mean["name"].endswith(", smoothed")
    assert mean["y"][60] == pytest.approx(LOSS[48:73].mean(), rel=1e-6)  # a window of 24 epochs
    assert mean["y"][2] == pytest.approx(LOSS[:5].mean(), rel=1e-6)  # narrower at the ends
    raw = [one for one in traces(page, "raw") if one["group"] == mean["group"]]
    np.testing.assert_allclose(raw[0]["y"], LOSS, rtol=1e-6)
    assert "Smoothed: means over 20 % of the epochs" in page.locator("#chosen").inner_text()
    assert f"mean: {LOSS[30]:.6g} " in page.locator("#reading").inner_text()


def test_runs_are_found_by_their_names(classes_page):
    page, _ = classes_page
    every = curves(page)
    page.locator("#find").fill("seed 1")
    assert {name for name in curves(page) if "seed" in name} == {
        "train, seed 1",
        "validation, seed 1",
    }
    page.locator("#find").fill("numpy, SEED 11")
    assert {name for name in curves(page) if "seed" in name} == {
        "train, seed 11",
        "validation, seed 11",
    }
    page.locator("#find").fill("torch")
    assert curves(page) == []
    assert page.locator("#chosen").inner_text() == "No curve is chosen."
    assert page.locator("#download").is_disabled()
    page.locator("#find").fill("")
    assert curves(page) == every


def test_the_curves_shown_are_taken_away_as_csv(classes_page, tmp_path):
    page, said = classes_page
    toggle(page, "show", "single runs")
    toggle(page, "partition", "train")
    with page.expect_download() as waiting:
        page.locator("#download").click()
    assert waiting.value.suggested_filename == "curves.csv"
    waiting.value.save_as(tmp_path / "curves.csv")
    with (tmp_path / "curves.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 121
    first = {"dataset": "diabetes", "point": "", "backend": "numpy", "partition": "validation"}
    first |= {"metric": "loss", "curve": "mean", "epoch": "0"}
    assert {key: rows[0][key] for key in first} == first
    np.testing.assert_allclose([float(row["value"]) for row in rows], LOSS, rtol=1e-6)
    assert said == []


def test_a_point_keeps_its_colour_whatever_else_is_shown(page_file, open_page):
    page, _ = open_page(page_file)

    def colours():
        return {t["name"]: t["colour"] for t in traces(page, "mean") if "alpha=2.0" in t["name"]}

    before = colours()
    assert len(set(before.values())) == 2  # numpy's and torch's
    toggle(page, "point", "alpha=1.0")
    assert colours() == before
    toggle(page, "backend", "torch")
    assert colours().items() <= before.items()
    toggle(page, "backend", "sklearn")  # whose curves are numpy's
    assert len(set(colours().values())) == 1
