"""The benchmarks run, so that what README and docs quote can be measured again. No time is judged here."""

import os
import subprocess
import sys

import pytest

from helpers import ROOT, require

SMALL = {  # each at a small size, and a piece of what it prints
    "analysis": ("--runs 20 --epochs 30 --configurations 2", "peak memory"),
    "figures": ("", "page"),
    "frameworks": ("--rounds 1 --epochs 2 --starts 1 --networks 1", "torch network, batches of"),
    "growth": ("--runs 20 --rows 0.1", "| nothing to do, CPU s |"),
    "large": ("--rows 3000 --epochs 1 --repeats 1", "a training job: "),
    "many_runs": ("--repeats 1 --seeds 2 --epochs 4", "| side | seconds |"),
    "speed": ("--repeats 1 --epochs 20", "an empty workflow"),
}
NEEDS = {"frameworks": ("torch", "tensorflow", "jax")}


def test_every_benchmark_is_tried():
    names = {path.stem for path in (ROOT / "benchmarks").glob("*.py")}
    assert names == {*SMALL, "calibration"}  # of which tests/answers has a small version


@pytest.mark.long
@pytest.mark.parametrize("name", SMALL)
def test_it_runs(name, tmp_path):
    for module in NEEDS.get(name, ()):
        require(module)
    options, expected = SMALL[name]
    done = subprocess.run(
        [sys.executable, str(ROOT / "benchmarks" / f"{name}.py"), *options.split()],
        cwd=tmp_path,
        env=os.environ | {"MPLBACKEND": "agg"},
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert expected in done.stdout
