"""The harness itself, a short run of it, and the table that a longer one has left in the document."""

import re
import shutil

import pytest

from harness import outcomes
from harness.lab import Lab
from harness.outcomes import GOOD, Ran, refused, settle
from harness.table import BEGIN, DOCS, END, LINE, Row, write_docs
from harness.trying import FAULTS, try_all
from helpers import lack

WELL = Ran(0, "done")
TOLD = Ran(1, "Error in rule train\nepochwise: the disk is full; free some space.\n")
PLANNED = Ran(1, "WorkflowError in file a, line 3:\nresults: another run is going on; wait.\n")
SILENT = Ran(1, "Error in rule train\nA job failed; the sentence above says why.\n")
TRACEBACK = Ran(1, "Traceback (most recent call last):\nepochwise: a sentence.\n")
HUNG = Ran(None, "")


def settled(runs, other=(), mute=False):
    first, *rest = runs
    return settle(first, lambda: rest.pop(0), lambda: list(other), mute).word


def test_what_counts_as_what():
    assert settled([WELL]) == outcomes.AT_ONCE
    assert settled([TOLD, WELL]) == settled([PLANNED, TOLD, WELL]) == outcomes.AFTER
    assert settled([Ran(-9, ""), WELL], mute=True) == outcomes.RESUMED
    assert settled([Ran(-9, "")]) == outcomes.SILENT
    assert settled([WELL], ["a"]) == settled([TOLD, WELL], ["a"]) == outcomes.WRONG
    assert settled([TOLD, SILENT]) == settled([SILENT], mute=False) == outcomes.SILENT
    assert settled([TRACEBACK]) == settled([TOLD, TRACEBACK]) == outcomes.TRACEBACK
    assert settled([HUNG]) == settled([TOLD, HUNG]) == outcomes.HANG
    assert settled([TOLD, TOLD, TOLD]) == outcomes.STUCK


def test_a_run_that_is_to_be_refused_is_told_so_and_changes_nothing():
    assert refused(PLANNED, list).word == outcomes.TOLD
    assert refused(WELL, list).word == outcomes.STUCK
    assert refused(TOLD, lambda: ["a"]).word == outcomes.WRONG
    assert refused(TRACEBACK, list).word == outcomes.TRACEBACK


def test_the_table_counts_outcomes_and_keeps_the_lines_of_faults_that_were_not_tried(tmp_path):
    ends = [settle(WELL, lambda: WELL, list), refused(TOLD, list)]
    docs, faults = tmp_path / "page.md", list(FAULTS.values())
    docs.write_text(f"before\n{BEGIN}\n{END}\nafter\n")
    write_docs([Row("edits", "a", ends[1])], faults, docs)
    write_docs([Row("kills", name, ends[name == "b"]) for name in "abc"], faults, docs)
    text = docs.read_text()
    assert f"| `edits` | {FAULTS['edits'].does} | 1 | 1 {outcomes.TOLD} |\n" in text
    assert f" | 3 | 2 {outcomes.AT_ONCE}; 1 {outcomes.TOLD} |\n" in text
    assert len(LINE.findall(text)) == len(FAULTS)
    assert text.startswith("before\n")
    assert text.endswith("after\n")


def test_the_document_has_every_fault_and_none_went_wrong():
    lines = re.findall(r"^\| `(\w+)` \| (.*?) \| (\d+) \| (.*) \|$", DOCS.read_text("utf-8"), re.M)
    assert [name for name, *_ in lines] == list(FAULTS)
    for name, does, points, words in lines:
        assert does == FAULTS[name].does
        found = [re.fullmatch(r"(\d+) (.*)", word) for word in words.split("; ")]
        assert {word[2] for word in found} <= set(GOOD)
        assert sum(int(word[1]) for word in found) == int(points) > 0


@pytest.mark.long
def test_a_point_of_each_fault_leads_to_nothing_wrong(tmp_path):
    if not shutil.which("gcc"):
        lack("gcc is not installed; try: apt install gcc")
    rows = list(try_all(Lab(tmp_path), list(FAULTS), seed=1, points=1))
    assert [row.fault for row in rows] == list(FAULTS)
    assert [row.outcome.details() for row in rows if not row.outcome.good] == []
