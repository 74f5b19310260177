"""The last words of a run."""

from types import SimpleNamespace

import pytest

from epochwise.planning.final_message import final_message
from figure_samples import answered, make, valley


def plan(folder, **study):
    return SimpleNamespace(folder=answered(make(folder, **study)).folder)


def test_one_study_tells_its_answer_how_sure_and_where_to_look(tmp_path):
    one = plan(tmp_path, seeds=3)
    (one.folder / "report.html").touch()
    (one.folder / "figures").mkdir()
    answer, sure, where = final_message([one], tmp_path / "index.html").split("\n")[1:]
    assert answer == "diabetes, numpy: the best epoch is 30 of 200."
    assert sure.startswith("How sure: 95 % interval")
    assert where == f"Page: {one.folder}/report.html   Figures: {one.folder}/figures/"


def test_every_dataset_has_its_answer(tmp_path):
    said = final_message([plan(tmp_path, datasets=["diabetes", "linnerud"])], tmp_path / "no")
    assert "diabetes, numpy: the best epoch is 30 of 200.\nlinnerud, numpy: the best" in said


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
