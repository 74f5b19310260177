"""Studies through the real workflow: what runs, what does not run again, what a mistake looks like."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture
def project(tmp_path):
    """The parts of the repository that a run needs, in a folder of their own."""
    for name in ("workflow", "plugins", "profiles", "config"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "Snakefile", tmp_path)
    (tmp_path / "mine").mkdir()
    return tmp_path


def snakemake(project, study, *options):
    """Run the workflow on one study file; give the exit code and all that it said."""
    environment = os.environ | {
        "PYTHONPATH": str(project / "workflow"),
        "OPENBLAS_NUM_THREADS": "1",
    }
    command = [sys.executable, "-m", "snakemake", "--cores", "2", *options]
    done = subprocess.run(
        [*command, "--config", f"studies={study}"],
        cwd=project,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
    )
    return done.returncode, done.stdout


def run(project, study):
    code, said = snakemake(project, study)
    assert code == 0, said
    return said


def jobs(project, study):
    """Count the jobs that a dry run plans, by rule."""
    code, said = snakemake(project, study, "--dry-run")
    assert code == 0, said
    stats = said.split("Job stats:")[1].split("total")[0] if "Job stats:" in said else ""
    return {rule: int(count) for rule, count in re.findall(r"^(\w+) +(\d+)$", stats, re.M)}


BASE = """
datasets: {moons: {rows: 40}}
partitions: {n_repeats: 1}
seeds: 2
training: {epochs: 4}
sweep: {alpha: [0.1]}
jobs: {seeds_per_job: 2, epochs_per_job: 4}
backends: [numpy]
"""


def test_what_is_added_is_trained_alone(project):
    study = project / "mine/growing.yaml"
    study.write_text(BASE)
    run(project, "mine/growing.yaml")
    assert jobs(project, "mine/growing.yaml") == {}

    def planned(*change):
        study.write_text(BASE.replace(*change))
        return jobs(project, "mine/growing.yaml")

    for change, expected in {
        ("seeds: 2", "seeds: 5"): {"train": 2},
        ("alpha: [0.1]", "alpha: [0.1, 0.2]"): {"train": 1},
        ("rows: 40}", "rows: 40}, iris: "): {"load": 1, "standardise": 1, "train": 1},
        ("[numpy]", "[numpy, sklearn]"): {"train": 1},
        ("epochs: 4}", "epochs: 12}"): {"train": 2},
        ("n_repeats: 1", "n_repeats: 3"): {"standardise": 2, "train": 2},
        ("seeds: 2\ntraining: {epochs: 4}", "seeds: 1\ntraining: {epochs: 3}"): {},
    }.items():
        work = {k: v for k, v in planned(*change).items() if k in ("load", "standardise", "train")}
        assert work == expected, change


def test_what_has_grown_is_what_a_fresh_run_gives(project):
    (project / "mine/growing.yaml").write_text(BASE)
    run(project, "mine/growing.yaml")
    (project / "plugins/other_datasets.py").write_text('"""It registers nothing, for nobody."""\n')
    assert jobs(project, "mine/growing.yaml") == {}
    for name in ("growing", "fresh"):
        more = BASE.replace("seeds: 2", "seeds: 3").replace("epochs: 4}", "epochs: 6}")
        (project / f"mine/{name}.yaml").write_text(more)
    run(project, "mine/growing.yaml,mine/fresh.yaml")
    blocks = project / "results/growing/work/moons/fold-0/alpha=0.1/numpy"
    assert sorted(path.name for path in blocks.glob("*/*.npz")) == [
        "0-4.npz",
        "0-4.npz",
        "4-6.npz",
        "4-6.npz",
    ]
    names = ("growing", "fresh")
    grown, fresh = ((project / f"results/{name}/losses.csv").read_text() for name in names)
    assert grown == fresh
    assert len(grown.splitlines()) == 1 + 3 * 7


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


def test_a_large_csv_goes_from_file_to_loss_table(project):
    (project / "mine/data").mkdir()
    write_large_csv(project / "mine/data/houses.csv")
    (project / "mine/prices.yaml").write_text(LARGE)
    assert len(LARGE.splitlines()) == 10
    run(project, "mine/prices.yaml")
    table = pd.read_parquet(project / "results/prices/losses.parquet")
    assert table["epoch"].tolist() == [0, 1, 2]
    losses = table[["train_loss", "validation_loss", "test_loss"]]
    assert losses.notna().all(axis=None)
    assert (losses.iloc[-1] < 0.5 * losses.iloc[0]).all()
    assert pd.read_csv(project / "results/prices/summary.csv")["best_epoch"].tolist() == [2]


def check_sentence(said, sentence):
    assert sentence in said
    assert "Traceback" not in said


def test_a_bad_file_is_told_in_a_sentence(project):
    rows = "".join(f"{i},{i * 0.5}\n" for i in range(9))
    (project / "mine/bad.csv").write_text(f"a,y\n{rows}n/k,3.5\n")
    (project / "mine/bad.yaml").write_text("datasets: {bad: {file: bad.csv, target: y}}\n")
    code, said = snakemake(project, "mine/bad.yaml")
    assert code != 0
    check_sentence(
        said, "epochwise: study bad: mine/bad.csv: column 'a' has the text 'n/k' in row 10"
    )


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "datasets: {a: {file: no.csv, target: y}}",
            "datasets.a.file: there is no file 'mine/no.csv'",
        ),
        ("datasets: [iris]\nsweep: {batchsize: [1]}", "Did you mean 'batch_size'?"),
        ("datasets: [iris]\ndatasets: [wine]", "line 2: the key 'datasets' stands twice"),
        ("datasets: [iriss]", "unknown source 'iriss'"),
    ],
)
def test_a_bad_study_is_told_before_anything_runs(project, text, sentence):
    (project / "mine/bad.yaml").write_text(text)
    code, said = snakemake(project, "mine/bad.yaml")
    assert code != 0
    check_sentence(said, sentence)
    assert "mine/bad.yaml: " in said
    assert not (project / "results").exists()
