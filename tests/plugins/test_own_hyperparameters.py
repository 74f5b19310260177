"""A backend may have hyperparameters of its own: declared in its plugin, used in a study like any other."""

import numpy as np
import pyarrow.csv as pa_csv
import pytest
from jsonschema import Draft202012Validator

from epochwise.errors import EpochwiseError
from epochwise.planning.editor_schema import editor_schema
from epochwise.planning.refusals import check_backends, read_plans
from epochwise.training.defaults import hyperparameters
from helpers import PLUGINS, ROOT

REGRESSION = "datasets: [diabetes]\n"

SHRINKING = '''
"""NumPy's networks, whose weights shrink a little after every epoch."""
from pathlib import Path
from epochwise.api import DEFINITION, hookimpl
from epochwise.plugins.registry import load_backend

Numpy = load_backend(Path({plugins!r}), "numpy").value

@hookimpl
def register_backends(register):
    own = {{"shrinkage": {{"default": 0.0, "minimum": 0, "maximum": 1}}, "steps": 1, "kind": "even"}}
    register("shrinking", Shrinking, honours=DEFINITION, hyperparameters=own)

class Shrinking(Numpy):
    def run_epoch(self, batches):
        super().run_epoch(batches)
        for _ in range(self.hp.steps):
            self.kept["weights"] *= 1 - self.hp.shrinkage
'''


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "plugins"
    folder.mkdir()
    for name in (
        "numpy_backend",
        "sklearn_datasets",
        "patience_stopping",
        "prechelt_stopping",
        "report_figures",
    ):
        (folder / f"{name}.py").write_text((PLUGINS / f"{name}.py").read_text("utf-8"), "utf-8")
    text = SHRINKING.format(plugins=str(PLUGINS))
    (folder / "shrinking_backend.py").write_text(text, encoding="utf-8")
    return folder


def plan(tmp_path, folder, text, backends="[shrinking]"):
    path = tmp_path / "mine.yaml"
    dataset = "" if text.startswith("datasets") else "datasets: [iris]\n"
    path.write_text(f"{dataset}backends: {backends}\n{text}\n", encoding="utf-8")
    plans = read_plans(str(path), tmp_path, folder, tmp_path / "results")
    check_backends(plans.values(), folder)
    return plans["mine"]


def test_a_study_sets_and_sweeps_them_like_any_other(tmp_path, folder):
    made = plan(tmp_path, folder, "training: {steps: 2}\nsweep: {shrinkage: [0, 0.5]}")
    points = {name: point.hyperparameters for name, point in made.points.items()}
    assert list(points) == ["shrinkage=0.0", "shrinkage=0.5"]
    assert [one["steps"] for one in points.values()] == [2, 2]
    assert (
        "kind" not in points["shrinkage=0.0"]
    )  # a study that does not speak of it does not know it
    named = "sweep: {points: {a: {}, b: {shrinkage: 1}}}"
    points = plan(tmp_path, folder, named).points
    assert [point.swept["shrinkage"] for point in points.values()] == [0.0, 1.0]


