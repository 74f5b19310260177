"""Print and draw how time and memory grow with a study: with its runs, its rows, its jobs.

    python benchmarks/growth.py [--runs 100 --runs 1000 …] [--rows 1 --rows 5 …] [--figure growth.png]

Runs: Diabetes, 16 hidden units, 20 epochs, 100 seeds of each point. Every study is made by the whole
workflow on two cores from nothing; before and after, a dry run and a run that has nothing to do are timed.

Rows, in millions: noisy curves of 5,000 epochs, 100 seeds of each point, written as the segments that
training jobs leave. Each job behind them runs in a process of its own, whose peak memory is told.
"""

import os

os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"))

import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from epochwise.planning.plan import Plan

ROOT = Path(__file__).parents[1]
SEEDS = 100
CORES = 2
EPOCHS = {"runs": 20, "rows": 5000}
STUDY = """
datasets: [diabetes]
network: {{hidden_layer_sizes: [16]}}
training: {{epochs: {epochs}}}
seeds: {seeds}
sweep: {{alpha: [{values}]}}
"""
Row = dict[str, float]


@click.command()
@click.option("--runs", multiple=True, default=[100, 1000], show_default=True, help="Sizes.")
@click.option(
    "--rows", multiple=True, type=float, default=[1, 5], show_default=True, help="In millions."
)
@click.option("--figure", type=Path, help="Where to draw the figure (PNG).")
@click.option("--folder", type=Path, help="Where to work; by default a temporary folder.")
@click.option("--step", hidden=True, help="Be the process of one job.")
def main(
    runs: list[int], rows: list[float], figure: Path | None, folder: Path | None, step: str | None
) -> None:
    """Measure every size in turn."""
    if folder and step:
        print(json.dumps(measured(partial(STEPS.get(step, draw), folder, step))))
        return
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        by_runs = [of_runs(Path(scratch), size) for size in runs]
        table("cost against the number of runs", by_runs)
        by_rows = [of_rows(Path(scratch), size) for size in rows]
    table("memory against the number of rows", by_rows)
    if figure:
        picture(by_runs, by_rows, figure)


