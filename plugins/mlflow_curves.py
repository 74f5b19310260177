"""What MLflow keeps: a SQLite file, as it does by default since 3.7, or a folder `mlruns` of files."""

import math
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from epochwise.api import (
    CurvesError,
    Floats,
    Logged,
    counted,
    hookimpl,
    join_series,
    several,
    stack_runs,
    take_losses,
    unknown,
)

MAGIC = b"SQLite format 3\0"
LARGEST = 1.7976931348623157e308  # what a store writes for infinity
QUERY = """
SELECT runs.run_uuid, runs.name, metrics.key, metrics.step, metrics.value, metrics.is_nan
FROM metrics JOIN runs USING (run_uuid) JOIN experiments USING (experiment_id)
WHERE runs.lifecycle_stage = 'active' AND (:experiment IS NULL OR experiments.name = :experiment)
ORDER BY runs.start_time, runs.run_uuid, metrics.timestamp
"""
Row = tuple[str, str, str, float, float]  # id and name of the run, metric, step, value


@hookimpl
def register_curves(register: Callable[..., None]) -> None:
    """Announce the reader."""
    register("mlflow", read, recognises=recognises)


def recognises(path: Path, head: bytes) -> float:
    """Tell a database by its first bytes, and a folder by that of a run in it."""
    if path.is_dir():
        return 0.7 if database(path) or next(metric_folders(path), None) else 0.0
    return 0.7 if head.startswith(MAGIC) else 0.0


def database(folder: Path) -> Path | None:
    """Find the database of a folder that MLflow was run in."""
    file = folder / "mlflow.db"
    return file if file.is_file() else None


def metric_folders(folder: Path) -> Iterator[Path]:
    """Find the metrics of runs: of `mlruns`, of an experiment in it, or of one run."""
    for pattern in ("metrics", "*/metrics", "*/*/metrics", "mlruns/*/*/metrics"):
        yield from (
            one for one in sorted(folder.glob(pattern)) if (one.parent / "meta.yaml").is_file()
        )


def read(
    path: Path, experiment: str | None = None, runs: list[str] | None = None, **columns: Any
) -> Logged:
    """Read a database or folder; steps are counted from 0.

    Parameters
    ----------
    experiment : of a database, which one alone, by its name.
    runs : the names of the runs to take; all by default.
    columns : as with the reader `table`, the names those of the metrics.
    """
    file = database(path) if path.is_dir() else path
    rows = list(from_database(file, experiment) if file else from_files(path))
    by_run = gathered(path, rows, runs)
    kept = with_losses(path, by_run, columns)
    left_out = len(by_run) - len(kept)
    notes = [f"left out: {counted(left_out, 'run')} without a loss"] if left_out else []
    found = take_losses(
        stack_runs(path, kept), {"epoch": "step", "run": "run"} | columns, "step", None, notes
    )
    del found.table["line"]
    return found


def from_database(path: Path, experiment: str | None) -> Iterator[Row]:
    """Yield all measurements of a database, opened for reading alone."""
    try:
        connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
        try:
            found = connection.execute(QUERY, {"experiment": experiment}).fetchall()
            names = [name for (name,) in connection.execute("SELECT name FROM experiments")]
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise CurvesError(
            f"{path}: cannot be read as a store of MLflow ({error}); is it one?"
        ) from None
    if experiment is not None and experiment not in names:
        raise CurvesError(f"{path}: experiment: {unknown('experiment', experiment, names)}")
    for run, name, key, step, value, is_nan in found:
        yield run, name or run, key, float(step), finite(float("nan") if is_nan else value)


def from_files(path: Path) -> Iterator[Row]:
    """Yield all measurements of a folder: a file for each metric, a line for each value."""
    for folder in metric_folders(path):
        facts = (folder.parent / "meta.yaml").read_text(encoding="utf-8")
        if "lifecycle_stage: deleted" in facts:
            continue
        name_file = folder.parent / "tags" / "mlflow.runName"
        name = name_file.read_text(encoding="utf-8").strip() if name_file.is_file() else ""
        for file in sorted(one for one in folder.rglob("*") if one.is_file()):
            key = file.relative_to(folder).as_posix()
            for step, value in lines_of(file):
                yield folder.parent.name, name or folder.parent.name, key, step, value


def lines_of(file: Path) -> Iterator[tuple[float, float]]:
    """Yield step and value of each line, in the order of time."""
    found = []
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        try:
            when, value, *step = line.split()[:3]
            found.append((int(when), float(step[0]) if step else 0.0, finite(float(value))))
        except ValueError:
            raise CurvesError(
                f"{file}: line {number}: {line[:80]!r} is no 'timestamp value step'; is it a metric of MLflow?"
            ) from None
    yield from ((step, value) for _, step, value in sorted(found, key=lambda one: one[0]))


def finite(value: float) -> float:
    """Give what is not finite as infinite: it was measured."""
    return math.inf if math.isnan(value) or abs(value) >= LARGEST else value


def gathered(
    path: Path, rows: Iterable[Row], wanted: list[str] | None
) -> dict[str, dict[str, Any]]:
    """Give the series of each run by the names of the metrics; runs that share a name get their ids."""
    series: dict[tuple[str, str], dict[str, Any]] = {}
    for run, name, key, step, value in rows:
        series.setdefault((run, name), {}).setdefault(key, []).append((step, value))
    names = [name for _, name in series]
    if not names:
        raise CurvesError(f"{path}: has no metrics of any run; were they logged here?")
    for name in wanted or ():
        if name not in names:
            raise CurvesError(f"{path}: runs: {unknown('run', str(name), names)}")
    return {
        (f"{name} {run[:8]}" if names.count(name) > 1 else name): one
        for (run, name), one in series.items()
        if not wanted or name in wanted
    }


def with_losses(
    path: Path, runs: dict[str, dict[str, Any]], asked: dict[str, Any]
) -> dict[str, dict[str, Floats]]:
    """Give the columns of each run that measured a loss, on the grid of its steps."""
    said = {str(name) for one in asked.values() if one for name in np.atleast_1d(one)}
    columns = {}
    for name, series in runs.items():
        kept = {key: one for key, one in series.items() if "loss" in key.lower() or key in said}
        for key, one in kept.items():
            refuse_without_steps(path, key, one)
        joined = join_series({key: as_series(one) for key, one in kept.items()}) if kept else {}
        columns[name] = {("step" if key == "epoch" else key): one for key, one in joined.items()}
    if not any(columns.values()):
        known = dict.fromkeys(key for series in runs.values() for key in series)
        raise CurvesError(
            f"{path}: no metric is a loss by its name; say which is: validation_loss: NAME, train_loss: NAME. The "
            f"metrics are: {several(known)}."
        )
    return {name: one for name, one in columns.items() if one}


def as_series(pairs: list[tuple[float, float]]) -> tuple[Floats, Floats]:
    """Give steps and values, both (values,)."""
    steps, values = np.array(pairs, np.float64).T
    return steps, values


def refuse_without_steps(path: Path, key: str, values: list[tuple[float, float]]) -> None:
    """Refuse a metric whose values all have the step 0, which is what it is where none was given."""
    if len(values) > 1 and all(step == 0 for step, _ in values):
        raise CurvesError(
            f"{path}: {key!r} has {len(values)} values, all of step 0; log them with their epoch: "
            f"mlflow.log_metric({key!r}, value, step=epoch)."
        )
