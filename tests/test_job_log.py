import errno
import io
import os
import subprocess
import sys
import warnings

import pytest

from epochwise.errors import DataError, DataWarning
from epochwise.job_log import job

pytestmark = pytest.mark.versions


@pytest.fixture(autouse=True)
def _as_it_was(monkeypatch):
    monkeypatch.setattr(warnings, "showwarning", warnings.showwarning)


def test_a_mistake_is_one_sentence_on_the_terminal_and_in_the_log(tmp_path, capsys):
    with pytest.raises(SystemExit) as stop, job(tmp_path / "log", "houses"):
        raise DataError("dataset 'a': has no rows.")
    assert stop.value.code == 1
    sentence = "epochwise: study houses: dataset 'a': has no rows.\n"
    assert capsys.readouterr().err == sentence
    assert (tmp_path / "log").read_text() == sentence


def test_a_warning_is_shown_and_the_job_goes_on(tmp_path, capsys):
    with job(tmp_path / "log", "houses"), warnings.catch_warnings():
        warnings.simplefilter("default", DataWarning)
        warnings.warn("feature x is constant", DataWarning, stacklevel=1)
    line = "warning: study houses: feature x is constant\n"
    assert capsys.readouterr().err == line
    assert (tmp_path / "log").read_text() == line


def test_a_bug_keeps_its_traceback(tmp_path):
    with pytest.raises(ZeroDivisionError), job(tmp_path / "log"):
        _ = 1 / 0
    assert "Traceback" in (tmp_path / "log").read_text()


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(errno.ENOSPC, "full", "results/a"), "results/a: no space"),
        (MemoryError(), "no memory is left"),
    ],
)
def test_what_the_system_refuses_is_one_sentence(tmp_path, capsys, error, words):
    with pytest.raises(SystemExit), job(tmp_path / "log", "houses"):
        raise error
    assert capsys.readouterr().err.startswith(f"epochwise: study houses: {words}")
    assert "Traceback" not in (tmp_path / "log").read_text()


def test_where_no_log_can_be_opened_the_job_does_its_work(tmp_path, capsys):
    with pytest.raises(SystemExit), job(tmp_path / "none" / "log", "houses"):
        raise DataError("has no rows.")
    assert capsys.readouterr().err == "epochwise: study houses: has no rows.\n"


def test_the_log_is_open_for_writing(tmp_path):
    with job(tmp_path / "log") as log:
        print("epoch 1", file=log)
    assert (tmp_path / "log").read_text() == "epoch 1\n"


def test_a_full_disk_ends_no_job(capsys):
    with job("/dev/full", "houses") as log, warnings.catch_warnings():
        warnings.simplefilter("default", DataWarning)
        warnings.warn("feature x is constant", DataWarning, stacklevel=1)
        log.write("epoch 1\n")
    assert capsys.readouterr().err == "warning: study houses: feature x is constant\n"


@pytest.mark.parametrize("lost", ["closed", "never there"])
def test_a_lost_terminal_ends_no_job(tmp_path, monkeypatch, capsys, lost):
    terminal = io.StringIO()
    terminal.close()
    monkeypatch.setattr(sys, "stderr", terminal if lost == "closed" else None)
    with pytest.raises(SystemExit), job(tmp_path / "log"):
        raise DataError("has no rows.")
    assert (tmp_path / "log").read_text() == "epochwise: has no rows.\n"
    assert capsys.readouterr().out == ""


SPEAKING = """
import sys, warnings
from epochwise.job_log import job
with job(sys.argv[1]):
    input()
    warnings.warn("here")
"""


def test_a_terminal_that_went_away_ends_no_job(tmp_path):
    outside, inside = os.openpty()
    command = [sys.executable, "-c", SPEAKING, str(tmp_path / "log")]
    running = subprocess.Popen(command, stdin=subprocess.PIPE, stderr=inside, text=True)
    os.close(inside)
    os.close(outside)
    running.communicate("\n")
    assert running.returncode == 0
    assert (tmp_path / "log").read_text() == "warning: here\n"


def test_an_exit_is_no_success(tmp_path, capsys):
    with pytest.raises(SystemExit) as stop, job(tmp_path / "log", "houses"):
        sys.exit(0)
    assert stop.value.code == 1
    said = capsys.readouterr().err
    assert said.startswith("epochwise: study houses: ")
    assert "ends the job, by sys.exit(0)" in said
    assert (tmp_path / "log").read_text() == said


THREADS = """
import sys, threading, time
from epochwise.job_log import job
with job(sys.argv[1]) as log:
    threading.Thread(target=time.sleep, args=(600,), daemon="daemon" in sys.argv).start()
    print("its work", file=log)
    if "fails" in sys.argv:
        1 / 0
print("after")
"""


@pytest.mark.parametrize("how", ["well", "fails", "daemon"])
def test_a_thread_that_is_left_keeps_no_job_from_ending(tmp_path, how):
    command = [sys.executable, "-c", THREADS, str(tmp_path / "log"), how]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == (how == "fails")
    assert ("the thread 'Thread-1 (sleep)' running" in done.stderr) == (how != "daemon")
    assert ("ZeroDivisionError" in done.stderr) == (how == "fails")
    assert (tmp_path / "log").read_text().startswith("its work")