def write_study(folder: Path, epochs: int, runs: int) -> None:
    """Write the study, with as many runs."""
    seeds = min(SEEDS, runs)
    values = ", ".join(f"{1e-6 * (place + 1):.6g}" for place in range(runs // seeds))
    text = STUDY.format(epochs=epochs, seeds=seeds, values=values)
    (folder / "growing.yaml").write_text(text, encoding="utf-8")


# ---- runs and jobs ----


def of_runs(scratch: Path, runs: int) -> Row:
    """Make a study by the workflow; time it, its dry run, and a run with nothing to do."""
    project = scratch / f"runs-{runs}"
    project.mkdir()
    write_study(project, EPOCHS["runs"], runs)
    dry, told = workflow(project, "--dry-run", "--quiet", "rules")
    whole, _ = workflow(project)
    idle, _ = workflow(project)
    page = (project / "results" / "growing" / "report.html").stat().st_size
    shutil.rmtree(project)
    return {
        "runs": runs,
        "jobs": int(told.split("\ntotal")[1].split()[0]),
        "seconds": whole["seconds"],
        "CPU seconds": whole["CPU seconds"],
        "ms per run": 1000 * whole["seconds"] / runs,
        "dry run, s": dry["seconds"],
        "dry run, CPU s": dry["CPU seconds"],
        "nothing to do, s": idle["seconds"],
        "nothing to do, CPU s": idle["CPU seconds"],
        "Snakemake's MB": max(dry["MB"], idle["MB"]),
        "report.html, MB": page / 1e6,
    }


def workflow(project: Path, *options: str) -> tuple[Row, str]:
    """Run the workflow; give what it took, with the memory of Snakemake's own process."""
    command = [sys.executable, "-m", "snakemake", "--snakefile", str(ROOT / "Snakefile")]
    command += ["--cores", str(CORES), "--config", "studies=growing.yaml", *options]
    environment = os.environ | {"PYTHONPATH": str(ROOT / "workflow")}
    out = project / "told.txt"
    began = time.perf_counter()
    with out.open("w") as told:
        started = subprocess.Popen(
            command, cwd=project, env=environment, stdout=told, stderr=subprocess.STDOUT
        )
        _, status, used = os.wait4(started.pid, 0)
    if status:
        raise SystemExit(out.read_text()[-5000:])
    # ru_maxrss is of the largest process; without jobs that is Snakemake's
    took = {"seconds": time.perf_counter() - began, "MB": used.ru_maxrss / 1024}
    return took | {"CPU seconds": used.ru_utime + used.ru_stime}, out.read_text()


# ---- rows ----


def of_rows(scratch: Path, millions: float) -> Row:
    """Run every job behind the segments; give the time per row and the peaks."""
    folder = scratch / f"rows-{millions:g}"
    folder.mkdir()
    write_study(folder, EPOCHS["rows"], max(round(1e6 * millions / EPOCHS["rows"]), SEEDS))
    job(folder, "segments")
    names = ["losses", "answers", *figures_of(folder), "typeset", "page"]
    took = {name: job(folder, name) for name in names}
    rows = int(1e6 * millions)
    seconds = sum(one["CPU s"] for one in took.values())
    page = (folder / "results" / "growing" / "report.html").stat().st_size
    shutil.rmtree(folder)
    return {
        "million rows": millions,
        "CPU seconds": seconds,
        "µs per row": 1e6 * seconds / rows,
        **{f"{name}, CPU s": one["CPU s"] for name, one in took.items()},
        **{f"{name}, MB": one["MB"] for name, one in took.items()},
        "report.html, MB": page / 1e6,
    }


def job(folder: Path, name: str) -> Row:
    """Run one job in a process of its own."""
    call = [sys.executable, __file__, "--folder", str(folder), "--step", name]
    environment = os.environ | {"PYTHONPATH": str(ROOT / "workflow")}
    done = subprocess.run(call, stdout=subprocess.PIPE, text=True, check=True, env=environment)
    took: Row = json.loads(done.stdout)
    print(
        f"{folder.name} {name}: {took['CPU s']:.1f} s of CPU, {took['MB']:.0f} MB", file=sys.stderr
    )
    return took


def figures_of(folder: Path) -> list[str]:
    """Name the figures of the study; asked of a child, since a large parent would count as its own."""
    code = (
        f"import sys; sys.path[:0] = [{str(ROOT / 'workflow')!r}, {str(ROOT / 'benchmarks')!r}]; "
        f"import growth, pathlib; print(*growth.planned(pathlib.Path({str(folder)!r})).figures)"
    )
    done = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, check=True)
    return done.stdout.decode().split()


def measured(call: Callable[[], None]) -> Row:
    """Give the CPU seconds and the peak memory of this process once it has made a call."""
    call()
    return {
        "CPU s": time.process_time(),
        "MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def planned(folder: Path) -> "Plan":
    """Plan the study as the workflow does."""
    from epochwise.planning.plan import Plan
    from epochwise.plugins import registry
    from epochwise.study import study

    kinds = ("datasets", "stopping", "figures")
    registered = {kind: registry.load_all(ROOT / "plugins", kind) for kind in kinds}
    return Plan(study.load(folder / "growing.yaml"), folder / "results", registered)


def segments(folder: Path, _name: str) -> None:
    """Write what the training jobs would leave, and what is known of the data."""
    from epochwise.data import loading, standardise
    from epochwise.plugins import registry
    from epochwise.study.jobs import parse_seeds
    from epochwise.training import problems, training_job
    from epochwise.training.segment import Segment

    plan = planned(folder)
    study, sources = plan.study, registry.load_all(ROOT / "plugins", "datasets")
    data, facts = loading.load("diabetes", sources, study.datasets["diabetes"])
    Path(plan.facts_files()[0]).parent.mkdir(parents=True)
    facts.save(plan.facts_files()[0])
    rows = standardise.cut_rows(data, facts, study.resolved["partitions"], 0)
    arrays, scaler = standardise.standardise(data, facts, rows, study.resolved["standardise"])
    problem = problems.make(arrays, scaler, next(iter(plan.points.values())).hyperparameters)
    for number, (file, label) in enumerate(
        zip(plan.segment_files("parquet"), plan.segment_labels(), strict=True)
    ):
        segment = Segment(parse_seeds(label["seeds"]), label["start"], label["end"], "never")
        Path(file).parent.mkdir(parents=True, exist_ok=True)
        write_segment(training_job.segment_table, problem, segment, number, file)


def write_segment(make: Any, problem: Any, segment: Any, number: int, file: str) -> None:
    """Write noisy curves that fall and rise again."""
    import numpy as np

    from epochwise import parquet
    from epochwise.training.metrics import columns_of

    draw, share = np.random.default_rng(number), np.array(segment.epochs()) / EPOCHS["rows"]
    shape = len(share), len(segment.seeds), len(columns_of(problem))
    fall = np.exp(-share[:, np.newaxis] / draw.uniform(0.05, 0.2, shape[1]))
    rise = 0.3 * share[:, np.newaxis] ** 2 * draw.uniform(0.2, 1, shape[1])
    noise = 1 + 0.01 * draw.standard_normal(shape)
    parquet.write(make(problem, segment, (0.5 + fall + rise)[..., np.newaxis] * noise), file)


def losses(folder: Path, _name: str) -> None:
    """Join the segments."""
    from epochwise.tables import loss_table

    plan = planned(folder)
    parts = loss_table.parts(plan.segment_files("parquet"), plan.segment_labels())
    csv = plan.folder / "losses.csv" if plan.has_csv else None
    joined = loss_table.Joined(parts, EPOCHS["rows"])
    loss_table.save(joined, plan.folder / "losses.parquet", csv)


def answers(folder: Path, _name: str) -> None:
    """Answer."""
    from epochwise.answers import files
    from epochwise.data import datasets
    from epochwise.plugins import registry

    plan = planned(folder)
    facts = [datasets.read_facts(path) for path in plan.facts_files()]
    criteria = registry.load_all(ROOT / "plugins", "stopping")
    files.make(plan.folder / "losses.parquet", facts, plan.answer_settings(), criteria, plan.folder)


def draw(folder: Path, name: str) -> None:
    """Draw a figure."""
    from epochwise.figures.save import save
    from epochwise.tables.results import Tables

    plan = planned(folder)
    drawn = plan.registered["figures"][name].resolve()(
        Tables(plan.folder, plan.study), plan.figures[name]
    )
    save(drawn, [plan.folder / "figures" / f"{name}.{kind}" for kind in ("png", "svg", "pdf")])


def typeset(folder: Path, _name: str) -> None:
    """Set the tables for texts."""
    from epochwise.tables import markup
    from epochwise.tables.results import Tables

    plan = planned(folder)
    (plan.folder / "tables").mkdir(exist_ok=True)
    markup.write_all(Tables(plan.folder, plan.study))


def page(folder: Path, _name: str) -> None:
    """Write the page."""
    from epochwise.page import report

    plan = planned(folder)
    report.write(plan.folder, plan.study, plan.folder / "report.html")


STEPS: dict[str, Callable[[Path, str], None]] = {
    "segments": segments,
    "losses": losses,
    "answers": answers,
    "typeset": typeset,
    "page": page,
}


# ---- what is told ----


def table(title: str, rows: list[Row]) -> None:
    """Print a table, a column for each size."""
    if not rows:
        return
    first, *others = rows[0]
    print(f"\n{title}:\n")
    print(f"| {first} | {' | '.join(f'{row[first]:,g}' for row in rows)} |")
    print("|---" * (len(rows) + 1) + "|")
    for name in others:
        print(f"| {name} | {' | '.join(f'{row[name]:,.4g}' for row in rows)} |")


def picture(by_runs: list[Row], by_rows: list[Row], path: Path) -> None:
    """Draw all of it."""
    from matplotlib.figure import Figure

    ends = [name for name in (by_rows or [{}])[0] if name.endswith(", MB")]
    panels = [
        (by_runs, "runs", ["seconds", "CPU seconds"], "seconds"),
        (by_runs, "jobs", ["dry run, CPU s", "nothing to do, CPU s"], "CPU seconds"),
        (
            by_rows,
            "million rows",
            [name for name in ends if "report" not in name],
            "peak memory, MB",
        ),
    ]
    figure = Figure(figsize=(10, 3.4), layout="constrained")
    for axes, (rows, across, names, label) in zip(figure.subplots(1, 3), panels, strict=True):
        for name in names:
            sizes, values = [row[across] for row in rows], [row[name] for row in rows]
            axes.plot(sizes, values, "o-", markersize=3, label=name.split(",")[0])
        axes.set(xscale="log", yscale="linear" if across == "million rows" else "log")
        axes.set(xlabel=across, ylabel=label)
        axes.set_ylim(bottom=0 if across == "million rows" else None)
        axes.set_xticks([row[across] for row in rows], [f"{row[across]:,g}" for row in rows])
        axes.tick_params(which="minor", axis="x", bottom=False, labelbottom=False)
        for axis in (axes.yaxis.set_major_formatter, axes.yaxis.set_minor_formatter):
            axis(lambda value, _: f"{value:,g}")
        axes.legend(fontsize=6)
    figure.savefig(path, dpi=200)


if __name__ == "__main__":
    main()
