"""A backend of its own mathematics is held to what every backend promises, and to nothing else."""

import unittest
from pathlib import Path

import pytest

from epochwise.conformance import CHECKS, CONTRACT, BackendConformance, check, report
from helpers import PLUGINS

OWN = Path(__file__).parents[1] / "own_backends"
RPROP = (OWN / "rprop_backend.py").read_text(encoding="utf-8")


class Suite(BackendConformance):
    plugin = OWN / "rprop_backend.py"


@pytest.mark.long
def test_a_method_of_its_own_keeps_every_promise():
    checks = check(OWN, "rprop")
    assert [one.name for one in checks] == [name for name in CHECKS if name in CONTRACT]
    assert report(checks).splitlines()[-1].startswith(f"{len(CONTRACT)} of {len(CONTRACT)} checks")


def test_it_is_told_which_tier_was_judged():
    tier = "1 of 1 checks passed: what every backend promises; its mathematics is its own"
    assert (
        report(check(OWN, "rprop", ["learns", "keeps_the_same_state"]))
        .splitlines()[1]
        .startswith(tier)
    )
    assert report(check(PLUGINS, "numpy", ["learns"])).splitlines()[1] == "1 of 1 checks passed"


def test_what_it_does_not_promise_is_skipped_in_a_test_suite():
    Suite().test_learns()
    with pytest.raises(unittest.SkipTest, match="its mathematics is its own"):
        Suite().test_agrees_epoch_by_epoch()


def forgetful(text):
    """Keep the steps beside the state."""
    return text.replace(
        "return {name: array.copy() for name, array in self.kept.items()}",
        'return {n: a.copy() for n, a in self.kept.items() if n != "step"}',
    )


BROKEN = {
    "resuming_changes_nothing": forgetful,
    "another_process_agrees": lambda text: text.replace(
        'int(state["seed"])', "hash('a new one') % 2**32"
    ),
    "leaves_its_inputs_alone": lambda text: text.replace(
        'self.kept["iteration"] = self.kept["iteration"] + 1',
        'self.kept["iteration"] = self.kept["iteration"] + 1\n'
        "            self.problem.train.y[0] += 1e-9",
    ),
    "learns": lambda text: text.replace("(self.predict(x) - y)", "(y - self.predict(x))"),
    "gives_outputs": lambda text: text.replace(
        'return with_ones(x) @ self.kept["weights"]',
        'return (with_ones(x) @ self.kept["weights"])[:, :0]',
    ),
    "refuses_with_a_sentence": lambda text: text.replace(
        "shape = problem", "1 / 0; shape = problem"
    ),
}


FEW = ("resuming_changes_nothing", "learns")  # the others take as long again


@pytest.mark.parametrize(
    "failing", [*FEW, *(pytest.param(n, marks=pytest.mark.long) for n in BROKEN if n not in FEW)]
)
def test_what_breaks_a_promise_is_told(tmp_path, failing):
    text = BROKEN[failing](RPROP)
    assert text != RPROP
    file = tmp_path / "rprop_backend.py"
    file.write_text(text, encoding="utf-8")
    (outcome,) = check(file, only=[failing])
    assert outcome.failed, outcome


def test_probabilities_beyond_1_are_found(tmp_path):
    text = RPROP.replace('"task": "regression"', '"task": "binary"')
    file = tmp_path / "rprop_backend.py"
    file.write_text(text, encoding="utf-8")
    (outcome,) = check(file, only=["gives_outputs"])
    assert "probabilities lie from 0 to 1" in outcome.problem
