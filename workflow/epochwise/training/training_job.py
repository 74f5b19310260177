"""One training job: a block of seeds over one segment of epochs, of a point and fold or of several."""

import json
import os
import time
from collections.abc import Mapping, Sequence
from contextlib import closing, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TextIO

import numpy as np
import pyarrow as pa

from epochwise import parquet
from epochwise.arrays import Array
from epochwise.atomic_write import atomic_write
from epochwise.columns import measured, saying
from epochwise.data.standardise import read_scaler
from epochwise.errors import PluginError
from epochwise.plugins.honours import require_honoured
from epochwise.plugins.registry import Registered, load_backend
from epochwise.study import sharing
from epochwise.study.jobs import parse_seeds
from epochwise.training import host, problems, returned, states
from epochwise.training.baselines import baselines
from epochwise.training.blame import blamed, within
from epochwise.training.checkpoints import Checkpoint, Reached, checkpoints_of
from epochwise.training.contract import Problem, State, Trainer
from epochwise.training.handing_over import start
from epochwise.training.metrics import columns_of
from epochwise.training.parameters import initial_state, own_start
from epochwise.training.progress import Progress
from epochwise.training.rebuilding import require_rebuilt
from epochwise.training.segment import Segment
from epochwise.training.shared_files import join_cells, join_tables, split_cells
from epochwise.training.threads import use
from epochwise.training.time_limit import limited


@dataclass(frozen=True)
class Cell:
    """A point on a fold, as a job is to train it.

    Parameters
    ----------
    arrays, scaler : the fold's files.
    values : the point's hyperparameters, as they stand in the study.
    segment : which seeds and epochs.
    label, short : what the progress line calls it, in full and in a few words.
    """

    arrays: str
    scaler: str
    values: Mapping[str, Any]
    segment: Segment
    label: str
    short: str


def cells_of(
    at: Any, arrays: Sequence[str], scalers: Sequence[str], points: Sequence[Mapping[str, Any]]
) -> list[Cell]:
    """Give what a job trains, of which its files' names say what it is.

    Parameters
    ----------
    at : with the attributes dataset, fold, point, backend, seeds, start and end, all texts.
    arrays, scalers : the files of each fold.
    points : the ``hyperparameters`` of each point, and how it does ``shuffle``.
    """
    share = sharing.parse(at.fold, at.point)
    files = dict(zip(share.folds, zip(arrays, scalers, strict=True), strict=True))
    told = dict(zip(share.points, points, strict=True))
    stretch = parse_seeds(at.seeds), int(at.start), int(at.end)
    return [
        Cell(
            *files[fold],
            values=told[point]["hyperparameters"],
            segment=Segment(*stretch, told[point]["shuffle"]),
            label=f"{at.dataset}: {at.backend}, {point}, fold {fold}, seeds {at.seeds}",
            short=f"{at.backend} {point} seeds {at.seeds}",
        )
        for fold, point in share.cells
    ]


@dataclass(frozen=True)
class Trained:
    """What a cell leaves: the rows of its segment, its end state and its times."""

    losses: pa.Table
    state: State
    times: Mapping[str, float]


@dataclass(frozen=True)
class Job:
    """What the cells of a job have in common; see `run`."""

    found: Registered
    batches: Mapping[str, Any]
    epoch_timeout: float | None
    log: TextIO
    shared: Path


def run(
    cells: Sequence[Cell],
    state: str | None,
    plugins: Path,
    backend: str,
    threads: int,
    batches: Mapping[str, Any],
    made_from: str,
    epoch_timeout: float | None,
    log: TextIO,
    shared: Path,
    outputs: Mapping[str, str],
) -> None:
    """Train one segment of each cell and write its losses, its end state and its times.

    Parameters
    ----------
    cells : what is trained, one after the other; the files of several hold all of them, see `epochwise.training.shared_files`.
    state : the file that the segment before left; None at epoch 0.
    plugins : the folder of plugins.
    threads : how many the job computes with.
    batches : what `problems.check_batch_sizes` needs, of all points of the study.
    made_from : a digest of all that the results follow from; see `recording.Inputs.identity`.
    epoch_timeout : seconds that an epoch may take; None for no limit.
    shared : see `Progress`.
    outputs : files for ``losses``, ``state`` and ``timings``.
    """
    began = time.perf_counter()
    # absolute, as a backend may change the working directory
    outputs = {kind: os.path.abspath(path) for kind, path in outputs.items()}
    use(threads)
    job = Job(load_backend(plugins, backend), batches, epoch_timeout, log, shared.absolute())
    before = split_cells(states.load(state), len(cells)) if state else [None] * len(cells)
    kept = checkpoints_of(outputs["state"], len(cells), made_from, log)
    trained = []
    for cell, state_before, checkpoint in zip(cells, before, kept, strict=True):
        with within(cell.label) if len(cells) > 1 else nullcontext():
            trained.append(_train(job, cell, state_before, checkpoint, began))
        began = time.perf_counter()
    states.save(outputs["state"], join_cells([one.state for one in trained]))
    parquet.write(join_tables([one.losses for one in trained]), outputs["losses"])
    _write_times(outputs["timings"], [one.times for one in trained])
    for checkpoint in kept:
        checkpoint.remove()


