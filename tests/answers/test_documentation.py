import re
from dataclasses import fields

import pytest

from epochwise.answers import replay, tables
from epochwise.answers.settings import AnswerSettings
from helpers import ROOT

PAGE = (ROOT / "docs" / "answers.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", PAGE, flags=re.M | re.S))


@pytest.mark.parametrize("table", tables.COLUMNS)
def test_every_column_is_documented_and_no_other(table):
    rows = re.findall(r"^\| (`.*?) \|", SECTIONS[table], flags=re.M)
    told = re.findall(r"`(\w+)`", " ".join(rows))
    columns = list(tables.COLUMNS[table])
    if table == "stopping":
        spread = set(replay.SPREAD_COLUMNS)
        columns = [name for name in columns if name not in spread] + list(replay.QUANTITIES)
    assert sorted(told) == sorted(columns)


def test_every_threshold_is_documented():
    thresholds = {field.name for field in fields(AnswerSettings)}
    told = set(re.findall(r"\*(\w+)\*", PAGE.replace("**", "")))
    assert {name for name in told if name[0].islower()} == thresholds
