"""The command that makes every shipped study, on copies of them that are shorter."""

import os
import re
from pathlib import Path

import pytest

from epochwise.planning.plan import SUFFIXES
from epochwise.planning.refusals import read_plans
from helpers import require

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
