import re
from dataclasses import fields

import pytest

from epochwise.answers.settings import AnswerSettings
from epochwise.study.schema import defaults
from epochwise.tables.catalogue import ANSWERS
from helpers import ROOT

PAGE = (ROOT / "docs" / "answers.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", PAGE, flags=re.M | re.S))


@pytest.mark.parametrize("table", ANSWERS, ids=lambda table: table.name)
def test_every_column_is_explained_as_it_is_declared_and_no_other(table):
    assert table.as_markdown() in SECTIONS[table.name]
    assert SECTIONS[table.name].count("\n|---|---|\n") == 1


def test_every_threshold_is_documented():
    thresholds = set(defaults("answer"))
    assert thresholds < {
        field.name for field in fields(AnswerSettings)
    }  # but for what a plan counts
    told = set(re.findall(r"\*(\w+)\*", PAGE.replace("**", "")))
    assert {name for name in told if name[0].islower()} == thresholds
