"""A study on a graphics card: one job at a time, and the same bytes from processes of other lengths."""

import re
import subprocess
import sys

import pytest

from devices import DEVICES, put, started
from epochwise.conformance.cases import small_problem
from epochwise.plugins.backend_commands import new_backend
from epochwise.plugins.registry import load_backend
from epochwise.training.parameters import initial_state
from helpers import PLUGINS, ROOT, load

STUDY = """
datasets: [diabetes]
training: {{epochs: 40, device: {device}}}
backends: [torch, jax, mine]
seeds: 2
jobs: {{epochs_per_job: {epochs}}}
"""  # `mine` is a network of PyTorch, as the template has it
LOSSES = "results/study/losses.parquet"


@pytest.mark.parametrize("device", DEVICES)
def test_a_study_in_other_segments_is_the_same_to_the_last_byte(device, clone):
    problem = put(small_problem(), device)
    for name in ("torch", "jax"):
        load(name)
        started(load_backend(PLUGINS, name).value, problem, initial_state(problem, (0,)))
    new_backend(clone.folder / "plugins", "mine", "torch")
    made = []
    for epochs in (40, 15):
        clone.study("study", STUDY.format(device=device, epochs=epochs))
        told = clone.run("--config", "studies=study", "--resources", "gpu=1", "--", LOSSES)
        assert (device == "cuda") == ("Execute 2 jobs" not in told)
        assert len([*clone.folder.glob(f"results/study/work/**/0-{epochs}.npz")]) == 3
        made.append((clone.folder / LOSSES).read_bytes())
        clone.run("--delete-all-output", "--config", "studies=study", "--", LOSSES)
    assert made[0] == made[1]


def collected(*options):
    """List the tests that pytest would run."""
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "--no-header", *options]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return {line for line in told.splitlines() if "::" in line}


@pytest.mark.long
def test_what_needs_a_card_is_run_by_the_guide_s_command_alone():
    guide = (ROOT / "docs" / "cluster.md").read_text(encoding="utf-8")
    (options,) = re.findall(r"^\.venv/bin/pytest (.*)$", guide, re.MULTILINE)
    on_a_card = collected(*options.split())
    assert {"tests/backends", "tests/networks", "tests/workflow"} == {
        "/".join(one.split("/")[:2]) for one in on_a_card
    }
    assert all("cuda" in one for one in on_a_card)
    assert not on_a_card & (collected() | collected("-m", "long"))
