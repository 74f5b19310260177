"""Studies through the real workflow: what runs, what does not run again, what a mistake looks like."""

import shutil

import numpy as np
import pandas as pd
import pytest


@pytest.fixture
def project(clone):
    """A copy of the workflow with a folder for studies of one's own."""
    (clone.folder / "mine").mkdir()
    return clone


def made(name):
    """What a test asks of a study: its loss table, without figures and reports."""
    return f"results/{name}/losses.csv", "--config", f"studies=mine/{name}.yaml"


BASE = """
datasets: {moons: {rows: 40}}
partitions: {n_repeats: 1}
seeds: 2
training: {epochs: 4}
sweep: {alpha: [0.1]}
jobs: {seeds_per_job: 2, epochs_per_job: 4}
backends: [numpy]
"""


CHANGES = {
    ("seeds: 2", "seeds: 5"): {"train": 2},
    ("alpha: [0.1]", "alpha: [0.1, 0.2]"): {"train": 1},
    ("rows: 40}", "rows: 40}, iris: "): {"load": 1, "standardise": 1, "train": 1},
    ("[numpy]", "[numpy, sklearn]"): {"train": 1},
    ("epochs: 4}", "epochs: 12}"): {"train": 2},
    ("n_repeats: 1", "n_repeats: 3"): {"standardise": 2, "train": 2},
    ("seeds: 2\ntraining: {epochs: 4}", "seeds: 1\ntraining: {epochs: 3}"): {},
}


@pytest.mark.long
def test_what_is_added_is_trained_alone(project):
    study = project.folder / "mine/growing.yaml"
    study.write_text(BASE)
    project.run(*made("growing"))
    for change, expected in CHANGES.items():
        study.write_text(BASE.replace(*change))
        planned = project.jobs(*made("growing"))
        assert {rule: n for rule, n in planned.items() if rule != "losses"} == expected, change


@pytest.mark.long
def test_what_has_grown_is_what_a_fresh_run_gives(project):
    study, fresh = (project.folder / f"mine/{name}.yaml" for name in ("growing", "fresh"))
    study.write_text(BASE)
    project.run(*made("growing"))
    plugin = project.folder / "plugins/other_datasets.py"
    plugin.write_text('"""It registers nothing, for nobody."""\n')
    assert project.jobs(*made("growing")) == {}
    study.write_text(BASE.replace("seeds: 2", "seeds: 3").replace("epochs: 4}", "epochs: 6}"))
    fresh.write_text(study.read_text())
    project.run(*made("growing"))
    project.run(*made("fresh"))
    results = project.folder / "results"
    states = (results / "growing/work/moons/fold-0/alpha=0.1/numpy").glob("*/*.npz")
    assert sorted(path.name for path in states) == ["0-4.npz", "0-4.npz", "4-6.npz", "4-6.npz"]
    tables = [(results / name / "losses.csv").read_text() for name in ("growing", "fresh")]
    assert tables[0] == tables[1]
    assert len(tables[0].splitlines()) == 1 + 3 * 7


def write_large_csv(path, rows=50_000):
    """25 numbers, 5 categories and a column that says which row serves for what."""
    rng = np.random.default_rng(0)
    columns = {f"number{i}": rng.normal(i, i + 1, rows) for i in range(25)}
    columns |= {f"kind{i}": rng.choice(["red", "green", "blue"], rows) for i in range(5)}
    columns["part"] = rng.choice(["train", "validation", "test"], rows, p=[0.6, 0.2, 0.2])
    effect = columns["number3"] + 5 * (columns["kind0"] == "red")
    columns["price"] = effect + rng.normal(size=rows)
    pd.DataFrame(columns).to_csv(path, index=False)


LARGE = """title: Prices
datasets:
  houses:
    file: data/houses.csv
    target: price
    partition: part
training:
  epochs: 2
backends: [numpy]
seeds: 1
"""


@pytest.mark.long
def test_a_large_csv_goes_from_file_to_loss_table_and_figure(project):
    (project.folder / "mine/data").mkdir()
    write_large_csv(project.folder / "mine/data/houses.csv")
    (project.folder / "mine/prices.yaml").write_text(LARGE)
    assert len(LARGE.splitlines()) <= 10
    figures = [f"results/prices/figures/loss_curves.{suffix}" for suffix in ("png", "svg", "pdf")]
    project.run(figures[0], *made("prices"))
    assert all((project.folder / figure).stat().st_size > 1000 for figure in figures)
    table = pd.read_parquet(project.folder / "results/prices/losses.parquet")
    assert table["epoch"].tolist() == [0, 1, 2]
    losses = table[["train_loss", "validation_loss", "test_loss"]]
    assert losses.notna().all(axis=None)
    assert (losses.iloc[-1] < 0.5 * losses.iloc[0]).all()


