"""What is said where a run does not end well, and how it is ended."""

import logging
import os
import signal
import subprocess
import sys
import time
from types import SimpleNamespace

import numpy as np
import pytest

from epochwise.planning.endings import (
    WhenSaid,
    cancel_on_interrupt,
    descendants,
    failed,
    stopped,
)
from epochwise.training import states


def plan(folder, *done, name="mine"):
    files = [folder / f"{start}-{start + 10}.npz" for start in (0, 10, 20)]
    for file in files[: len(done)]:
        file.touch()
    return SimpleNamespace(
        study=SimpleNamespace(name=name), segment_files=lambda kind: [str(file) for file in files]
    )


def test_it_says_what_stands_and_where_training_goes_on(tmp_path):
    said = stopped([plan(tmp_path, 1)])
    assert said.endswith("mine: 1 of 3 training jobs are done, the next begins at epoch 10.")
    assert "Stopped. What is finished is kept; the same command goes on." in said


def test_a_job_that_kept_a_checkpoint_goes_on_from_there(tmp_path):
    said = [plan(tmp_path, 1)]
    states.save(tmp_path / "10-20.checkpoint.npz", {"epoch": np.array(17)})
    assert stopped(said).endswith("the next begins at epoch 17.")
    (tmp_path / "10-20.checkpoint.npz").write_bytes(b"damaged")
    assert stopped(said).endswith("the next begins at epoch 10.")


def test_where_all_is_trained_it_says_what_is_left(tmp_path):
    said = failed([plan(tmp_path, 1, 2, 3)])
    assert said.endswith(
        "mine: training is complete; tables, figures or the page remain to be made."
    )
    assert "A job failed; the sentence above says why." in said


def test_every_study_has_a_line(tmp_path):
    said = stopped([plan(tmp_path, name="a"), plan(tmp_path, name="b")])
    assert [line.split(":")[0] for line in said.splitlines()[2:]] == ["a", "b"]


def test_what_a_process_has_started_is_found_through_others():
    script = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import time; time.sleep(60)'])"
    with subprocess.Popen([sys.executable, "-c", script]) as parent:
        try:
            while not (found := descendants(parent.pid)):
                time.sleep(0.05)
            assert descendants(os.getpid())[-1] == parent.pid or parent.pid in descendants(
                os.getpid()
            )
            assert set(found) < set(descendants(os.getpid()))
        finally:
            for child in [*descendants(parent.pid), parent.pid]:
                os.kill(child, 9)


def test_what_waits_for_words_does_something_when_they_are_said_and_only_then():
    said, logger = [], logging.Logger("made")
    logger.addHandler(WhenSaid("Nothing to", lambda: said.append(1)))
    logger.info("Something to be done, not: Nothing to do")
    assert said == []
    logger.info("Nothing to be done (all is there).")
    assert said == [1]


def test_ctrl_c_is_noted_before_it_does_what_it_does():
    before, noted = signal.getsignal(signal.SIGINT), []
    try:
        cancel_on_interrupt(lambda: noted.append(1))
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, before)
    assert noted == [1]
