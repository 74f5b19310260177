"""Tables fit to be pasted into a text: a few columns, rounded, with a caption."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from epochwise.tables.results import Row, Tables, with_unit
from epochwise.tables.written import best, count, label, measure, number, span

PARTITIONS = {"train": "Training", "validation": "Validation", "test": "Test"}


@dataclass(frozen=True)
class Typeset:
    """A table as a reader sees it.

    Parameters
    ----------
    name : of the study and the table, for a label.
    caption : sentences that say what the columns are.
    columns : headings, and whether the column holds numbers.
    rows : cells, "" for what is not known.
    """

    name: str
    caption: str
    columns: Sequence[tuple[str, bool]]
    rows: Sequence[Sequence[str]]


def best_epoch(tables: Tables) -> Typeset:
    """Set the best epochs: which, how sure, how good, against what."""
    rows = tables.rows("best_epoch")
    sure = next((r["interval_coverage"] for r in rows if r.get("interval_coverage")), None)
    columns: dict[str, Callable[[Row], str]] = {
        "Epochs": lambda row: count(row["last_epoch"]),
        "Best epoch": best,
        f"{100 * (sure or 0):g} % interval": lambda row: span(row, "interval"),
        "Safe range": lambda row: span(row, "safe"),
        "Cost (%)": lambda row: (
            "" if row["safe_cost_percent"] is None else f"{row['safe_cost_percent']:g}"
        ),
        "Validation loss": lambda row: measure(row, "validation_loss"),
        "Baseline": lambda row: number(row["baseline_loss"]),
    }
    said = [
        f"{of(tables)}: the epoch of the lowest mean validation loss. {losses(tables)}",
        "≥ marks a lower bound: the loss was lowest, or still falling, at the end."
        if any_(rows, "censored")
        else "",
        safe_range(rows, tables),
        spread(rows),
        "The baseline predicts a constant." if any_(rows, "baseline_loss") else "",
    ]
    return laid_out(tables, "best_epoch", said, rows, columns)


def points(tables: Tables) -> Typeset:
    """Set the points beside each other."""
    rows = tables.rows("points")
    columns: dict[str, Callable[[Row], str]] = {
        "Standing": lambda row: row["standing"] or "",
        "Best epoch": lambda row: best({**row, **tables.row("best_epoch", key_of(tables, row))}),
        "Validation loss": lambda row: number(row["validation_loss"]),
        "Above the lowest (%)": lambda row: number(row["above_lowest_percent"], 2),
    }
    said = [f"{of(tables)}: the points beside each other at their best epochs. {losses(tables)}"]
    return laid_out(tables, "points", said, rows, columns)


def scores(tables: Tables) -> Typeset:
    """Set how good the network is at its best epoch, a row for each metric."""
    grouped: dict[tuple[str, ...], Row] = {}
    for row in tables.rows("scores"):
        own = grouped.setdefault((*map(str, key_of(tables, row).values()), row["metric"]), {**row})
        own[row["partition"]] = measure(row, "value")
        own["baseline"] = row["baseline"] if row["partition"] == "validation" else own["baseline"]
    columns: dict[str, Callable[[Row], str]] = {"Metric": lambda row: label(row["metric"])}
    columns |= {title: partial(cell, part) for part, title in PARTITIONS.items()}
    columns["Baseline (validation)"] = lambda row: number(row["baseline"])
    said = [
        f"{of(tables)}: the network at its best epoch. {losses(tables)}",
        spread(tables.rows("best_epoch")),
        "The baseline predicts a constant.",
    ]
    return laid_out(tables, "scores", said, list(grouped.values()), columns, ["Metric"])


def cell(column: str, row: Row) -> str:
    """Give what is written in a column already."""
    return str(row.get(column, ""))


MADE: Mapping[str, Callable[[Tables], Typeset]] = {
    "best_epoch": best_epoch,
    "points": points,
    "scores": scores,
}


def laid_out(
    tables: Tables,
    name: str,
    said: Iterable[str],
    rows: Sequence[Row],
    columns: Mapping[str, Callable[[Row], str]],
    words: Sequence[str] = ("Standing",),
) -> Typeset:
    """Put the columns that name a point before the others, and leave out what is empty."""
    keys = telling(tables, rows)
    cells = [[*(str(row[k]) for k in keys), *(c(row) for c in columns.values())] for row in rows]
    headings = [(key.replace("_", " ").capitalize(), False) for key in keys]
    headings += [(heading, heading not in words) for heading in columns]
    kept = [n for n in range(len(headings)) if any(row[n] for row in cells)]
    return Typeset(
        f"{tables.study.name}-{name}".replace("_", "-"),
        " ".join(filter(None, said)),
        [headings[n] for n in kept],
        [[row[n] for n in kept] for row in cells],
    )


def telling(tables: Tables, rows: Sequence[Row]) -> list[str]:
    """Name the columns that tell points apart; a point's name stands for its values."""
    swept = ["point"] if "point" in tables.swept else tables.swept
    several = [k for k in ("dataset", "backend") if len({row[k] for row in rows}) > 1]
    return [k for k in ("dataset", *swept, "backend") if k in several or k in swept]


def key_of(tables: Tables, row: Row) -> Row:
    """Give what names a row's dataset, point and backend."""
    return {key: row[key] for key in ("dataset", "backend", *tables.swept)}


def of(tables: Tables) -> str:
    """Name the study."""
    return str(tables.study.resolved.get("title") or tables.study.name).rstrip(".")


def losses(tables: Tables) -> str:
    """Say what the losses are."""
    named = {
        dataset: with_unit(*tables.loss_name(dataset), " in {}")
        for dataset in tables.study.datasets
    }
    if len(set(named.values())) == 1:
        return f"Loss: {next(iter(named.values()))}."
    return f"Loss: {', '.join(f'{name} ({dataset})' for dataset, name in named.items())}."


def safe_range(rows: Sequence[Row], tables: Tables) -> str:
    """Say what the safe range is."""
    if not any_(rows, "safe_high"):
        return ""
    sure = 100 * tables.study.resolved["answer"]["interval"]
    return (
        "Epochs in the safe range cost no more than the given per cent of the lowest validation loss, "
        f"{sure:g} % sure."
    )


def spread(rows: Sequence[Row]) -> str:
    """Say what stands behind ±."""
    units = {row["sampling_unit"] for row in rows if row["validation_loss_error"] is not None}
    return (
        f"± is the standard error over {' or '.join(f'{u}s' for u in sorted(units))}."
        if units
        else ""
    )


def any_(rows: Sequence[Row], column: str) -> bool:
    """Tell whether a column holds anything (but "no")."""
    return any(row.get(column) not in (None, False) for row in rows)
