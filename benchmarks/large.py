"""Print how one large run does on one core: its speed beside scikit-learn's, and its memory.

    python benchmarks/large.py [--rows 200000] [--epochs 20] [--repeats 3] [--threads 1]

100 features, 256x256 units, batches of 1,024 rows, float64. The sides take turns; each ratio is the median
over the repeats of (CPU seconds of `MLPRegressor.fit` / ours), with several threads of seconds. `fit` looks
at the losses of its batches alone, as the epoch goes. A study has the loss of every epoch on all rows: a
forward pass more, a third of the arithmetic besides. So the updates are timed alone, too, and a loop that
measures as we do: `partial_fit`, `predict`, `mean_squared_error`. And the products of matrices alone, without and
with those of the losses: no backend that calls BLAS can be faster. Memory is the peak of a process that does what
a training job does, beside the arrays that it reads.
"""

import os
import sys

THREADS = sys.argv[sys.argv.index("--threads") + 1] if "--threads" in sys.argv else "1"
os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), THREADS))

import io
import re
import statistics
import subprocess
import tempfile
import time
import warnings
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from itertools import pairwise
from pathlib import Path

import click
import numpy as np

from epochwise.data.standardise import Scaler
from epochwise.plugins.registry import load_backend
from epochwise.training import host, states, training_job
from epochwise.training.contract import Partition, Problem
from epochwise.training.defaults import hyperparameters
from epochwise.training.parameters import initial_state
from epochwise.training.randomness import BatchOrders
from epochwise.training.segment import Segment

PLUGINS = Path(__file__).parents[1] / "plugins"
FEATURES, UNITS, BATCH, VALIDATION = 100, (256, 256), 1024, 0.2
Side = Callable[[int], object]  # trains so many epochs from nothing


@click.command()
@click.option("--rows", default=200_000, show_default=True, help="Training rows.")
@click.option("--epochs", default=20, show_default=True)
@click.option("--repeats", default=3, show_default=True, help="How often each side runs.")
@click.option("--threads", default=1, show_default=True, help="Of BLAS.")
@click.option("--job", type=Path, hidden=True, help="Be the process of a training job.")
def main(rows: int, epochs: int, repeats: int, threads: int, job: Path | None) -> None:
    """Measure speed, then memory."""
    if job:
        print(peak_of_a_job(job, epochs, threads))
        return
    problem = make(rows)
    clock = time.process_time if threads == 1 else time.perf_counter
    taken: dict[str, list[float]] = {name: [] for name in SIDES}
    for _ in range(repeats):
        for name, side in SIDES.items():
            run = side(problem)
            began = clock()
            run(epochs)
            taken[name].append(clock() - began)
    for name, seconds in taken.items():
        base = taken["MLPRegressor.fit"]
        ratio = statistics.median(b / t for b, t in zip(base, seconds, strict=True))
        print(f"{name:44} {statistics.median(seconds):8.1f} s  {ratio:5.2f}x")
    with tempfile.TemporaryDirectory() as folder:
        print_memory(problem, Path(folder), threads)


def make(rows: int) -> Problem:
    """Draw a regression problem."""
    draw = np.random.default_rng(0)
    parts = {}
    for name, count in (("train", rows), ("validation", int(rows * VALIDATION))):
        x = draw.normal(size=(count, FEATURES))
        y = x[:, :5].sum(axis=1) + 2 * np.sin(x[:, 5]) + draw.normal(size=count)
        parts[name] = Partition(x, y[:, np.newaxis], y[:, np.newaxis])
    return Problem("regression", parts, hyperparameters(hidden_layer_sizes=UNITS, batch_size=BATCH))


def ours(problem: Problem) -> Side:
    """Train and measure as a study does."""
    trainer = load_backend(PLUGINS, "numpy").value(problem, initial_state(problem, [0]))
    return lambda epochs: host.train(
        "numpy", trainer, problem, Segment([0], 0, epochs, "every_epoch"), np.ones(1, bool)
    )


def updates(problem: Problem) -> Side:
    """Train, and measure nothing."""
    trainer = load_backend(PLUGINS, "numpy").value(problem, initial_state(problem, [0]))
    rows = len(problem.train.x)
    orders = BatchOrders("every_epoch", rows, problem.layer_sizes, "relu")

    def run(epochs: int) -> None:
        for epoch in range(1, epochs + 1):
            order = orders([0], epoch)
            trainer.run_epoch([order[:, i : i + BATCH] for i in range(0, rows, BATCH)])

    return run


