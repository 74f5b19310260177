"""What is said where a run does not end well, and how it is ended."""

import io
import logging
import os
import signal
import subprocess
import sys
import time
import traceback
from types import SimpleNamespace

import numpy as np
import pytest

from epochwise.planning import endings
from epochwise.planning.endings import (
    InASentence,
    WhenAJobFails,
    WhenSaid,
    cancel_on_interrupt,
    descendants,
    end_on_interrupt,
    failed,
    stopped,
)
from epochwise.training import states


def plan(folder, *done, name="mine"):
    files = [folder / f"{start}-{start + 10}.npz" for start in (0, 10, 20)]
    for file in files[: len(done)]:
        file.touch()
    return SimpleNamespace(
        study=SimpleNamespace(name=name, trains=True),
        segment_files=lambda kind, number: [str(file) for file in files],
        reached=lambda: None,
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


def test_a_job_of_several_cells_that_kept_some_goes_on_with_the_others(tmp_path):
    said = [plan(tmp_path, 1)]
    (tmp_path / "10-20.checkpoint-1.npz").touch()
    assert stopped(said).endswith(
        "1 of 3 training jobs are done, the next goes on with the points and folds that it has not finished."
    )


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
    with subprocess.Popen([sys.executable, "-c", script], start_new_session=True) as parent:
        try:
            end = time.monotonic() + 10
            while not (found := descendants(parent.pid)):
                assert time.monotonic() < end
                time.sleep(0.05)
            assert descendants(os.getpid())[-1] == parent.pid or parent.pid in descendants(
                os.getpid()
            )
            assert set(found) < set(descendants(os.getpid()))
        finally:
            os.killpg(parent.pid, signal.SIGKILL)


@pytest.fixture
def pressed(monkeypatch):
    """Press Ctrl-C in a process that has started two others, of which one is gone; give what happens."""
    happened, handlers = [], {}
    monkeypatch.setattr(signal, "signal", handlers.__setitem__)
    monkeypatch.setattr(
        endings, "descendants", lambda process: [3, 4] if process == os.getpid() else []
    )

    def kill(process, number):
        happened.append(("kill", process, number, handlers[signal.SIGINT]))
        if process == 4:
            raise ProcessLookupError

    monkeypatch.setattr(os, "kill", kill)
    monkeypatch.setattr(endings, "silence", lambda: happened.append("silence"))
    monkeypatch.setattr(os, "_exit", lambda status: happened.append(("exit", status)))

    def press(say):
        end_on_interrupt(say)
        handlers[signal.SIGINT](signal.SIGINT, None)
        return happened

    return press


def test_ctrl_c_ends_all_jobs_says_what_stands_and_ends_at_once(pressed, capsys):
    assert pressed(lambda: "Stopped.") == [
        "silence",
        ("kill", 4, signal.SIGKILL, signal.SIG_IGN),  # a second Ctrl-C disturbs nothing
        ("kill", 3, signal.SIGKILL, signal.SIG_IGN),
        ("exit", 130),
    ]
    assert capsys.readouterr() == ("", "Stopped.\n")


def test_what_is_written_in_silence_is_not_seen():
    script = "import os; from epochwise.planning.endings import silence\n"
    script += "print('before', flush=True); silence(); print('after'); os.write(2, b'after')"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "before\n", "")


def test_nothing_that_was_said_is_lost_with_the_process(pressed, monkeypatch):
    for name in ("stdout", "stderr"):
        monkeypatch.setattr(sys, name, io.TextIOWrapper(io.BytesIO()))
    print("before")
    pressed(lambda: "Stopped.")
    written = [stream.buffer.getvalue() for stream in (sys.stdout, sys.stderr)]
    assert written == [b"before\n", b"Stopped.\n"]


def test_where_nobody_listens_any_more_it_ends_all_the_same(pressed, monkeypatch):
    closed = io.StringIO()
    closed.close()
    monkeypatch.setattr(sys, "stderr", closed)
    assert pressed(lambda: "Stopped.")[-1] == ("exit", 130)


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


def failure(*logs, rule="train"):
    said = {"rule_name": rule, "log": [f"{log} (check log file(s) for details)" for log in logs]}
    record = logging.LogRecord("a", logging.ERROR, "", 0, "Error in rule", (), None)
    record.__dict__.update(said)
    return record


@pytest.mark.parametrize(
    ("text", "age", "spoken"),
    [
        ("epoch 1\n", 0, False),
        ("epoch 1\nepochwise: a: has no rows.\n", 0, True),
        ("Traceback (most recent call last):\n", 0, True),
        ("epochwise: of an earlier run.\n", 1000, False),
        (None, 0, False),
    ],
)
def test_of_a_job_that_ended_without_a_word_it_is_said_what_that_means(tmp_path, text, age, spoken):
    said, log = [], tmp_path / "log"
    handler = WhenAJobFails(said.append)
    if text is not None:
        log.write_text(text)
        os.utime(log, (time.time() - age,) * 2)
    handler.emit(failure(log))
    handler.emit(logging.LogRecord("a", logging.ERROR, "", 0, "no job", (), None))
    assert len(said) == (not spoken)
    assert all(one.startswith("epochwise: train: the job ended without a word") for one in said)


def test_of_a_job_that_could_not_be_started_it_is_said_so(tmp_path):
    said = []
    handler = WhenAJobFails(said.append)
    for before in (
        "CalledProcessError in file a: died",
        "RuleException:\nOSError in file a, line 3:",
    ):
        handler.emit(logging.LogRecord("a", logging.ERROR, "", 0, before, (), None))
        handler.emit(failure(tmp_path / "log"))
    assert [one.split(": ")[2].split(";")[0] for one in said] == [
        "the job ended without a word",
        "the job could not be started",
    ]


def test_a_traceback_of_what_the_system_refused_becomes_a_sentence():
    logger, shown = logging.Logger("made"), []
    logger.addFilter(InASentence())
    logger.addHandler(
        SimpleNamespace(level=0, handle=lambda record: shown.append(record.getMessage()))
    )
    try:
        raise OSError(28, "No space left on device", "a % b")
    except OSError as error:
        logger.error("".join(traceback.format_exception(error)))
    logger.error("Traceback: %s", "KeyError")
    assert shown[0].startswith("epochwise: a % b: no space")
    assert shown[1] == "Traceback: KeyError"
    for words, advice in endings.ADVICE.items():
        logger.error(f"{words}: a % b")
        assert shown[-1].splitlines() == [f"{words}: a % b", advice]
