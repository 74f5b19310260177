"""Whether training gives the losses that stand in the loss table: some runs are trained again."""

import io
import random
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pyarrow.compute as pc
from threadpoolctl import threadpool_limits

from epochwise import parquet
from epochwise.arrays import Array
from epochwise.planning.blocks import Block
from epochwise.planning.plan import Plan
from epochwise.records.environment import environment
from epochwise.records.record import BESIDE, Shelf
from epochwise.training import training_job
from epochwise.training.segment import Segment
from epochwise.training.shared_files import rows_of
from epochwise.verification.finding import Finding

TOLERANCE = 1e-6  # relative, where processor or versions are others; see docs/agreement.md
TINY = float(np.finfo(float).tiny)


def check_runs(plan: Plan, plugins: Path, number: int) -> Iterator[Finding]:
    """Train some runs again, drawn at random, from their arrays on, and compare every loss.

    Parameters
    ----------
    plan : the study, planned where its results lie.
    plugins : the folder of plugins.
    number : how many.
    """
    runs = [(block, seed) for block in plan.up_to(plan.reached()) for seed in block.wanted]
    for block, seed in random.sample(runs, min(number, len(runs))):
        yield _check(plan, plugins, block, seed)


def _check(plan: Plan, plugins: Path, block: Block, seed: int) -> Finding:
    where = f"{block.dataset}, fold {block.fold}, {block.point.name}, {block.backend}, seed {seed}"
    then = _kept(plan, block, seed)
    if then is None or not (plan.work / block.dataset / f"fold-{block.fold}").is_dir():
        return Finding("training", "not checked", f"{where}: its files in {plan.work} are not here")
    with threadpool_limits(plan.threads, user_api="blas"):
        again = _train(plan, plugins, block, seed)[: len(then)]
        others = _difference(plan, block)
    if same_bits(then, again):
        return Finding(
            "training", "holds", f"{where}: {len(then):,} epochs, the same to the last bit"
        )
    apart = furthest(then, again)
    if not others or apart > TOLERANCE:
        return Finding(
            "training", "fails", f"{where}: losses differ by up to {apart:.2g} of themselves"
        )
    return Finding(
        "training",
        "holds",
        f"{where}: {len(then):,} epochs within {apart:.2g} of each loss ({TOLERANCE:g} is allowed where "
        f"the machine is another); made with {others[0]}, here {others[1]}",
    )


def same_bits(one: Array, other: Array) -> bool:
    """Tell whether two arrays are of one shape and the same to the last bit."""
    return one.shape == other.shape and one.tobytes() == other.tobytes()


def furthest(one: Array, other: Array) -> float:
    """Give the largest difference of two curves (epochs, losses) as a share of the loss; inf for two lengths."""
    if one.shape != other.shape:
        return float("inf")
    return float(np.max(np.abs(one - other) / np.maximum(np.abs(one), TINY), initial=0.0))


def _kept(plan: Plan, block: Block, seed: int) -> Array | None:
    """Read the losses of one run from its segments; (epochs, losses), None where these are not there."""
    folder = plan.block_folder(block)
    paths = [folder / f"{start}-{end}.parquet" for start, end in block.segments]
    if not all(path.is_file() for path in paths):
        return None
    parts = [_losses(path, seed, block.cell) for path in paths]
    return np.concatenate(parts)[: block.point.values["epochs"] + 1]


def _losses(path: Path, seed: int, cell: int | None) -> Array:
    table = rows_of(parquet.read(path), cell)
    rows = table.filter(pc.field("seed") == seed)
    return np.column_stack([parquet.array(rows[name]) for name in rows.column_names])


def _train(plan: Plan, plugins: Path, block: Block, seed: int) -> Array:
    values = block.point.values
    fold = plan.work / block.dataset / f"fold-{block.fold}"
    cell = training_job.Cell(
        arrays=str(fold / "arrays.npz"),
        scaler=str(fold / "scaler.json"),
        values=block.point.hyperparameters,
        segment=Segment([seed], 0, values["epochs"], values["shuffle"]),
        label=f"{block.backend}, seed {seed}, again",
        short=f"{block.backend} seed {seed}",
    )
    with TemporaryDirectory() as scratch:
        outputs = {name: f"{scratch}/{name}" for name in ("losses", "state", "timings")}
        training_job.run(
            [cell],
            state=None,
            plugins=plugins,
            backend=block.backend,
            threads=plan.threads,
            batches=plan.batch_sizes(block.dataset),
            made_from="",
            epoch_timeout=None,
            log=io.StringIO(),
            shared=Path(scratch, "progress"),
            outputs=outputs,
        )
        return _losses(Path(outputs["losses"]), seed, None)


def _difference(plan: Plan, block: Block) -> tuple[str, str] | None:
    """Say with what a block was trained and what this process has instead; None where it is all the same."""
    shelf, here = Shelf(), environment()
    for start, end in block.segments:
        record = shelf.read(plan.block_folder(block) / f"{start}-{end}.{BESIDE}")
        if record is None:
            return "what is not known", "this machine"
        for then, now in _pairs(record.environment, here):
            if then != now:
                return then, now
    return None


def _pairs(then: Mapping[str, Any], here: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Pair what decides about the last bits: then, and here."""
    kernels = [one for one in here["blas"] if one in then["blas"]] or here["blas"]
    yield ", ".join(then["blas"]), ", ".join(kernels)
    yield then["cpu"], here["cpu"]
    yield then["machine"], here["machine"]
    for name in then["packages"].keys() & here["packages"].keys():
        yield f"{name} {then['packages'][name]}", f"{name} {here['packages'][name]}"
