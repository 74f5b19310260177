"""Print what many runs cost beyond their training: ratios from one run.

    python benchmarks/many_runs.py [--repeats 3] [--seeds 30] [--epochs 200]

The study: Diabetes, 6 points x 30 seeds x 5 folds = 900 runs of 200 epochs, by the numpy backend. The
whole workflow on two cores takes turns with the bare loop: two processes that share the same runs
between them, each doing nothing but to draw the batches, train, and measure the losses of every
epoch. Then the time per seed of 30 seeds in one job beside one seed alone.
"""

import os

os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"))

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import click
import numpy as np

ROOT = Path(__file__).parent.parent
CORES = 2
STUDY = """
datasets: [diabetes]
partitions: {{method: k_fold, n_splits: 5}}
network: {{hidden_layer_sizes: [100]}}
training: {{epochs: {epochs}}}
seeds: {seeds}
sweep:
  batch_size: [32, 200]
  learning_rate_init: [1e-4, 1e-3, 1e-2]
"""


@click.command()
@click.option("--repeats", default=3, show_default=True, help="How often each side runs.")
@click.option("--seeds", default=30, show_default=True, help="Seeds of every point and fold.")
@click.option("--epochs", default=200, show_default=True, help="Epochs of every run.")
@click.option("--share", type=int, hidden=True, help="Be one process of the bare loop.")
def main(repeats: int, seeds: int, epochs: int, share: int | None) -> None:
    """Time the workflow against the bare loop, and 30 seeds against one."""
    with tempfile.TemporaryDirectory() as folder:
        project = copy_project(Path(folder), STUDY.format(seeds=seeds, epochs=epochs))
        if share is not None:
            Loop(project).share(share)
            return
        compare(project, repeats, seeds, epochs)
        per_seed(Loop(project), repeats, seeds)


def copy_project(folder: Path, study: str) -> Path:
    """Copy what a run needs, with the study as its only one."""
    for name in ("workflow", "plugins", "profiles", "config"):
        shutil.copytree(ROOT / name, folder / name)
    shutil.copy(ROOT / "Snakefile", folder)
    (folder / "config/studies/many.yaml").write_text(study, encoding="utf-8")
    return folder


def compare(project: Path, repeats: int, seeds: int, epochs: int) -> None:
    """Let the sides take turns and print their times and ratios."""
    tables = [f"results/many/{name}" for name in ("losses.csv", "summary.csv")]
    sides: dict[str, list[Seconds]] = {"bare loop": [], "to the tables": [], "everything": []}
    for _ in range(repeats):
        shutil.rmtree(project / "results", ignore_errors=True)
        sides["bare loop"].append(timed(partial(bare, seeds, epochs)))
        sides["to the tables"].append(timed(partial(workflow, project, *tables)))
        rest = timed(partial(workflow, project))
        sides["everything"].append(sides["to the tables"][-1] + rest)
    runs = 6 * 5 * seeds
    print(f"\n{runs} runs of {epochs} epochs on {CORES} cores, median of {repeats}:\n")
    print("| side | seconds | ratio | CPU seconds | ratio |\n|---|---|---|---|---|")
    for name, times in sides.items():
        seconds = np.median(times, axis=0)
        ratios = np.median(np.divide(times, sides["bare loop"]), axis=0)
        cells = [f"{one:.1f} | {ratio:.2f}" for one, ratio in zip(seconds, ratios, strict=True)]
        print(f"| {name} | {' | '.join(cells)} |", flush=True)


Seconds = np.ndarray  # (2,): by the clock, and of the cores by this process and its children


def timed(call: Callable[[], None]) -> Seconds:
    """Time a call; the cores' seconds stay the same where other programs take turns."""
    began = now()
    call()
    return now() - began


def now() -> Seconds:
    """Give the time by both clocks."""
    used = os.times()
    return np.array([time.perf_counter(), sum(used[:4])])


def workflow(project: Path, *targets: str) -> None:
    """Run the workflow."""
    command = [sys.executable, "-m", "snakemake", "--cores", str(CORES), *targets]
    subprocess.run(
        [*command, "--config", "studies=many"],
        cwd=project,
        env=os.environ | {"PYTHONPATH": "workflow"},
        check=True,
        capture_output=True,
    )


def bare(seeds: int, epochs: int) -> None:
    """Start one process per core, and wait for all."""
    shares = [["--share", str(core)] for core in range(CORES)]
    options = ["--seeds", str(seeds), "--epochs", str(epochs)]
    started = [subprocess.Popen([sys.executable, __file__, *options, *share]) for share in shares]
    codes = [process.wait() for process in started]
    assert not any(codes)


class Loop:
    """The numpy backend's loop with its data in memory, and nothing around it."""

    def __init__(self, project: Path) -> None:
        from epochwise.plugins import registry
        from epochwise.study import study

        self.project = project
        self.study = study.load(project / "config/studies/many.yaml")
        self.backend = registry.load_backend(project / "plugins", "numpy").value

    def problems(self) -> Iterator[Any]:
        """Make the problem of every fold and point."""
        from epochwise.data import loading, standardise
        from epochwise.plugins import registry
        from epochwise.training import problems

        sources = registry.load_all(self.project / "plugins", "datasets")
        table, facts = loading.load("diabetes", sources, self.study.datasets["diabetes"])
        rules = self.study.resolved
        for fold in self.study.folds("diabetes"):
            rows = standardise.cut_rows(table, facts, rules["partitions"], fold)
            arrays, scaler = standardise.standardise(table, facts, rows, rules["standardise"])
            for point in self.study.points().values():
                yield problems.make(arrays, scaler, point.hyperparameters)

    def train(self, problem: Any, seeds: list[int]) -> None:
        """Train some seeds and measure every epoch."""
        from epochwise.training import host
        from epochwise.training.parameters import initial_state
        from epochwise.training.segment import Segment

        values = self.study.resolved["training"]
        segment = Segment(seeds, 0, values["epochs"], values["shuffle"])
        trainer = self.backend(problem, initial_state(problem, seeds))
        host.train("numpy", trainer, problem, segment, np.ones(len(seeds), bool))

    def share(self, core: int) -> None:
        """Train what falls to one core, run by run."""
        for number, problem in enumerate(self.problems()):
            for seed in self.study.seeds if number % CORES == core else []:
                self.train(problem, [seed])


def per_seed(loop: Loop, repeats: int, seeds: int) -> None:
    """Print the time per seed of many seeds in a job against one seed alone."""
    print(
        f"\nCPU seconds per seed, {seeds} seeds in a job against one alone, median of {repeats}:\n"
    )
    print("| batch size | together | alone | ratio |\n|---|---|---|---|")
    for problem in list(loop.problems())[:6:3]:
        together, alone = [], []
        for _ in range(repeats):
            each = [timed(partial(loop.train, problem, [seed]))[1] for seed in range(seeds)]
            alone.append(statistics.mean(each))
            together.append(timed(partial(loop.train, problem, list(range(seeds))))[1] / seeds)
        ratio = statistics.median(t / a for t, a in zip(together, alone, strict=True))
        times = f"{statistics.median(together):.4f} | {statistics.median(alone):.4f}"
        print(f"| {problem.hyperparameters.batch_size} | {times} | {ratio:.2f} |")


if __name__ == "__main__":
    main()
