"""What a person sees while training: one line on a terminal, plain lines in the log."""

import contextlib
import fcntl
import io
import json
import os
import shutil
import struct
import subprocess
import sys
import termios
from pathlib import Path

import numpy as np
import pytest

from epochwise.training.metrics import Column
from epochwise.training.progress import Progress
from epochwise.training.segment import Segment
from epochwise.training.terminal import CLEAR, duration, expect

pytestmark = pytest.mark.versions

COLUMNS = [Column("train", "loss"), Column("train", "accuracy"), Column("validation", "loss")]
SEGMENT = Segment([42], 0, 100, "never")
LOSSES = np.array([[2900.0, 0.5, 3400.5]])
NO_PROCESS = 2**22 + 1  # one more than the greatest number that Linux gives


class Screen:
    """A pseudo-terminal, and what was drawn on it."""

    def __init__(self, columns):
        self.outside, inside = os.openpty()
        fcntl.ioctl(inside, termios.TIOCSWINSZ, struct.pack("HHHH", 25, columns, 0, 0))
        os.set_blocking(self.outside, False)
        self.terminal = os.fdopen(inside, "w")

    def line(self):
        drawn = os.read(self.outside, 10_000).decode()
        return drawn.rpartition("\x1b[2K")[2]

    def close(self):
        self.terminal.close()
        os.close(self.outside)


@pytest.fixture
def screen(request):
    with contextlib.closing(Screen(getattr(request, "param", 150))) as made:
        yield made


@pytest.fixture
def clock(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    times = [0.0]
    monkeypatch.setattr("epochwise.training.progress.time.monotonic", lambda: times[0])
    return times


SHARED = Path("shared/progress")


def progress(terminal, log=None):
    words = "study: numpy, seeds 42", "numpy"
    return Progress(*words, SEGMENT, COLUMNS, log or io.StringIO(), SHARED, terminal)


def test_one_job_shows_epoch_losses_speed_and_time_left(clock, screen):
    watch = progress(screen.terminal)
    clock[0] = 2.0
    watch(20, LOSSES)
    assert screen.line() == (
        "study: numpy, seeds 42  epoch 20/100  8 s left  train 2900  validation 3400.5  10 epochs/s"
    )
    watch.close()
    assert screen.line() == ""


@pytest.mark.parametrize("screen", [30], indirect=True)
def test_a_narrow_terminal_cuts_the_line(clock, screen):
    watch = progress(screen.terminal)
    clock[0] = 2.0
    watch(20, LOSSES)
    assert screen.line() == "study: numpy, seeds 42  epoch"


def test_jobs_at_the_same_time_stand_side_by_side_and_the_dead_are_left_out(clock, screen):
    jobs = {
        os.getppid(): ["long", "sklearn 5/100 9 s left", 5, 100],
        NO_PROCESS: ["long", "killed", 7, 100],
    }
    SHARED.parent.mkdir()
    SHARED.write_text(json.dumps({"jobs": jobs}))
    watch = progress(screen.terminal)
    clock[0] = 2.0
    watch(20, LOSSES)
    assert sorted(screen.line().split("  |  ")) == [
        "numpy 20/100 8 s left",
        "sklearn 5/100 9 s left",
    ]
    watch.close()
    assert screen.line() == "long"


@pytest.fixture
def wall(monkeypatch):
    now = [1000.0]
    monkeypatch.setattr("epochwise.training.terminal.time.time", lambda: now[0])
    return now


def test_the_time_left_is_that_of_the_whole_run_where_more_is_to_come(clock, wall, screen):
    expect(SHARED, 400)
    first = progress(screen.terminal)  # of 100 epochs
    clock[0], wall[0] = 2.0, 1010.0
    first(20, LOSSES)
    assert screen.line().startswith("training 5%, about 3 min left  |  study: numpy, seeds 42  ")
    first(100, LOSSES)
    first.close()
    screen.line()
    wall[0] = 1030.0
    second = progress(screen.terminal)
    clock[0] = 4.0
    second(80, LOSSES)
    assert screen.line().startswith("training 45%, about 37 s left  |  study: ")


def test_the_last_job_of_a_run_tells_its_own_time_alone(clock, wall, screen):
    expect(SHARED, 100)
    watch = progress(screen.terminal)
    clock[0] = 2.0
    watch(20, LOSSES)
    assert screen.line().startswith("study: numpy")


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.2, "0 s"), (89.4, "89 s"), (91, "2 min"), (5000, "83 min"), (9000, "2.5 h")],
)
def test_a_duration_is_said_as_people_say_it(seconds, said):
    assert duration(seconds) == said


def test_a_job_killed_while_it_spoke_does_no_harm(clock, screen):
    SHARED.parent.mkdir()
    SHARED.write_text('{"jobs": {"12": ["lo')
    watch = progress(screen.terminal)
    clock[0] = 2.0
    watch(20, LOSSES)
    assert "epoch 20/100" in screen.line()


def test_a_log_file_gets_plain_lines_now_and_then_and_the_last(clock):
    log = io.StringIO()
    watch = progress(io.StringIO(), log)
    for epoch in range(101):
        clock[0] = epoch / 10
        watch(epoch, LOSSES)
    lines = log.getvalue().splitlines()
    assert [line.split()[5] for line in lines] == ["0/100", "50/100", "100/100"]
    assert "\x1b" not in log.getvalue()
    assert not SHARED.exists()


