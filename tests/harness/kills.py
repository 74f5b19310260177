"""A run, or one of its jobs, is killed."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from functools import partial
from random import Random

import psutil

from harness.lab import Fault, Lab, Point
from harness.outcomes import Outcome
from harness.small_study import Running


def everything(running: Running) -> None:
    """SIGKILL the run and all its jobs, as a power cut does."""
    running.kill()


def the_run_alone(running: Running) -> None:
    """SIGKILL the run; its jobs go on."""
    os.kill(running.process.pid, signal.SIGKILL)


def ctrl_c(running: Running) -> None:
    """SIGINT the run."""
    os.kill(running.process.pid, signal.SIGINT)


def asked_to_end(running: Running) -> None:
    """SIGTERM the run."""
    os.kill(running.process.pid, signal.SIGTERM)


def a_job(running: Running) -> None:
    """SIGKILL a job, as the system does for want of memory."""
    while running.process.poll() is None:
        children = psutil.Process(running.process.pid).children(recursive=True)
        jobs = [one for one in children if one.name().startswith("python")]
        if jobs:
            jobs[-1].kill()
            return
        time.sleep(0.02)


WAYS: dict[str, Callable[[Running], None]] = {
    "SIGKILL of a job": a_job,
    "SIGKILL of the run and its jobs": everything,
    "SIGINT of the run": ctrl_c,
    "SIGTERM of the run": asked_to_end,
    "SIGKILL of the run alone": the_run_alone,
}


def kill(lab: Lab, way: str, share: float, seconds: float) -> Outcome:
    """Kill some seconds after a share of the files has been made."""
    files = share * len(lab.done().contents())
    small = lab.new()
    running = small.start(*lab.asked(False))
    while running.process.poll() is None and len(small.contents()) < files:
        time.sleep(0.1)
    time.sleep(seconds)
    if running.process.poll() is None:
        WAYS[way](running)
    return lab.settle(small, running.ended(), mute="of the run" in way and "SIGINT" not in way)


def points(lab: Lab, random: Random) -> Iterator[Point]:
    while True:
        for way in WAYS:
            share, seconds = random.uniform(0, 0.95), random.uniform(0, 2)
            name = f"{way}, {seconds:.1f} s after {share:.0%} of the files were made"
            yield name, partial(kill, lab, way, share, seconds)


FAULT = Fault(
    "kills", "SIGKILL, SIGTERM and Ctrl-C of a run, SIGKILL of a job, at any moment", points
)
