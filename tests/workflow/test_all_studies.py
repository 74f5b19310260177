"""The command that makes every shipped study, on copies of them that are shorter."""

import json
import os
import re
from pathlib import Path

import pytest

from epochwise.answers.describing import describe, in_brief
from epochwise.planning.plan import SUFFIXES
from epochwise.planning.refusals import read_plans
from epochwise.verification.verifying import verify
from helpers import ROOT, require

SHORTER = {r"\bepochs: \d+": "epochs: 4", r"^seeds: \d+": "seeds: 2"}


def shorten(path):
    text = path.read_text(encoding="utf-8")
    for long, short in SHORTER.items():
        text = re.sub(long, short, text, flags=re.M)
    path.write_text(text, encoding="utf-8")


@pytest.fixture
def short(clone):
    for path in (clone.folder / "config/studies").glob("*.yaml"):
        shorten(path)
    return clone


@pytest.mark.long
def test_all_shipped_studies_are_made_with_pages_figures_and_gallery(short, monkeypatch):
    for framework in ("torch", "jax", "tensorflow"):
        require(framework)
    short.run("--config", "studies=all")
    monkeypatch.chdir(short.folder)
    plans = read_plans("all", Path("config/studies"), Path("plugins"), Path("results"))
    assert len(plans) == 6
    gallery = Path("results/index.html").read_text(encoding="utf-8")
    for name, plan in plans.items():
        assert f'href="{name}/report.html#gallery"' in gallery
        assert {path.name for path in plan.folder.iterdir()} >= {"report.html", "answer.json"}
        assert plan.figures
        expected = {f"{figure}.{suffix}" for figure in plan.figures for suffix in SUFFIXES}
        assert set(os.listdir(plan.folder / "figures")) == expected
        found = list(verify(plan.folder, Path("plugins"), retrain=1))
        assert {one.outcome for one in found} == {"holds"}, [one.line() for one in found]


def quoted(page):
    """Give a page's quotations on one line."""
    lines = (ROOT / page).read_text(encoding="utf-8").splitlines()
    return " ".join(line.removeprefix(">").strip() for line in lines if line.startswith(">"))


@pytest.mark.long
def test_the_answer_that_readme_and_docs_quote_is_that_of_the_study(clone):
    clone.run("--config", "studies=classification")
    answer = json.loads((clone.folder / "results/classification/answer.json").read_text("utf-8"))
    first, sure = in_brief(answer)
    assert f"{first} {sure}" in quoted("README.md")
    what_to_do = first.split(": ")[1]
    assert what_to_do[0].upper() + what_to_do[1:] in quoted("docs/how-sure.md")
    assert sure.split(" That holds")[0] in quoted("docs/how-sure.md")


@pytest.mark.long
def test_of_under_and_overfitting_the_small_network_underfits_and_the_large_one_overfits(clone):
    clone.run("--config", "studies=under_and_overfitting")
    folder = clone.folder / "results/under_and_overfitting"
    answer = json.loads((folder / "answer.json").read_text("utf-8"))
    small, _, large = answer["answers"]
    assert small["points"]["against_leader"] == "underfits"
    assert large["leads"]
    assert large["phases"]["kind"] == "overfits"
    assert "- small: best epoch" in describe(answer)
    assert "underfits compared with the leader" in describe(answer)
