"""How findings are told."""

from epochwise.verification.finding import Finding, as_json, conclude, holds_or_fails, some


def test_names_are_cut_and_counted():
    assert some(["a", "b"]) == "a, b"
    assert some(list("abcdefg"), 5) == "a, b, c, d, e and 2 more"


def test_the_end_says_whether_all_that_was_checked_holds():
    fine = holds_or_fails("digests", [], "3 files")
    wrong = holds_or_fails("records", ["x.json"], "")
    left = Finding("work", "not checked", "not here")
    assert (fine.outcome, wrong.outcome, wrong.said) == ("holds", "fails", "x.json")
    assert conclude(as_json("r/a", [fine])) == "r/a: all holds (1 check)."
    assert "but for 1 that could not be checked here" in conclude(as_json("r/a", [fine, left]))
    found = as_json("r/a", [fine, wrong, left])
    assert not found["holds"]
    assert conclude(found) == "r/a: NOT what was made; 1 of 3 checks fail."
    assert found["checks"][1] == {"check": "records", "outcome": "fails", "said": "x.json"}
