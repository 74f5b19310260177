"""Print how often what the answers state is true: of trained populations, of synthetic ones, of cuts.

    python benchmarks/calibration.py [--studies 300] [--size 1.0] [--folder KEEP] [--figure FILE]

Populations of several hundred runs are trained as the workflow does; studies of 5, 10 and 30 units
are drawn from them, and what each states is compared with the population's mean curve, or of early
stopping with what it loses on fresh units. Tests run a
smaller version (`tests/answers/test_calibration.py`); docs/how-sure.md has the table.
"""

import os

os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"))

import sys
import tempfile
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any, TypeVar

import click
import numpy as np

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from epochwise.data import loading, standardise
from epochwise.plugins import registry
from epochwise.study import study as studies
from epochwise.study import yaml_files
from epochwise.training import problems
from epochwise.training.metrics import columns_of
from epochwise.training.segment import Segment
from helpers import train_whole
from populations import (
    ROUNDS,
    Population,
    Score,
    finite,
    grouped,
    linear_cuts,
    score,
    score_goal,
    synthetic,
)
from regrets import Regrets, regrets

GENERATED: dict[str, Any] = {
    "friedman1": {"rows": 200, "features": 10, "noise": 1.0},
    "moons": {"rows": 300, "noise": 0.3},
}
SEEDS: dict[str, dict[str, Any]] = {  # one cut: dataset, runs and what differs from the defaults
    "diabetes": {"runs": 400, "units": 32, "epochs": 300},
    "friedman1": {"runs": 400, "units": 32, "epochs": 500},
    "breast_cancer": {"runs": 300, "units": 16, "epochs": 120},
    "moons": {"runs": 300, "units": 32, "epochs": 300},
    "digits": {"runs": 120, "units": 32, "epochs": 150},
}
CUTS = {"diabetes": 60, "friedman1": 60, "breast_cancer": 60}  # hold-outs of 5 seeds each
FOLDS = {"diabetes": (5, 10), "friedman1": (10,)}  # k, each repeated 40 times


Found = TypeVar("Found", Score, Regrets)


@click.command()
@click.option("--studies", default=300, show_default=True, help="Drawn per population and size.")
@click.option("--size", default=1.0, show_default=True, help="Of the populations, as a factor.")
@click.option("--seed", default=2026, show_default=True, help="Of the draws.")
@click.option("--folder", type=click.Path(path_type=Path), help="Keep the populations here.")
@click.option("--figure", type=click.Path(path_type=Path), help="Draw the coverage to this file.")
def main(studies: int, size: float, seed: int, folder: Path | None, figure: Path | None) -> None:
    """Train the populations, draw studies, print the table."""
    found: dict[tuple[str, int], Score] = {}
    with tempfile.TemporaryDirectory() as scratch:
        every = [*trained(folder or Path(scratch), size), *synthetic(), linear_cuts()]
    print(
        f"{'population':24s} {'n':>3s}  interval  width  none | range  false |  loss   (all in %)"
    )
    for population in every:
        for count in population.sizes:
            found[population.name, count] = one = score(population, count, studies, seed)
            print(line(population.name, count, one), flush=True)
    print("studies that go on until 2 % is safe, with 5, 10, 20 or 30 units:")
    for population in every:
        if ROUNDS[-1] in population.sizes:
            goal = score_goal(population, studies, seed)
            print(
                f"{line(population.name, round(goal.units), goal.score)} | reached {goal.reached:.0%}"
            )
    for count in (5, 10, 30):
        of_size = [one for (_, units), one in found.items() if units == count]
        print(line("mean", count, mean(of_size)))
    early_stopping(every, studies, seed)
    if figure:
        draw(found, figure)


def line(name: str, count: int, one: Score) -> str:
    """Write a row of the table; ± is the Monte-Carlo standard error."""
    cover, false, loss = (
        f"{100 * share:5.1f}±{100 * Score.error(share, one.studies):.1f}"
        for share in (one.covered, one.false, one.loss)
    )
    return (
        f"{name:24s} {count:3d} {cover:>9s} {100 * one.width:6.0f} {100 * one.censored:5.0f} |"
        f" {100 * one.ranged:5.0f} {false:>9s} | {loss:>9s}"
    )


def mean(scores: list[Found]) -> Found:
    """Average over populations; the number of studies is that of all of them."""
    names = [field.name for field in fields(scores[0])][1:]
    total = sum(one.studies for one in scores)
    means = (float(np.nanmean([getattr(one, name) for one in scores])) for name in names)
    return type(scores[0])(total, *means)


def early_stopping(every: list[Population], studies: int, seed: int) -> None:
    """Print the regret that is stated of early stopping beside that of fresh units."""
    print(
        f"\n{'population':24s} {'n':>3s}  named  stated  fresh  below  saved | recommended  false   (%)"
    )
    found = [(one.name, n, regrets(one, n, studies, seed)) for one in every for n in one.sizes]
    for name, count, one in found:
        print(regret_line(name, count, one), flush=True)
    for count in (5, 10, 30):
        print(regret_line("mean", count, mean([one for _, n, one in found if n == count])))


