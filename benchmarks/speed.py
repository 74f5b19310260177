"""Print how fast the tutorial's study is, beside the tutorial's own loop: ratios from one run.

    python benchmarks/speed.py [--repeats 5] [--epochs 5000]

Where the time of the whole workflow goes, in CPU seconds on two busy cores, where the script took 15.1:
Snakemake itself 2.0, `load` 1.2, `standardise` 1.5 (each imports scikit-learn), training 5.4 with `sklearn`
and 2.5 with `numpy`, `losses` and `agreement` 1.0, `answers` 1.0, two figures 4.2, the page 1.0, five small
jobs 0.8, and 3 in the shells and starts between them. Eight jobs wait for each other (`load`, `standardise`, `train` with
`sklearn`, `losses`, `answers`, a figure, the page, the manifest); with Snakemake's start they take some 15
seconds however many cores there are: about the script's own time, of which training is a third and the rest
processes that start, import and draw.

With nothing to do, an empty workflow takes 1.03 CPU seconds and ours 1.3, of which importing jsonschema is 0.07 and
PyYAML 0.03; reading the schema was 0.04 and is 0.004.

The sides take turns; each ratio is the median over the repeats of (loop's seconds / ours). Beside each
stands how near it comes to the time that its matrix products would take at this core's peak.
"""

import os

os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"))

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import click
import numpy as np

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))

Sides = dict[str, Callable[[], None]]


def main() -> None:
    """Time every side in turn and print the table."""
    command()


@click.command()
@click.option("--repeats", default=5, show_default=True, help="How often each side runs.")
@click.option("--epochs", default=5000, show_default=True, help="Epochs of training.")
def command(repeats: int, epochs: int) -> None:
    """Measure the backends, the whole workflow, and a run with nothing to do."""
    with tempfile.TemporaryDirectory() as folder:
        training = seconds(training_sides(epochs), repeats)
        whole = seconds(workflow_sides(Path(folder), epochs), repeats)
        idle = seconds(idle_sides(Path(folder)), repeats)
    peak = gemm_peak()
    print(f"\nThis core's peak: {peak / 1e9:.1f} GFLOP/s in float64 matrix products.\n")
    table("the tutorial's loop", training, ideal=products(epochs) / peak)
    table("the tutorial's script", whole)
    table("an empty workflow", idle)


def training_sides(epochs: int) -> Sides:
    """Give the tutorial's loop and each backend under the host's loop, data in memory."""
    import tutorial
    from epochwise.plugins import registry
    from epochwise.training import host
    from epochwise.training.parameters import initial_state
    from epochwise.training.segment import Segment

    problem = tutorial_problem()

    def side(name: str) -> Callable[[], None]:
        trainer = registry.load_backend(ROOT / "plugins", name).value

        def run() -> None:
            segment = Segment([42], 0, epochs, "scikit_learn")
            start = trainer(problem, initial_state(problem, segment.seeds))
            host.train(name, start, problem, segment, np.ones(1, bool))

        return run

    return {
        "the tutorial's loop": lambda: void(tutorial.losses(epochs)),
        "numpy backend": side("numpy"),
        "sklearn backend": side("sklearn"),
    }


def tutorial_problem():  # type: ignore[no-untyped-def]  # the library is imported inside
    """Prepare the tutorial's data as the workflow does."""
    from epochwise.data import loading, standardise
    from epochwise.plugins import registry
    from epochwise.study import study
    from epochwise.training import problems

    one = study.load(ROOT / "config/studies/diabetes.yaml")
    sources = registry.load_all(ROOT / "plugins", "datasets")
    table, facts = loading.load("diabetes", sources, one.datasets["diabetes"])
    parts = standardise.cut_rows(table, facts, one.resolved["partitions"], 0)
    arrays, scaler = standardise.standardise(table, facts, parts, one.resolved["standardise"])
    return problems.make(arrays, scaler, one.points()["default"].hyperparameters)


