"""Studies with made-up loss tables, so that a figure's test knows what must be drawn."""

from collections.abc import Callable, Mapping
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from epochwise import parquet
from epochwise.columns import described, measured
from epochwise.data.partitions import PARTITIONS
from epochwise.study import yaml_files
from epochwise.study.study import Study, load
from epochwise.tables.results import Tables

Losses = Mapping[str, np.ndarray]
Run = Mapping[str, Any]
ROWS, ITERATIONS = 80, 4


def valley(run: Run) -> Losses:
    """Validation falls to its lowest point at epoch 30 and rises; a seed moves it up, not along."""
    epoch = np.arange(run["epochs"] + 1.0)
    lift = 1 + 0.05 * run["seed"] + 0.02 * run["fold"]
    validation = lift * (2 + (np.log1p(epoch) - np.log1p(30)) ** 2)
    return {"train_loss": 8 * np.exp(-epoch / 25) + 0.5, "validation_loss": validation}


def false_minimum(run: Run) -> Losses:
    """The valley with a hump before it, at which impatient criteria stop too early."""
    losses = valley(run)
    hump = 1 + 0.3 * np.exp(-(((np.arange(run["epochs"] + 1.0) - 12) / 3) ** 2))
    return {**losses, "validation_loss": losses["validation_loss"] * hump}


def with_accuracy(run: Run) -> Losses:
    """The valley, whose accuracy goes on rising."""
    share = 0.9 - 0.5 / (1 + np.arange(run["epochs"] + 1.0)) - 0.01 * run["seed"]
    return {**valley(run), "train_accuracy": share + 0.05, "validation_accuracy": share}


def with_test(run: Run) -> Losses:
    losses = valley(run)
    return {**losses, "test_loss": losses["validation_loss"] * 1.1}


def make(
    folder: Path,
    curves: Callable[[Run], Losses] = valley,
    *,
    name: str = "made",
    baseline: float | None = None,
    task: str = "regression",
    **study: Any,
) -> Tables:
    """Write a study and its loss table, and give the tables.

    `curves` gives the losses of a run, and whatever else is measured, (epochs + 1,) each, cut where
    it diverges; `baseline` is the validation loss of predicting the training mean.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.yaml"
    path.write_text(yaml_files.dump({"datasets": ["diabetes"], **study}), encoding="utf-8")
    made = load(path)
    results = folder / "results"
    results.mkdir(exist_ok=True)
    table = pa.concat_tables([run_table(made, run, curves(run)) for run in runs_of(made)])
    facts = {"tasks": dict.fromkeys(made.datasets, task), "folds": folds_of(made, baseline)}
    facts["epochs"] = made.resolved["training"]["epochs"]
    parquet.write(described(table, facts), results / "losses.parquet")
    return Tables(results, made)


def folds_of(study: Study, baseline: float | None) -> dict[str, dict[str, Any]]:
    """Say what is known of every fold."""
    known = {} if baseline is None else {"training_mean": {"validation_loss": baseline}}
    own = {"baselines": known, "rows": {"train": ROWS, "validation": ROWS // 4}}
    return {name: {str(f): own for f in study.folds(name)} for name in study.datasets}


def runs_of(study: Study) -> list[dict[str, Any]]:
    """List the runs in the order of the table."""
    runs = []
    for dataset in study.datasets:
        places = product(study.folds(dataset), study.backends, study.points().values(), study.seeds)
        for fold, backend, point, seed in places:
            run = {"dataset": dataset, "fold": fold, "backend": backend, "seed": seed}
            runs.append(run | {"epochs": point.values["epochs"], "swept": dict(point.swept)})
    return runs


def run_table(study: Study, run: Run, losses: Losses) -> pa.Table:
    """Write one run's rows."""
    rows = len(losses["validation_loss"])
    epoch = np.arange(rows)
    asked = run["swept"].get("batch_size", ROWS // ITERATIONS)
    size = ROWS if asked == "auto" else asked
    keys = {"dataset": run["dataset"], "fold": run["fold"], "backend": run["backend"]}
    keys |= {key: settled(study, key, value) for key, value in run["swept"].items()}
    columns = {key: [value] * rows for key, value in {**keys, "seed": run["seed"]}.items()}
    counts = {"epoch": epoch, "iteration": epoch * -(-ROWS // size), "samples": epoch * ROWS}
    table = pa.table({**columns, **counts, "rows_per_batch": np.full(rows, size)})
    others = [tuple(name.split("_", 1)) for name in losses if not name.endswith("_loss")]
    for partition, metric in [*((part, "loss") for part in PARTITIONS), *others]:
        field = measured(partition, metric)
        values = losses.get(field.name, pa.nulls(rows, field.type))
        table = table.append_column(field, pa.array(values, field.type))
    return table


def settled(study: Study, key: str, value: Any) -> Any:
    """Write a swept value with the one type that its column has."""
    kinds = {type(point.swept[key]) for point in study.points().values()}
    if len(kinds) == 1:
        return value
    return float(value) if kinds <= {int, float} else str(value)


def options(**changed: Any) -> dict[str, Any]:
    return {"width": "page", "title": None, "yscale": "log", **changed}


def words(figure: Any) -> str:
    """Join all that stands in a figure."""
    from matplotlib.text import Text

    return "\n".join(one.get_text() for one in figure.findobj(Text) if one.get_text())


def answered(tables: Tables) -> Tables:
    """Write the tables of the answers beside the loss table, and the summary of the runs."""
    import json

    from epochwise.answers import answer
    from epochwise.answers import tables as answers
    from epochwise.answers.settings import AnswerSettings
    from epochwise.answers.stopping import Patience
    from epochwise.tables import summary

    folder, losses = tables.folder, tables.losses
    settings, criteria = AnswerSettings.of(resamples=50), [Patience(n) for n in (2, 5, 10, 20)]
    computed = answers.compute(losses, settings, criteria)
    for name, table in computed.items():
        table.to_csv(folder / f"{name}.csv", index=False)
    names = {"study": tables.study.name, "losses": losses.named}
    found = answer.compute(computed, settings, **names)
    (folder / "answer.json").write_text(json.dumps(found), encoding="utf-8")
    summary.summarise(losses).to_csv(folder / "summary.csv", index=False)
    return Tables(folder, tables.study)
