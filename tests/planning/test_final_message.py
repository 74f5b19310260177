"""The last words of a run."""

import dataclasses
import os
from types import SimpleNamespace

import pytest

from epochwise.planning.final_message import final_message
from epochwise.study import yaml_files
from figure_samples import answered, make, valley


def plan(folder, **study):
    tables = answered(make(folder, **study))
    return SimpleNamespace(
        folder=tables.folder,
        study=tables.study,
        sources=list,
    )


def test_one_study_tells_its_answer_how_sure_and_where_to_look(tmp_path):
    one = plan(tmp_path, seeds=6)
    (one.folder / "report.html").touch()
    (one.folder / "figures").mkdir()
    answer, sure, where = final_message([one], tmp_path / "index.html").split("\n")[1:]
    assert answer == "diabetes, numpy: train 30 epochs, the best of 200."
    assert sure.startswith("Anything from ")
    assert where == f"Page: {one.folder}/report.html   Figures: {one.folder}/figures/"


def test_every_dataset_has_its_answer(tmp_path):
    said = final_message([plan(tmp_path, datasets=["diabetes", "linnerud"])], tmp_path / "no")
    assert "diabetes, numpy: train 30 epochs, the best of 200." in said
    assert "linnerud, numpy: train 30 epochs, the best of 200." in said


def test_what_was_not_made_is_not_named(tmp_path):
    one = plan(tmp_path)
    said = final_message([one], tmp_path / "index.html")
    assert "report.html" not in said
    assert said.endswith(f"Tables: {one.folder}/")


def test_several_studies_end_with_the_page_of_all(tmp_path):
    gallery = tmp_path / "index.html"
    gallery.touch()
    plans = [plan(tmp_path / name) for name in "ab"]
    assert final_message(plans, gallery).endswith(f"All studies: {gallery}")
    assert "All studies" not in final_message(plans[:1], gallery)


def test_a_study_whose_every_run_diverged_says_so(tmp_path):
    def lost(run):
        return {name: losses[:4] for name, losses in valley(run).items()}

    said = final_message([plan(tmp_path, curves=lost)], tmp_path / "no")
    assert "diabetes, numpy: diverged: no run reached epoch 200" in said
    assert "best epoch is" not in said


@pytest.mark.parametrize("plans", [[], [SimpleNamespace(folder=None)]])
def test_without_an_answer_nothing_is_said(plans, tmp_path):
    for one in plans:
        one.folder = tmp_path
    assert final_message(plans, tmp_path / "no") == ""


def test_an_answer_of_another_study_is_not_repeated(tmp_path):
    one = plan(tmp_path)
    written = one.folder / "study.yaml"
    written.write_text(yaml_files.dump(dict(one.study.resolved)), encoding="utf-8")
    assert "train 30 epochs" in final_message([one], tmp_path / "no")
    changed = dict(one.study.resolved) | {"seeds": [1]}
    written.write_text(yaml_files.dump(changed), encoding="utf-8")
    said = final_message([one], tmp_path / "no")
    assert "best epoch is" not in said
    assert "is older than the study" in said


@pytest.mark.parametrize("newer", ["losses.parquet", "segment.parquet"])
def test_an_answer_older_than_what_was_trained_is_not_repeated(tmp_path, newer):
    one = plan(tmp_path)
    segment = one.folder / "segment.parquet"
    segment.touch()
    one.sources = lambda: [str(segment)]
    later = (one.folder / "answer.json").stat().st_mtime_ns + 10**9
    for name in ("segment.parquet", "losses.parquet", "answer.json"):
        os.utime(one.folder / name, ns=(later, later))
    assert "train 30 epochs" in final_message([one], tmp_path / "no")
    os.utime(one.folder / newer, ns=(later + 1, later + 1))
    assert "is older than" in final_message([one], tmp_path / "no")


def test_an_answer_is_that_of_the_study_as_it_is_written_down(tmp_path):
    """What its backends do not look at is not written down, and makes no answer another's."""
    one = plan(tmp_path)
    one.study = dataclasses.replace(one.study, unheard=["alpha"])
    (one.folder / "study.yaml").write_text(yaml_files.dump(one.study.as_run))
    assert "train 30 epochs" in final_message([one], tmp_path / "no")
    one.study = dataclasses.replace(one.study, unheard=["beta_1"])
    assert "is older than the study" in final_message([one], tmp_path / "no")