def check_sentence(said, sentence):
    assert sentence in said
    assert "Traceback" not in said


def test_a_bad_file_is_told_in_a_sentence(project):
    rows = "".join(f"{i},{i * 0.5}\n" for i in range(9))
    (project.folder / "mine/bad.csv").write_text(f"a,y\n{rows}n/k,3.5\n")
    (project.folder / "mine/bad.yaml").write_text("datasets: {bad: {file: bad.csv, target: y}}\n")
    said = project.run(*made("bad"), ok=False)
    sentence = "epochwise: study bad: mine/bad.csv: column 'a' has the text 'n/k' in row 10"
    check_sentence(said, sentence)


OWN_CUT = '''"""A dataset that brings its own cut."""

from epochwise.api import hookimpl
from epochwise.data.datasets import Dataset


@hookimpl
def register_datasets(register):
    register("own", own)


def own():
    from pyarrow import table

    words = ["train", "train", "validation"] * 10
    columns = {"x": [0.5 * i for i in range(30)], "y": [0.7 * i for i in range(30)], "part": words}
    return Dataset(table(columns), ["x"], ["y"], partition="part")
'''


def test_several_folds_of_a_dataset_with_a_cut_of_its_own_are_refused_before_training(project):
    (project.folder / "plugins/own_datasets.py").write_text(OWN_CUT)
    text = "datasets: [own]\ntraining: {epochs: 3}\npartitions: {n_repeats: 3}\n"
    (project.folder / "mine/own.yaml").write_text(text)
    said = project.run(*made("own"), ok=False)
    check_sentence(said, "dataset 'own': its column 'part' cuts the rows in one way")
    assert not list((project.folder / "results").rglob("*.npz"))


BAD = [
    ("datasets: {a: {file: no.csv, target: y}}", "datasets.a.file: there is no file 'mine/no.csv'"),
    ("datasets: [iris]\nsweep: {batchsize: [1]}", "Did you mean 'batch_size'?"),
    ("datasets: [iris]\ndatasets: [wine]", "line 2: the key 'datasets' stands twice"),
    ("datasets: [iriss]", "dataset 'iriss': unknown source 'iriss'"),
]


@pytest.mark.parametrize(
    ("text", "sentence"), [BAD[0], *(pytest.param(*bad, marks=pytest.mark.long) for bad in BAD[1:])]
)
def test_a_bad_study_is_told_before_anything_runs(project, text, sentence):
    (project.folder / "mine/bad.yaml").write_text(text)
    said = project.run(*made("bad"), ok=False)
    check_sentence(said, sentence)
    assert "mine/bad.yaml: " in said
    assert not (project.folder / "results").exists()


TINY = """
datasets: {moons: {rows: 40}, diabetes: }
partitions: {method: k_fold, n_splits: 2}
seeds: 2
training: {epochs: 4}
sweep: {alpha: [0.1, 0.2]}
"""
GROWN = (  # each beside those before it, and how many jobs train what is new
    (("alpha: [0.1, 0.2]", "alpha: [0.1, 0.2, 0.3, 0.4]"), 2),
    (("epochs: 4}", "epochs: 6}"), 4),
    (("seeds: 2", "seeds: 3"), 2),  # all points and folds of a dataset
)


@pytest.mark.long
def test_points_and_folds_that_share_a_job_get_what_jobs_of_their_own_would_give_them(project):
    study, alone = (project.folder / f"mine/{name}.yaml" for name in ("shared", "alone"))
    text = TINY
    for change, new in ((("", ""), 2), *GROWN):
        text = text.replace(*change) if change[0] else text
        study.write_text(text)
        assert project.jobs(*made("shared"))["train"] == new
        project.run(*made("shared"))
    alone.write_text(text + "jobs: {seeds_per_job: 1}\n")
    assert project.jobs(*made("alone"))["train"] == 2 * 2 * 3 * 4
    project.run(*made("alone"))
    results = project.folder / "results"
    tables = [results / name / "losses.parquet" for name in ("shared", "alone")]
    assert tables[0].read_bytes() == tables[1].read_bytes()
    shutil.rmtree(project.folder / ".snakemake")
    assert project.jobs(*made("shared")) == {}
    study.write_text(text.replace("epochs: 6", "epochs: 6, learning_rate_init: 0.01"))
    assert project.jobs(*made("shared"))["train"] == 2 * 2 + 2 + 4  # segments, of all shared jobs


@pytest.mark.long
def test_a_study_of_a_regression_and_of_classes_ends_in_a_page(project):
    (project.folder / "mine/mixed.yaml").write_text(TINY)
    assert "\nmoons, " in project.run("--config", "studies=mine/mixed.yaml")
    assert (project.folder / "results/mixed/report.html").is_file()