def regret_line(name: str, count: int, one: Regrets) -> str:
    """Write a row of the table of early stopping."""
    return (
        f"{name:24s} {count:3d}  {100 * one.named:5.0f}  {one.stated:6.2f} {one.fresh:6.2f} "
        f"{100 * one.below:6.0f} {one.saved:6.1f} | {100 * one.recommended:11.0f} {100 * one.false:6.1f}"
    )


# ---- populations that are trained ----


def trained(folder: Path, size: float) -> Iterator[Population]:
    """Give the trained populations: seeds on one cut, cuts, whole k-folds, a long study."""
    for name, how in SEEDS.items():
        runs = max(40, round(size * how["runs"]))
        units = curves(folder, f"{name}_seeds", study(name, how, seeds=runs))
        yield finite(f"{name}, seeds", units[0])
    long = {"units": 128, "epochs": 5000, "rate": 0.001}
    units = curves(folder, "long_seeds", study("diabetes", long, seeds=max(20, round(60 * size))))
    yield finite("diabetes 5,000, seeds", units[0], sizes=(5, 10))
    for name, cuts in CUTS.items():
        parts = {"n_repeats": max(20, round(size * cuts))}
        own = study(name, SEEDS[name], seeds=5, partitions=parts)
        units = curves(folder, f"{name}_cuts", own).mean(axis=1)
        yield finite(f"{name}, cuts", units, rows={"train": 0.8, "validation": 0.2})
    for name, splits in FOLDS.items():
        for k in splits:
            repeats = max(10, round(size * 40))
            parts = {"method": "k_fold", "n_splits": k, "n_repeats": repeats}
            own = study(name, SEEDS[name], seeds=3, partitions=parts)
            units = curves(folder, f"{name}_{k}_folds", own).mean(axis=1)
            rows = {"train": 1 - 1 / k, "validation": 1 / k}
            yield grouped(f"{name}, {k}-fold", units.reshape(repeats, k, *units.shape[1:]), rows)


def study(name: str, how: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Write a study of one dataset."""
    parts = {"validation_size": 0.2} | more.pop("partitions", {})
    if parts.get("method") == "k_fold":
        del parts["validation_size"]
    return {
        "datasets": {name: GENERATED.get(name, {})},
        "network": {"hidden_layer_sizes": [how["units"]]},
        "training": {"epochs": how["epochs"], "learning_rate_init": how.get("rate", 0.003)},
        "partitions": parts,
        "figures": {},
        **more,
    }


def curves(folder: Path, name: str, text: dict[str, Any]) -> np.ndarray:
    """Train a study as the workflow's jobs do.

    Returns
    -------
    (folds, seeds, partitions, epochs) : validation and training losses, in this order.
    """
    folder.mkdir(parents=True, exist_ok=True)
    file, kept = folder / f"{name}.yaml", folder / f"{name}.npy"
    written = yaml_files.dump(text)
    if kept.is_file() and file.is_file() and file.read_text(encoding="utf-8") == written:
        return np.asarray(np.load(kept))
    file.write_text(written, encoding="utf-8")
    one = studies.load(file)
    (dataset,) = one.datasets
    sources = registry.load_all(ROOT / "plugins", "datasets")
    table, facts = loading.load(dataset, sources, one.datasets[dataset])
    found = np.array([of_fold(one, table, facts, fold) for fold in one.folds(dataset)])
    np.save(kept, found)
    return found


def of_fold(one: studies.Study, table: Any, facts: Any, fold: int) -> np.ndarray:
    """Train every seed on one fold; give validation and training losses (seeds, 2, epochs)."""
    parts = standardise.cut_rows(table, facts, one.resolved["partitions"], fold)
    arrays, scaler = standardise.standardise(table, facts, parts, one.resolved["standardise"])
    point = one.points()["default"]
    problem = problems.make(arrays, scaler, point.hyperparameters)
    segment = Segment(one.seeds, 0, point.values["epochs"], point.values["shuffle"])
    losses = train_whole("numpy", problem, segment)  # (epochs, seeds, columns)
    names = [str(column) for column in columns_of(problem)]
    return losses[..., [names.index("validation_loss"), names.index("train_loss")]].transpose(
        1, 2, 0
    )


def draw(found: dict[tuple[str, int], Score], out: Path) -> None:
    """Draw what is true of what is stated, against the number of units."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 2.6), layout="constrained")
    panels = {"covered": "Interval of the best epoch", "false": "False safe ranges", "loss": "Loss"}
    for axes, (quantity, title) in zip(figure.subplots(1, 3), panels.items(), strict=True):
        for name in dict.fromkeys(name for name, _ in found):
            sizes = [count for other, count in found if other == name]
            shares = [100 * getattr(found[name, count], quantity) for count in sizes]
            axes.plot(sizes, shares, marker="o", markersize=3, linewidth=0.7, alpha=0.7)
        axes.axhline(5 if quantity == "false" else 95, color="black", linewidth=0.8)
        axes.set(title=title, xlabel="Units", ylabel="% of studies", xticks=[5, 10, 30])
    figure.savefig(out, dpi=200)


if __name__ == "__main__":
    main()