@pytest.mark.parametrize(
    ("text", "backends", "sentence"),
    [
        (
            "training: {shrinkage: 2}",
            "[shrinking]",
            "shrinkage: 2 is not allowed; it must be a number",
        ),
        ("training: {steps: 1.5}", "[shrinking]", "steps: 1.5 is not allowed; it must be a whole"),
        ("training: {kind: 3}", "[shrinking]", "kind: 3 is not allowed; it must be a text"),
        ("training: {shrinkag: 0.1}", "[shrinking]", "unknown key .*Did you mean 'shrinkage'"),
        ("sweep: {shrinkage: [0.1, x]}", "[shrinking]", "shrinkage: 'x' is not allowed"),
        ("training: {shrinkage: 0.1}", "[numpy]", "unknown key in training 'shrinkage'"),
        (
            "training: {shrinkage: 0.1}",
            "[numpy, shrinking]",
            "backend 'numpy' has no hyperparameter 'shrinkage'; leave it or the backend out",
        ),
    ],
)
def test_what_is_wrong_is_told_before_anything_runs(tmp_path, folder, text, backends, sentence):
    with pytest.raises(EpochwiseError, match=sentence):
        plan(tmp_path, folder, text, backends)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('"steps": 1', '"alpha": 1', "declares the hyperparameter 'alpha', which there is already"),
        ('"steps": 1', '"Steps": 1', "declares the hyperparameter 'Steps' as .*; give it a name"),
        ('"steps": 1', '"steps": None', "a default that is a number"),
    ],
)
def test_a_backend_that_declares_what_cannot_be_is_told(tmp_path, folder, old, new, sentence):
    file = folder / "shrinking_backend.py"
    file.write_text(file.read_text("utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(EpochwiseError, match=sentence):
        plan(tmp_path, folder, "training: {shrinkage: 0.1}")


def test_they_are_attributes_of_the_hyperparameters():
    hp = hyperparameters()
    with pytest.raises(AttributeError, match="unknown hyperparameter 'shrinkage'"):
        _ = hp.shrinkage


@pytest.mark.long
def test_they_reach_the_trainer_the_table_and_the_page(clone):
    text = SHRINKING.format(plugins=str(PLUGINS))
    (clone.folder / "plugins/shrinking_backend.py").write_text(text, encoding="utf-8")
    study = clone.study(
        "own",
        "datasets: [diabetes]\nnetwork: {hidden_layer_sizes: [4]}\ntraining: {epochs: 3}\n"
        "backends: [shrinking]\nsweep: {shrinkage: [0, 0.25, 1]}\n"
        "figures: {loss_curves: false, under_and_overfitting: false, early_stopping: false}\n",
    )
    clone.run("results/own/report.html", "--config", f"studies={study}")
    rows = pa_csv.read_csv(clone.folder / "results/own/summary.csv").to_pylist()
    assert [row["shrinkage"] for row in rows] == [0.0, 0.25, 1.0]
    losses = [row["final_train_loss"] for row in rows]
    assert len(set(losses)) == 3
    page = (clone.folder / "results/own/report.html").read_text(encoding="utf-8")
    assert "shrinkage" in page
    assert np.isfinite(losses).all()


RPROP = (ROOT / "tests/own_backends/rprop_backend.py").read_text(encoding="utf-8")


@pytest.fixture
def with_rprop(folder):
    (folder / "rprop_backend.py").write_text(RPROP, encoding="utf-8")
    return folder


def test_a_backend_brings_its_own_solver(tmp_path, with_rprop):
    made = plan(
        tmp_path, with_rprop, REGRESSION + "training: {solver: rprop, batch_size: full}", "[rprop]"
    )
    (point,) = made.points.values()
    assert (point.values["solver"], point.values["batch_size"]) == ("rprop", "full")
    assert "hidden_layer_sizes" not in made.study.as_run["network"]
    assert {"solver", "batch_size", "epochs"} <= set(made.study.as_run["training"])
    assert "alpha" not in made.study.as_run["training"]
    swept = plan(tmp_path, with_rprop, REGRESSION + "sweep: {solver: [rprop]}", "[rprop]")
    assert list(swept.points) == ["solver=rprop"]


@pytest.mark.parametrize(
    ("text", "backends", "sentence"),
    [
        ("training: {solver: rprop}", "[numpy]", "solver: 'rprop' is not allowed; .* adam, sgd "),
        ("training: {solver: rpop}", "[rprop]", "solver: 'rpop' .* one of adam, sgd, rprop "),
        ("sweep: {solver: [rprop, rpop]}", "[rprop]", "solver: 'rpop' .* one of adam, sgd, rprop"),
        (
            "training: {solver: rprop}",
            "[numpy, rprop]",
            "'numpy' has no solver 'rprop'; it has: adam, sgd",
        ),
        ("", "[rprop]", "backend 'rprop' has no solver 'adam'; it has: rprop"),
        ("training: {solver: rprop, alpha: 0.1}", "[rprop]", "has not said that it honours alpha"),
        (
            "training: {solver: rprop, first_step: 0}",
            "[rprop]",
            "first_step: 0 .* a number above 0",
        ),
        ("training: {first_step: 1}", "[mine]", "backends: unknown backend 'mine'"),
    ],
)
def test_what_is_wrong_with_a_solver_of_its_own_is_told(
    tmp_path, with_rprop, text, backends, sentence
):
    with pytest.raises(EpochwiseError, match=sentence):
        plan(tmp_path, with_rprop, REGRESSION + text, backends)


def test_backends_of_their_own_mathematics_are_compared_only_if_asked(tmp_path, with_rprop):
    pair = "training: {solver: adam}\n"
    (with_rprop / "rprop_backend.py").write_text(
        RPROP.replace('"solver": "rprop"', '"solver": ...')
    )
    alone = plan(tmp_path, with_rprop, REGRESSION + pair, "[numpy, rprop]")
    assert "backends_agree" not in alone.figures
    assert not any("agreement" in name for name in alone.results())
    asked = pair + "figures: {backends_agree: {backends: all}}"
    every = plan(tmp_path, with_rprop, REGRESSION + asked, "[numpy, rprop]")
    assert every.figures["backends_agree"]["compared"] == ["numpy", "rprop"]
    assert any("agreement" in name for name in every.results())
    with pytest.raises(EpochwiseError, match="needs two backends or more of one mathematics"):
        plan(
            tmp_path,
            with_rprop,
            REGRESSION + pair + "figures: {backends_agree: true}",
            "[numpy, rprop]",
        )


def test_an_editor_s_schema_knows_them(with_rprop):
    known = editor_schema(with_rprop)["properties"]["training"]["properties"]
    assert known["shrinkage"]["maximum"] == 1
    assert any("rprop" in one.get("enum", []) for one in known["solver"]["anyOf"])
    Draft202012Validator.check_schema(editor_schema(with_rprop))
    validator = Draft202012Validator(editor_schema(with_rprop))
    good = {"datasets": ["iris"], "training": {"solver": "rprop", "shrinkage": 0.5}}
    assert validator.is_valid(good)
    assert not validator.is_valid({"datasets": ["iris"], "training": {"shrinkage": 2}})
    assert not validator.is_valid({"datasets": ["iris"], "training": {"solver": "rpop"}})