def _train(
    job: Job, cell: Cell, before: State | None, checkpoint: Checkpoint, began: float
) -> Trained:
    """Train one cell.

    Parameters
    ----------
    before : the state that the segment before left; None at epoch 0.
    began : when, as `time.perf_counter` has it.
    """
    found, segment = job.found, cell.segment
    fold = read_scaler(cell.scaler)
    problems.check_batch_sizes(fold.rows["train"], **job.batches)
    problem = problems.make(states.load(cell.arrays), fold, cell.values, found.hyperparameters)
    fresh = initial_state(problem, segment.seeds) if found.definition else own_start(segment.seeds)
    reached = checkpoint.load() or _start(before or fresh, segment)
    require_honoured(found, {"task": problem.task}, {})
    with blamed(found.name):
        trainer = start(found, problem, reached.state)
        returned.state(found.name, trainer, fresh)  # so that a mistake is told before any training
        ready, rest = time.perf_counter(), replace(segment, start=reached.epoch)
        at_once = host.stands_every(trainer, problem, rest)
        watch = Progress(cell.label, cell.short, rest, columns_of(problem), job.log, job.shared)
        part = cell.label if checkpoint.of_several else ""
        limit = limited(found.name, job.epoch_timeout, rest.start, at_once, job.log, part)
        with closing(watch), limit as count:

            def keep(epoch: int, curves: Array, going: Array) -> None:
                count.set(epoch)
                checkpoint.keep(trainer, epoch, curves, going)

            curves, going = host.train(
                found.name, trainer, problem, rest, reached.going, watch, keep
            )
        done = time.perf_counter()
        left = end_state(found.name, trainer, problem, segment, going, fresh)
        left = {name: np.array(one) for name, one in left.items()}  # what the trainer cannot change
        checkpoint.keep_whole(trainer, segment.end, curves, going)
        if segment.start == 0 and going.any():
            kept, _ = split_state(left, segment)
            require_rebuilt(found, trainer, problem, segment, kept)
    curves = np.concatenate([reached.curves, curves]) if len(reached.curves) else curves
    times = {
        "start_up_seconds": ready - began,
        "training_seconds": done - ready,
        "epochs_trained": (rest.end - rest.start) * len(rest.seeds),
    }
    return Trained(segment_table(problem, segment, curves), left, times)


def _start(state: State, segment: Segment) -> Reached:
    """Give what a segment starts from: the state that the one before left, or untrained networks."""
    kept, going = split_state(state, segment)
    return Reached(segment.start, np.empty(0), going, kept)


def split_state(whole: State, segment: Segment) -> tuple[State, Array]:
    """Give the trainer's part of a state that was kept, and which runs still go, (seeds,) bool."""
    kept = {**whole}
    going = kept.pop("going", np.ones(len(segment.seeds), bool)).astype(bool)
    return kept, going


def segment_table(problem: Problem, segment: Segment, curves: Array) -> pa.Table:
    """Make the rows of one segment.

    Parameters
    ----------
    curves : (epochs, seeds, columns) losses, NaN where a run has diverged.

    Returns
    -------
    table of seed, epoch, iteration, samples, rows per batch and the losses, sorted by seed and
        epoch, without the rows of diverged runs; it says its task, the rows of each partition
        and what constants reach there, and its columns what they are.
    """
    epochs = np.array(segment.epochs())
    seed, epoch = np.repeat(segment.seeds, len(epochs)), np.tile(epochs, len(segment.seeds))
    losses = curves.transpose(1, 0, 2).reshape(len(seed), -1)  # (runs x epochs, columns)
    finite = np.isfinite(losses).all(axis=1)
    counts = {
        "seed": seed,
        "epoch": epoch,
        "iteration": epoch * problem.iterations_per_epoch,
        "samples": epoch * len(problem.train.x),
        "rows_per_batch": np.full(len(seed), problem.hyperparameters.batch_size),
    }
    table = parquet.table({name: values[finite] for name, values in counts.items()})
    for column, values in zip(columns_of(problem), losses.T, strict=True):
        table = table.append_column(measured(*column), [parquet.column(values[finite])])
    rows = {name: len(part.x) for name, part in problem.partitions.items()}
    facts = {"rows": rows, "baselines": baselines(problem)}
    return table.replace_schema_metadata(saying({"task": problem.task, "fold": facts}))


def end_state(
    name: str,
    trainer: Trainer,
    problem: Problem,
    segment: Segment,
    going: Array,
    fresh: State,
) -> State:
    """Give what the next segment needs, checked: the trainer's state and which runs still go.

    Parameters
    ----------
    fresh : the state of untrained networks, of which nothing may be missing.

    Raises
    ------
    PluginError
        Where the state is not that of the segment's end.
    """
    state = returned.state(name, trainer, fresh)
    updates = segment.end * problem.iterations_per_epoch
    if going.any() and int(state["iteration"]) != updates:
        raise PluginError(
            f"backend {name!r}: state()['iteration'] is {int(state['iteration'])} after "
            f"{updates} updates; count one for every batch."
        )
    return state | {"going": going}


def _write_times(path: str, each: Sequence[Mapping[str, float]]) -> None:
    told = {"cells": each} if len(each) > 1 else each[0]
    with atomic_write(path) as beside:
        beside.write_text(json.dumps(told) + "\n", encoding="utf-8")
