"""A study of curves: what is made of it, what it is told before anything is read."""

from pathlib import Path

import pytest

from epochwise.errors import EpochwiseError
from epochwise.planning.curves_plan import CurvesPlan
from epochwise.planning.endings import stopped
from epochwise.planning.refusals import read_plans
from epochwise.planning.validation import validate
from helpers import PLUGINS

LOSSES = "epoch,loss,val_loss\n0,2,3\n1,1,2\n"


def planned(folder, text, files=("a-0.csv", "a-1.csv")):
    for name in files:
        (folder / name).parent.mkdir(exist_ok=True, parents=True)
        (folder / name).write_text(LOSSES)
    (folder / "mine.yaml").write_text(text)
    return read_plans([str(folder / "mine.yaml")], folder, PLUGINS, Path("results"))["mine"]


def test_nothing_is_trained_and_all_that_follows_is_made(tmp_path):
    plan = planned(tmp_path, "curves: {net: {files: 'a-{seed}.csv'}}\n")
    assert isinstance(plan, CurvesPlan)
    assert plan.segment_files("parquet") == plan.facts_files() == []
    assert plan.epochs_to_train() == 0
    assert plan.made() == ["results/mine/report.html", "results/mine/manifest.json"]
    assert plan.curve_files() == [f"{tmp_path}/a-0.csv", f"{tmp_path}/a-1.csv"]
    files, options = plan.curves()["net"]
    assert [labels for _, labels in files] == [{"seed": 0}, {"seed": 1}]
    assert options["best"] == "lowest"
    assert set(plan.figures) == {
        "loss_curves",
        "best_epoch",
        "early_stopping",
        "under_and_overfitting",
    }
    assert "nothing is trained" in stopped([plan])


def test_settings_make_a_sweep(tmp_path):
    plan = planned(tmp_path, "curves: {net: {files: 'a-{depth}.csv'}}\n")
    assert "sweep" in plan.figures
    assert [one.swept for one in plan.study.points().values()] == [{"depth": 0}, {"depth": 1}]


def test_of_a_folder_every_file_counts(tmp_path):
    plan = planned(tmp_path, "curves: {net: {files: 'runs/*'}}\n", ["runs/a/x.csv", "runs/a/b/y"])
    assert plan.curve_files() == [f"{tmp_path}/runs/a/b/y", f"{tmp_path}/runs/a/x.csv"]


def test_the_readers_that_may_read_are_what_it_depends_on(tmp_path):
    plan = planned(tmp_path, "curves: {net: {files: 'a-*.csv', reader: keras}}\n")
    assert plan.reader_plugins(PLUGINS) == ["keras"]
    plan = planned(tmp_path, "curves: {net: {files: 'a-*.csv'}}\n")
    assert {"keras", "table", "mlflow"} < set(plan.reader_plugins(PLUGINS))


NET = "curves: {net: {files: 'a-*.csv'}}"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (NET + "\ntraining: {epochs: 3}", "training: has no place beside curves"),
        (NET + "\nseeds: 3\ndatasets: [diabetes]", "datasets: has no place beside curves"),
        ("curves: {net: {reader: keras}}", "curves.net: the key 'files' is missing"),
        ("curves: {}", "curves: {} is not allowed"),
        ("title: x", "the key 'datasets' is missing"),
        ("curves: {net: {files: 'b-*.csv'}}", "curves.net.files: no file matches 'b-*.csv'"),
        ("curves: {net: {files: 'a-*.csv', best: most}}", "one of lowest, greatest"),
        (
            "curves: {net: {files: 'a-*.csv', reader: kreas}}",
            "curves.net.reader: unknown reader 'kreas'",
        ),
        (
            "curves: {net: {files: 'a-*.csv', reader: log, train_loss: x}}",
            "curves.net: reader 'log': unknown option 'train_loss'",
        ),
        (
            "curves: {a: {files: 'a-{x}.csv'}, b: {files: 'a-{y}.csv'}}",
            "curves: a names {x} and b names {y}; put the same names in the braces of all",
        ),
        (NET + "\nfigures: {backends_agree: true}", "needs two backends or more"),
        (NET + "\nfigures: {batch_size: true}", "figures.batch_size: needs"),
    ],
)
def test_mistakes_are_told_before_anything_is_read(tmp_path, text, said):
    with pytest.raises(EpochwiseError) as caught:
        planned(tmp_path, text)
    assert said in "\n".join(caught.value.sentences)


def test_validate_reads_all_and_tells_every_file(tmp_path):
    planned(tmp_path, "curves: {net: {files: 'a-{seed}.csv'}}\n")
    found = validate([str(tmp_path / "mine.yaml")], tmp_path, PLUGINS)
    assert found.problems == []
    assert "read as keras" in found.fine[0]
    for name in ("a-0.csv", "a-1.csv"):
        (tmp_path / name).write_text(f"epoch,loss,val_loss\n0,2,{name[:3]}\n")
    found = validate([str(tmp_path / "mine.yaml")], tmp_path, PLUGINS)
    assert len(found.problems) == 2


def test_a_pattern_that_cannot_be_is_the_only_problem(tmp_path):
    (tmp_path / "mine.yaml").write_text("curves: {net: {files: 'a-{seed.csv'}}\n")
    (problem,) = validate([str(tmp_path / "mine.yaml")], tmp_path, PLUGINS).problems
    assert "a brace has no partner" in problem
