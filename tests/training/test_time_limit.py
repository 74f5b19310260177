"""An epoch that takes too long ends its job with a sentence, whatever it hangs in."""

import subprocess
import sys
from pathlib import Path

import pytest

from epochwise.training.time_limit import sentence

JOB = """
import ctypes, os, sys, time
from epochwise.training.time_limit import limited

seconds, at_once, keeps_the_interpreter = float(sys.argv[1]), int(sys.argv[2]), sys.argv[3] == "True"
with open("job.log", "w", encoding="utf-8") as log:
    log.write("before\\n")
    log.flush()
    with limited("mine", seconds, 4, at_once, log) as count:
        for epoch in range(5, 9):
            time.sleep(seconds / 2)
            count.set(epoch)
        c = ctypes.PyDLL(None) if keeps_the_interpreter else ctypes.CDLL(None)
        c.sleep(60 if "hangs" in sys.argv else 0)
print("it ended")
"""


def run(folder: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", JOB, *map(str, arguments)]
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, timeout=50
    )


@pytest.mark.parametrize("keeps_the_interpreter", [True, False])
def test_what_hangs_in_compiled_code_is_ended_and_told(tmp_path, keeps_the_interpreter):
    done = run(tmp_path, 0.2, 1, keeps_the_interpreter, "hangs")
    assert done.returncode != 0
    assert done.stdout == ""
    line = f"{sentence('mine', '', 0.2, 8, 1)}\n"
    assert "'mine': epoch 9 took more than 0.2 s, and jobs.epoch_timeout allows 0.2 s" in line
    assert done.stderr == line
    assert (tmp_path / "job.log").read_text() == f"before\n{line}"


def test_epochs_in_time_end_by_themselves_though_all_together_take_longer(tmp_path):
    done = run(tmp_path, 0.4, 1, True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "it ended\n", "")


def test_epochs_that_are_trained_at_once_share_their_time():
    line = sentence("mine", "iris: fold 3", 1.5, 500, 500)
    assert line.startswith("epochwise: iris: fold 3: backend 'mine': epochs 501 to 1000,")
    assert "epochs 501 to 1000, which it trains at once, took more than 750 s" in line