SAYING = """
import sys
from pathlib import Path
from epochwise.training.terminal import SharedLine
line = SharedLine(Path("shared"), sys.stderr)
while not Path("enough").exists():
    line.say("alone", 10 * sys.argv[1])
line.leave()
"""


def test_jobs_that_draw_at_once_show_each_other_and_never_mix(tmp_path, screen):
    command = [sys.executable, "-c", SAYING]
    jobs = [
        subprocess.Popen([*command, name], stderr=screen.terminal, cwd=tmp_path) for name in "ab"
    ]
    drawn, both = "", {"a" * 10, "b" * 10}
    going = True
    while going:
        going = any(job.poll() is None for job in jobs)  # what the last one said is read as well
        with contextlib.suppress(BlockingIOError):
            drawn += os.read(screen.outside, 10_000).decode()
        if all(
            drawn.count(f"  |  {name}") > 50 or drawn.count(f"{name}  |  ") > 50 for name in both
        ):
            (tmp_path / "enough").touch()
    assert [job.returncode for job in jobs] == [0, 0]
    texts = drawn.split(CLEAR)[1:]
    assert {part for text in texts for part in text.split("  |  ")} == {*both, "alone", ""}


def fails(*arguments):
    raise OSError("gone")


def a_lost_terminal(screen, monkeypatch):
    os.close(screen.outside)
    screen.outside = os.open(os.devnull, os.O_RDONLY)


def a_closed_terminal(screen, monkeypatch):
    screen.terminal.close()


def no_locks(screen, monkeypatch):
    monkeypatch.setattr("epochwise.file_lock.fcntl.flock", fails)


def no_fcntl(screen, monkeypatch):
    monkeypatch.setattr("epochwise.file_lock.fcntl", None)


def no_folder(screen, monkeypatch):
    SHARED.parent.touch()


def no_file(screen, monkeypatch):
    SHARED.mkdir(parents=True)


def no_space(screen, monkeypatch):
    monkeypatch.setattr("epochwise.training.terminal.json.dump", fails)


TROUBLES = [
    a_lost_terminal,
    a_closed_terminal,
    no_locks,
    no_fcntl,
    no_folder,
    no_file,
    no_space,
]


@pytest.mark.parametrize("when", ["before", "meanwhile"])
@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda one: one.__name__)
def test_whatever_happens_training_goes_on(clock, screen, monkeypatch, trouble, when):
    if when == "before":
        trouble(screen, monkeypatch)
    log = io.StringIO()
    watch = progress(screen.terminal, log)
    for epoch in (20, 60, 100):
        clock[0] += 10
        watch(epoch, LOSSES)
        if when == "meanwhile" and epoch == 20:
            shutil.rmtree(SHARED.parent, ignore_errors=True)
            trouble(screen, monkeypatch)
    watch.close()
    assert [line.split()[5] for line in log.getvalue().splitlines()] == [
        "20/100",
        "60/100",
        "100/100",
    ]


def test_without_a_terminal_the_log_is_written(clock):
    log = io.StringIO()
    watch = progress(None, log)
    watch(100, LOSSES)
    watch.close()
    assert "epoch 100/100" in log.getvalue()


def test_a_terminal_that_does_not_tell_its_size_has_eighty_columns(clock, screen, monkeypatch):
    monkeypatch.setattr("epochwise.training.terminal.os.get_terminal_size", fails)
    watch = progress(screen.terminal)
    clock[0] = 2.0
    watch(20, LOSSES)
    assert len(screen.line()) == 79


def test_a_full_disk_leaves_the_log_short(clock, screen):
    log = open("/dev/full", "w")  # noqa: SIM115  # only closing it may fail
    watch = progress(screen.terminal, log)
    for epoch in (20, 100):
        clock[0] += 10
        watch(epoch, LOSSES)
    watch.close()
    with pytest.raises(OSError, match="No space"):
        log.close()


SENSELESS = ["null", "[1, 2]", '"a"', '{"jobs": 2}', '{"jobs": {"x": []}}', '{"done": "a"}', "{"]


@pytest.mark.parametrize("text", [*SENSELESS, '{"jobs": {"1": 2}}', '{"jobs": {"1": ["a", "b"]}}'])
def test_a_file_that_makes_no_sense_does_no_harm(clock, screen, text):
    SHARED.parent.mkdir()
    SHARED.write_text(text)
    watch = progress(screen.terminal)
    clock[0] = 2.0
    watch(20, LOSSES)
    assert "epoch 20/100" in screen.line()


WATCHING = """
import io, sys
from pathlib import Path
import numpy as np
from epochwise.training.metrics import Column
from epochwise.training.progress import Progress
from epochwise.training.segment import Segment
columns = [Column("train", "loss")]
watch = Progress("", "", Segment([42], 0, 3, "never"), columns, io.StringIO(), Path("shared"))
watch.began = watch.next_line["terminal"] = -9.0
watch(1, np.ones((1, 1)))
input()
watch.next_line["terminal"] = -9.0
watch(2, np.ones((1, 1)))
assert watch.terminal is None
watch.close()
"""


def test_a_terminal_that_went_away_ends_no_job(tmp_path):
    screen = Screen(80)
    command = [sys.executable, "-c", WATCHING]
    terminal = screen.terminal
    job = subprocess.Popen(command, stdin=subprocess.PIPE, stderr=terminal, cwd=tmp_path, text=True)
    while not (tmp_path / "shared").exists() or not (tmp_path / "shared").stat().st_size:
        assert job.poll() is None
    screen.close()
    job.communicate("\n")
    assert job.returncode == 0
