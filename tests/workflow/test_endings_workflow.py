"""How a run of the whole workflow ends that is stopped."""

import signal
import subprocess
import time

import pytest

LONG = """
datasets: [diabetes]
training: {epochs: 100000}
jobs: {epochs_per_job: 500}
"""


@pytest.fixture
def long(clone):
    (clone.folder / "long.yaml").write_text(LONG, encoding="utf-8")
    return clone


def test_ctrl_c_ends_in_two_sentences_and_leaves_no_process(long):
    run = subprocess.Popen(
        long.command("--config", "studies=long.yaml"),
        cwd=long.folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    deadline = time.monotonic() + 120
    while not list(long.folder.glob("results/long/work/**/500-1000.npz")):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    run.send_signal(signal.SIGINT)
    said, _ = run.communicate(timeout=60)
    assert run.returncode == 130
    assert "Traceback" not in said
    after = said[said.index("Stopped. What is finished is kept; the same command goes on.") :]
    assert " of 200 training jobs are done, the next begins at epoch " in after
    assert len(after.splitlines()) == 2
    listed = subprocess.run(
        ["ps", "-eo", "args"], capture_output=True, text=True, check=True
    ).stdout
    assert str(long.folder) not in "\n".join(li for li in listed.splitlines() if ".train.py" in li)
