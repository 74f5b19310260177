"""A study is written for loss histories that lie there, and finds them again."""

import pytest
from click.testing import CliRunner

from epochwise.__main__ import main
from epochwise.planning.starting_curves import patterns_of
from epochwise.study import study as studies
from epochwise.study.run_files import find_run_files
from helpers import PLUGINS

LOSSES = "epoch,accuracy,loss,val_accuracy,val_loss\n0,.1,2,.2,3\n1,.2,1,.1,2\n"


@pytest.mark.parametrize(
    ("paths", "patterns"),
    [
        (["a/seed-1/m.csv", "a/seed-10/m.csv"], ["a/seed-{seed}/m.csv"]),
        (["lr=0.1,d=2/Seed3.csv", "lr=1,d=3/Seed3.csv"], ["lr={lr},d={d}/Seed3.csv"]),
        (
            ["lr=0.1_bs=8_seed=3.csv", "lr=1e-3_bs=8_seed=4.csv"],
            ["lr={lr}_bs={bs}_seed={seed}.csv"],
        ),
        (["opt=a-w-lr=1/m", "opt=sgd-lr=1/m"], ["opt={opt}-lr={lr}/m"]),
        (["net18_fold0_seed3.csv", "net18_fold1_seed3.csv"], ["net18_fold{fold}_seed{seed}.csv"]),
        (["x1-Seed 1/h", "x2-Seed 10/h"], ["x*-Seed {seed}/h"]),
        (["manifold3.csv", "manifold4.csv"], ["manifold*.csv"]),
        (["v_0/fold_1/x", "v_1/fold_2/x"], ["v_*/fold_{fold}/x"]),
        (["x/m.csv"], ["x/m.csv"]),
        (["a/b.csv", "a/b/c.json"], ["a/b.csv", "a/b/c.json"]),
        (["one.csv", "two.csv"], ["one.csv", "two.csv"]),
        (["run1.csv", "run2.csv", "run10.csv"], ["run*.csv"]),
        (["backend=x/m.csv", "backend=y/m.csv"], ["backend=x/m.csv", "backend=y/m.csv"]),
        (["seed-1/m.csv", "long/m.csv"], ["long/m.csv", "seed-1/m.csv"]),
        (["a[1]/m.csv", "a[2]/m.csv"], ["a[[]*]/m.csv"]),
    ],
)
def test_patterns_find_the_paths_that_they_were_made_of(tmp_path, paths, patterns):
    assert patterns_of(paths) == patterns
    for path in paths:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
    found = {one.path for one in find_run_files(patterns, tmp_path, "here")}
    assert found == {str(tmp_path / path) for path in paths}


def test_paths_of_too_many_shapes_are_told():
    with pytest.raises(Exception, match="20 files have 20 shapes"):
        patterns_of([f"{'x/' * n}m.csv" for n in range(20)])


def started(folder, monkeypatch, *arguments, code=0):
    for rate in ("0.1", "0.01"):
        for seed in range(2):
            (folder / f"runs/lr={rate}/seed-{seed}").mkdir(parents=True)
            (folder / f"runs/lr={rate}/seed-{seed}/metrics.csv").write_text(LOSSES)
    monkeypatch.chdir(folder)
    done = CliRunner().invoke(main, ["new-study", *arguments, "--plugins", str(PLUGINS)])
    assert done.exit_code == code, done.output
    return done.output


def test_the_study_that_is_written_reads_what_was_given(tmp_path, monkeypatch):
    told = started(tmp_path, monkeypatch, "runs")
    assert told.startswith("runs.yaml: a study of 4 files.\n")
    assert "Next: " in told
    study = studies.load(tmp_path / "runs.yaml")
    assert study.resolved["curves"]["runs"]["reader"] == "keras"
    assert study.resolved["curves"]["runs"]["validation_loss"] == "val_loss"
    assert [one.swept["lr"] for one in study.points().values()] == [0.01, 0.1]
    assert len(study.run_files["runs"]) == 4
    assert "guessed: took 'val_loss'" in (tmp_path / "runs.yaml").read_text()


def test_what_a_star_stands_for_is_to_be_checked(tmp_path, monkeypatch):
    for name in ("lr0.1_s0", "lr0.01_s0"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "log.csv").write_text(LOSSES)
    started(tmp_path, monkeypatch, "lr0.1_s0", "lr0.01_s0", "--output", "mine.yaml")
    text = (tmp_path / "mine.yaml").read_text()
    assert "# * stands for what does not matter: where it is a setting, write lr{lr}" in text
    assert len(studies.load(tmp_path / "mine.yaml").run_files["mine"]) == 2
    started(tmp_path / "b", monkeypatch, "runs")
    assert "# * stands" not in (tmp_path / "b/runs.yaml").read_text()


def test_options_stand_in_the_study_and_a_file_is_never_overwritten(tmp_path, monkeypatch):
    options = ["--option", "best=greatest", "--option", "validation_loss=val_accuracy"]
    started(tmp_path, monkeypatch, "runs", "--output", "acc.yaml", *options)
    text = (tmp_path / "acc.yaml").read_text()
    assert studies.load(tmp_path / "acc.yaml").resolved["curves"]["acc"]["best"] == "greatest"
    done = CliRunner().invoke(main, ["new-study", "runs", "--output", "acc.yaml"])
    assert done.exit_code == 1
    assert "acc.yaml already exists" in done.output
    assert (tmp_path / "acc.yaml").read_text() == text