SCRIPT = """
import sys
sys.path.insert(0, sys.argv[1])
import tutorial
import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
losses = tutorial.losses(int(sys.argv[2]))
plt.figure(figsize=(10, 6))
plt.plot(losses[:, 0], label="Training Loss", color="blue")
plt.plot(losses[:, 1], label="Validation Loss", color="orange")
plt.axvline(x=losses[:, 1].argmin(), linestyle="--", color="red", label="Minimum Validation Loss")
plt.xlabel("Epochs"); plt.ylabel("Loss"); plt.title("Training and Validation Loss")
plt.legend(); plt.grid(True); plt.yscale("log")
plt.savefig(sys.argv[3])
"""


def workflow_sides(folder: Path, epochs: int) -> Sides:
    """Give the tutorial as a script, and the whole workflow from a clean folder."""
    script, clone = folder / "tutorial_script.py", folder / "clone"
    script.write_text(SCRIPT, encoding="utf-8")
    tests, figure = str(ROOT / "tests"), str(folder / "figure.png")

    def workflow() -> None:
        shutil.rmtree(clone, ignore_errors=True)
        clone.mkdir()
        for name in ("workflow", "plugins", "profiles", "config", "Snakefile"):
            copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
            copy(ROOT / name, clone / name)
        study = clone / "config/studies/diabetes.yaml"
        text = study.read_text(encoding="utf-8")
        study.write_text(text.replace("epochs: 5000", f"epochs: {epochs}"), encoding="utf-8")
        call([sys.executable, "-m", "snakemake", "--cores", "4"], clone)

    python = [sys.executable, str(script), tests, str(epochs), figure]
    return {
        "the tutorial's script": lambda: call(python, folder),
        "snakemake --cores 4, cold": workflow,
    }


def idle_sides(folder: Path) -> Sides:
    """Give a workflow with one finished file, and ours with nothing to do."""
    empty = folder / "empty"
    empty.mkdir()
    (empty / "Snakefile").write_text("rule all:\n    input: 'done'\n", encoding="utf-8")
    (empty / "done").touch()
    run = [sys.executable, "-m", "snakemake", "--cores", "4"]
    return {
        "an empty workflow": lambda: call(run, empty),
        "snakemake, nothing to do": lambda: call(run, folder / "clone"),
    }


def call(command: list[str], folder: Path) -> None:
    """Run a command in a folder, silently; fail with what it printed."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(done.stdout + done.stderr)


def void(value: object) -> None:
    """Throw a value away."""


def seconds(sides: Sides, repeats: int) -> dict[str, list[float]]:
    """Time every side `repeats` times, in turn."""
    times: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(repeats):
        for name, run in sides.items():
            began = time.perf_counter()
            run()
            times[name].append(time.perf_counter() - began)
            print(f"{name}: {times[name][-1]:.2f} s", file=sys.stderr)
    return times


def table(base: str, times: dict[str, list[float]], ideal: float | None = None) -> None:
    """Print medians, the median ratio to the base, and the share of the ideal."""
    for name, taken in times.items():
        ratio = statistics.median(b / t for b, t in zip(times[base], taken, strict=True))
        share = f"  {ideal / statistics.median(taken):6.1%} of peak" if ideal else ""
        print(f"{name:28} {statistics.median(taken):8.2f} s  {ratio:6.2f}x{share}")
    print()


def products(epochs: int, rows: int = 353, validation: int = 89) -> float:
    """Count the operations of the matrix products: two passes forward, two products back."""
    forward = 2 * (10 * 128 + 128)
    train = rows * (2 * forward + 2 * 10 * 128 + 2 * 128 * 2)
    return float(epochs * (train + validation * forward))


def gemm_peak(size: int = 768) -> float:
    """Measure this core's best rate in a large matrix product, operations per second."""
    a = np.random.default_rng(0).normal(size=(size, size))
    best = min(timed(lambda: void(a @ a)) for _ in range(10))
    return 2 * size**3 / best


def timed(run: Callable[[], None]) -> float:
    """Time one call."""
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
