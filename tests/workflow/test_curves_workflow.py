"""A study of loss histories that others have left, through the whole workflow."""

import json

import numpy as np
import pytest

from conftest import Clone

STUDY = "curves: {net: {files: '../../runs/lr={lr}/seed-{seed}.csv'}}\n"
EPOCHS = np.arange(1, 41)


def write(folder, rate, seed, last=40):
    draw = np.random.default_rng([seed, round(100 * rate)])
    losses = 1 + ((EPOCHS - 20) / 30) ** 2 + 0.002 * draw.standard_normal(40) + rate
    rows = [f"{e - 1},{x / 2},{x}" for e, x in zip(EPOCHS[:last], losses, strict=False)]
    file = folder / f"runs/lr={rate}/seed-{seed}.csv"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\n".join(["epoch,loss,val_loss", *rows]) + "\n")


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    made = Clone(tmp_path_factory.mktemp("curves") / "clone")
    for rate in (0.1, 0.5):
        for seed in range(6):
            write(made.folder, rate, seed, last=40 - seed)
    made.study("scans", STUDY)
    made.said = made.run("--config", "studies=scans")
    return made


ASKED = ("--config", "studies=scans")


@pytest.mark.long
def test_all_is_made_and_nothing_is_trained(clone):
    assert "net, lr 0.1: train " in clone.said
    assert "6 runs" in clone.said
    results = clone.folder / "results/scans"
    made = {path.name for path in results.rglob("*")}
    assert {"report.html", "sweep.png", "best_epoch.tex", "extent.csv", "summary.csv"} <= made
    assert not {"work", "timings.csv", "agreement.csv"} & made
    answer = json.loads((results / "answer.json").read_text())
    assert len(answer["files"]) == 12
    assert answer["answers"][0]["refit"]["assumption"].startswith("the loss histories do not say")
    assert clone.jobs(*ASKED) == {}


@pytest.mark.long
def test_the_same_files_give_the_same_bytes(clone, tmp_path):
    other = Clone(tmp_path / "other")
    for file in (clone.folder / "runs").rglob("*.csv"):
        copy = other.folder / file.relative_to(clone.folder)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(file.read_bytes())
    other.study("scans", STUDY)
    other.run("--cores", "1", *ASKED)
    for file in sorted((clone.folder / "results/scans").rglob("*")):
        if file.is_file():
            same = other.folder / file.relative_to(clone.folder)
            assert same.read_bytes() == file.read_bytes(), file.name


@pytest.mark.long
def test_what_changes_makes_anew_what_depends_on_it(clone, tmp_path):
    one = clone.copy(tmp_path / "one")
    write(one.folder, 0.1, 6)  # a run that came
    assert {"read_curves", "answers", "report"} <= set(one.jobs(*ASKED))
    (one.folder / "runs/lr=0.1/seed-6.csv").unlink()
    assert one.jobs(*ASKED) == {}
    write(one.folder, 0.1, 3)
    assert "read_curves" in one.jobs(*ASKED)
    assert "study_file" not in one.jobs(*ASKED)
    one.run(*ASKED)
    one.study("scans", STUDY + "title: Ours\n")
    jobs = set(one.jobs(*ASKED))
    assert {"study_file", "report", "manifest"} <= jobs
    assert not jobs & {"read_curves", "answers"}
    reader = one.folder / "plugins/keras_curves.py"
    reader.write_text(reader.read_text() + "# edited\n")
    assert "read_curves" in one.jobs(*ASKED)


@pytest.mark.long
def test_files_that_cannot_be_read_end_in_a_sentence_each(clone, tmp_path):
    one = clone.copy(tmp_path / "bad")
    for seed in (1, 4):
        (one.folder / f"runs/lr=0.5/seed-{seed}.csv").write_text(
            f"epoch,loss,val_loss\n0,1,x{seed}\n"
        )
    said = one.run(*ASKED, ok=False)
    assert "Traceback" not in said
    for seed in (1, 4):
        assert f"runs/lr=0.5/seed-{seed}.csv: " in said
