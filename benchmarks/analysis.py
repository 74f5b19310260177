"""Time and memory of the answers: 1,000 runs of 5,000 epochs, 19 criteria, one core.

    python benchmarks/analysis.py [--runs 1000] [--epochs 5000] [--configurations 10]

Makes such a loss table in a temporary folder, then reads and analyses it in a
process of its own, whose time and peak memory are printed.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from epochwise.columns import described, measured
from epochwise.parquet import column

FOLDS = 5


def make_table(runs: int, epochs: int, configurations: int, path: Path) -> None:
    """Write noisy curves that fall and rise again, a few of which diverge."""
    draw = np.random.default_rng(0)
    epoch = np.arange(epochs + 1)
    seeds = runs // configurations // FOLDS or 1
    parts = []
    for run in range(runs):
        fall = np.exp(-epoch / draw.uniform(0.05, 0.2) / epochs)
        noise = 1 + 0.01 * draw.standard_normal((3, epochs + 1))
        rise = np.array([[0.0], [0.3], [0.3]]) * (epoch / epochs) ** 2 * draw.uniform(0.2, 1)
        losses = (0.5 + fall + rise) * noise
        length = epochs + 1 if run % 100 else draw.integers(epochs // 2, epochs)
        labels = {
            "dataset": "made",
            "fold": run // seeds % FOLDS,
            "backend": "numpy",
            "learning_rate": 0.001 * (1 + run // seeds // FOLDS),
            "seed": run % seeds,
        }
        counts = {"epoch": epoch, "iteration": 10 * epoch, "samples": 1000 * epoch}
        counts["rows_per_batch"] = np.full(epochs + 1, 100)
        cells = {name: pa.repeat(value, epochs + 1) for name, value in labels.items()}
        cells |= {name: cells[name].dictionary_encode() for name in ("dataset", "backend")}
        table = pa.table(cells)
        for name, values in counts.items():
            table = table.append_column(name, [column(values)])
        for partition, values in zip(("train", "validation", "test"), losses, strict=True):
            table = table.append_column(measured(partition, "loss"), [column(values)])
        parts.append(table[:length])
    whole = described(
        pa.concat_tables(parts).unify_dictionaries(),
        {"tasks": {"made": "regression"}, "epochs": epochs},
    )
    pq.write_table(whole, path, compression="zstd")


def analyse(path: Path) -> None:
    """Read and analyse a table, and print what it took, step by step."""
    from epochwise.answers import answer, criteria, tables
    from epochwise.answers.describing import describe
    from epochwise.answers.prechelt import GeneralisationLoss, ProgressQuotient, UpStrips
    from epochwise.answers.settings import AnswerSettings
    from epochwise.answers.stopping import Patience
    from epochwise.tables.reading import LossTable

    registry = {
        "GL": GeneralisationLoss,
        "PQ": ProgressQuotient,
        "UP": UpStrips,
        "patience": Patience,
    }
    settings, replayed = AnswerSettings.of(), criteria.parse_criteria(None, registry)
    begin = time.perf_counter()
    losses = LossTable(path)
    runs = sum(len(curves.fold) for curves in losses.curves())
    reading = time.perf_counter() - begin
    found = tables.compute(losses, settings, replayed)
    said = describe(answer.compute(found, settings, study="made", losses=losses.named))
    total = time.perf_counter() - begin
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(said)
    print(
        f"{runs:,} runs, {len(found['best_epoch'])} configurations, "
        f"{len(replayed)} criteria: {total:.1f} s, of which reading {reading:.1f} s "
        f"({time.process_time():.1f} s of one core, imports too); "
        f"peak memory {peak:.2f} GiB"
    )


def main() -> None:
    """Make the table, then analyse it in a fresh process on one thread."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--epochs", type=int, default=5000)
    parser.add_argument("--configurations", type=int, default=10)
    parser.add_argument("--table", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.table:
        analyse(given.table)
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "losses.parquet"
        make_table(given.runs, given.epochs, given.configurations, path)
        one_thread = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"), "1")
        command = [sys.executable, __file__, "--table", str(path)]
        subprocess.run(command, check=True, env=os.environ | one_thread)


if __name__ == "__main__":
    main()
