"""Checkpoints: a job that is stopped goes on where it was, to the same bytes, and only its own."""

import io
import json
from pathlib import Path

import numpy as np
import pytest

from epochwise.training import checkpoints, host, states
from epochwise.training.segment import Segment
from helpers import require

SEGMENT = Segment([3, 5], 0, 12, "every_epoch")


class Stopped(BaseException):
    """What a signal does to a job."""


@pytest.fixture
def at_every_epoch(monkeypatch):
    monkeypatch.setattr(checkpoints, "SECONDS", 0.0)
    monkeypatch.setattr(checkpoints, "SHARE", np.inf)
    monkeypatch.setattr(host, "STRETCH", 4)


@pytest.fixture
def stop_at(monkeypatch):
    """Have jobs stop after an epoch; give the epochs that were trained."""
    trained = []

    def watch(progress, epoch, losses):
        trained.append(epoch)
        if epoch == watch.last:
            raise Stopped

    def stop(epoch):
        watch.last = epoch
        trained.clear()
        return trained

    monkeypatch.setattr("epochwise.training.progress.Progress.__call__", watch)
    return stop


def contents(files):
    return [Path(files[name]).read_bytes() for name in ("losses", "state")]


def checkpoint_of(files):
    return checkpoints.path_of(files["state"])


@pytest.mark.usefixtures("at_every_epoch")
@pytest.mark.parametrize(
    "backend",
    ["numpy", "sklearn", pytest.param("jax", marks=pytest.mark.long)],  # jax: in stretches
)
def test_a_job_that_was_stopped_goes_on_to_the_same_bytes(job, stop_at, backend, tmp_path):
    require(backend)
    stop_at(None)
    whole = contents(job(SEGMENT, backend=backend, made_from="this"))
    trained = stop_at(10)
    with pytest.raises(Stopped):
        job(SEGMENT, backend=backend, made_from="this")
    (left,) = tmp_path.glob("*.checkpoint.npz")
    reached = checkpoints.epoch_of(left)
    assert reached in (8, 9)  # compiled loops stand at the ends of their stretches alone
    trained = stop_at(None)
    files = job(SEGMENT, backend=backend, made_from="this")
    assert trained == list(range(reached + 1, 13))
    assert contents(files) == whole
    assert json.loads(Path(files["timings"]).read_text())["epochs_trained"] == 2 * (12 - reached)
    assert not left.exists()


@pytest.mark.usefixtures("at_every_epoch")
def test_a_job_that_is_stopped_twice_in_a_later_segment_with_a_run_that_diverged(job, stop_at):
    stop_at(None)
    first = job(Segment([3, 5], 0, 4, "never"))["state"]
    states.save(first, states.load(first) | {"going": np.array([True, False])})
    later = Segment([3, 5], 4, 12, "never")
    whole = contents(job(later, first))
    for epoch in (7, 10):
        stop_at(epoch)
        with pytest.raises(Stopped):
            job(later, first)
    trained = stop_at(None)
    assert contents(job(later, first)) == whole
    assert trained == [10, 11, 12]


CELLS = ({"alpha": 0.0}, {"alpha": 0.1}, {"alpha": 0.2})


@pytest.mark.usefixtures("at_every_epoch")
def test_a_job_of_several_cells_goes_on_in_the_one_that_it_was_stopped_in(
    job, monkeypatch, tmp_path
):
    whole = contents(job(SEGMENT, cells=CELLS))
    trained: list[int] = []

    def watch(progress, epoch, losses):
        trained.append(epoch)
        if len(trained) == stop_after:
            raise Stopped

    monkeypatch.setattr("epochwise.training.progress.Progress.__call__", watch)
    stop_after = 13 + 8  # of the first cell epochs 0 to 12, of the second 0 to 7
    with pytest.raises(Stopped):
        job(SEGMENT, cells=CELLS)
    left = sorted(path.name for path in tmp_path.glob("*checkpoint*"))
    assert left == [f"0-12-state.checkpoint-{cell}.npz" for cell in (0, 1)]
    trained.clear()
    stop_after = None
    files = job(SEGMENT, cells=CELLS)
    assert trained == [*range(7, 13), *range(13)]
    assert contents(files) == whole
    assert not list(tmp_path.glob("*checkpoint*"))


def test_a_short_job_of_several_cells_keeps_no_checkpoint(job, tmp_path, monkeypatch):
    saved = []
    save = states.save
    monkeypatch.setattr(states, "save", lambda path, each: (saved.append(path), save(path, each)))
    job(SEGMENT, cells=CELLS)
    assert len(saved) == 1


@pytest.mark.usefixtures("at_every_epoch")
@pytest.mark.parametrize("damage", ["made of something else", "cut short", "no archive"])
def test_another_jobs_checkpoint_or_a_damaged_one_is_not_used(job, stop_at, tmp_path, damage):
    stop_at(8)
    with pytest.raises(Stopped):
        job(SEGMENT, made_from="this")
    (left,) = tmp_path.glob("*.checkpoint.npz")
    left.write_bytes(
        {"cut short": left.read_bytes()[:500], "no archive": b"no"}.get(damage) or left.read_bytes()
    )
    trained, log = stop_at(None), io.StringIO()
    job(SEGMENT, made_from="that" if "else" in damage else "this", log=log)
    assert trained == list(range(13))
    assert ("is damaged and not used" in log.getvalue()) == ("else" not in damage)
    assert not left.exists()


@pytest.mark.usefixtures("at_every_epoch")
def test_a_full_disk_costs_the_checkpoint_and_not_the_training(job, stop_at, monkeypatch):
    stop_at(None)
    save = states.save

    def full(path, arrays):
        if "checkpoint" in str(path):
            raise OSError(28, "No space left on device")
        save(path, arrays)

    monkeypatch.setattr(states, "save", full)
    log = io.StringIO()
    assert checkpoint_of(job(SEGMENT, log=log)).exists() is False
    assert "no checkpoint was kept at epoch 1 ([Errno 28] No space left" in log.getvalue()


def test_a_checkpoint_is_written_every_few_seconds_and_rarer_where_it_takes_long(
    monkeypatch, tmp_path
):
    clock, saved = [0.0], []
    monkeypatch.setattr(checkpoints.time, "monotonic", lambda: clock[0])

    def slow(path, arrays):
        saved.append(clock[0])
        clock[0] += 0.5

    monkeypatch.setattr(states, "save", slow)
    keeping = checkpoints.Checkpoint(tmp_path / "c.npz", "this", io.StringIO())

    class Trainer:
        def state(self):
            return {}

    for second in range(60):
        clock[0] = max(clock[0], float(second))
        keeping.keep(Trainer(), second, np.zeros((1, 1, 1)), np.ones(1, bool))
    assert saved == [10.0, 36.0]  # half a second is 2 % of 25