def regressor(epochs: int):  # type: ignore[no-untyped-def]  # scikit-learn's
    """Make scikit-learn's network, which does not stop early."""
    from sklearn.neural_network import MLPRegressor

    never = {"tol": 0.0, "n_iter_no_change": 10**6}
    sizes = {"hidden_layer_sizes": UNITS, "batch_size": BATCH}
    return MLPRegressor(**sizes, max_iter=epochs, random_state=0, **never)


def fit(problem: Problem) -> Side:
    """Train with scikit-learn's `fit`."""
    regressor(1)  # imports it

    def run(epochs: int) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that it has not converged
            regressor(epochs).fit(problem.train.x, problem.train.y[:, 0])

    return run


def loop(problem: Problem) -> Side:
    """Train with scikit-learn's `partial_fit`, and measure."""
    from sklearn.metrics import mean_squared_error

    def run(epochs: int) -> None:
        model = regressor(epochs)
        for _ in range(epochs):
            model.partial_fit(problem.train.x, problem.train.y[:, 0])
            for part in problem.partitions.values():
                mean_squared_error(part.y, model.predict(part.x))

    return run


def products(problem: Problem, *, losses: bool) -> Side:
    """Multiply the matrices that an epoch multiplies, and do nothing else."""
    sizes = problem.layer_sizes
    weights = [np.ones(shape) for shape in pairwise(sizes)]
    rows = len(problem.train.x)
    layers = [np.ones((BATCH, size)) for size in sizes]
    deltas, gradients = [np.ones_like(one) for one in layers], [np.ones_like(w) for w in weights]

    def forward(x: np.ndarray) -> None:
        for place, weight in enumerate(weights):
            np.matmul(layers[place][: len(x)] if place else x, weight, layers[place + 1][: len(x)])

    def update(x: np.ndarray) -> None:
        forward(x)
        for place in reversed(range(len(weights))):
            given, delta = layers[place][: len(x)] if place else x, deltas[place + 1][: len(x)]
            np.matmul(given.T, delta, gradients[place])
            if place:
                np.matmul(delta, weights[place].T, deltas[place][: len(x)])

    def run(epochs: int) -> None:
        for _ in range(epochs):
            for first in range(0, rows, BATCH):
                update(problem.train.x[first : first + BATCH])
            for part in problem.partitions.values() if losses else ():
                for first in range(0, len(part.x), BATCH):
                    forward(part.x[first : first + BATCH])

    return run


SIDES: dict[str, Callable[[Problem], Side]] = {
    "MLPRegressor.fit": fit,
    "numpy backend, updates alone": updates,
    "  of them products of matrices": partial(products, losses=False),
    "partial_fit, predict, mean_squared_error": loop,
    "numpy backend, with every epoch's losses": ours,
    "  of it products of matrices": partial(products, losses=True),
}


def print_memory(problem: Problem, folder: Path, threads: int) -> None:
    """Run a training job in a process of its own; print its peak beside its arrays."""
    parts = problem.partitions.items()
    arrays = {f"{name}_{kind}": one for name, part in parts for kind, one in vars(part).items()}
    states.save(folder / "arrays.npz", arrays)
    counts = {name: len(part.x) for name, part in parts}
    Scaler("regression", [], counts).save(folder / "scaler.json")
    call = [sys.executable, __file__, "--job", str(folder), "--epochs", "1"]
    done = subprocess.run(
        [*call, "--threads", str(threads)], stdout=subprocess.PIPE, text=True, check=True
    )
    peak, own = float(done.stdout.split()[-1]), sum(one.nbytes for one in arrays.values()) / 1e6
    print(f"a training job: {peak:.0f} MB for arrays of {own:.0f} MB; {peak - own:.0f} MB besides")


def peak_of_a_job(folder: Path, epochs: int, threads: int) -> float:
    """Do what a training job does; give the peak of its memory in megabytes."""
    values = asdict(hyperparameters(hidden_layer_sizes=UNITS, batch_size=BATCH))
    del values["own"]
    cell = training_job.Cell(
        str(folder / "arrays.npz"),
        str(folder / "scaler.json"),
        values=values,
        segment=Segment([0], 0, epochs, "every_epoch"),
        label="large",
        short="large",
    )
    training_job.run(
        [cell],
        state=None,
        plugins=PLUGINS,
        backend="numpy",
        threads=threads,
        batches={"dataset": "large", "where": "large.yaml", "asked": []},
        made_from="",
        epoch_timeout=None,
        log=io.StringIO(),
        shared=folder / "progress",
        outputs={name: str(folder / name) for name in ("losses", "state", "timings")},
    )
    told = Path("/proc/self/status").read_text(encoding="utf-8")
    (kilobytes,) = re.findall(r"^VmHWM:\s+(\d+) kB", told, re.MULTILINE)  # since this program began
    return int(kilobytes) * 1024 / 1e6


if __name__ == "__main__":
    main()
