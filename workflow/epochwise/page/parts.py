"""What stands around the curves: the answer, the tables, the figures."""

import base64
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from html import unescape
from os.path import isfile
from pathlib import Path
from typing import Any

from epochwise.curves.taken import taken_for
from epochwise.errors import DataError
from epochwise.figures.curve_words import finding
from epochwise.figures.panels import Panel
from epochwise.figures.style import count
from epochwise.json_files import read_object
from epochwise.page.brief import WORDS, arranged
from epochwise.page.glossary import TERMS, Term
from epochwise.study.study import Study
from epochwise.tables.catalogue import headings, typeset_files
from epochwise.tables.curves import Curves
from epochwise.tables.results import Row, Tables

MOST_ROWS = 200  # of a table; the file has all
LONG = 24  # letters: a cell of more may have several lines
LARGEST_SVG = 400_000  # bytes; a larger one is shown as PNG


@dataclass(frozen=True)
class Cell:
    """A cell: what it shows, what it is sorted by, and how it is set."""

    text: str
    value: str
    kind: str = ""  # "n" for a number, "long" for a sentence


@dataclass(frozen=True)
class Table:
    """A table of the page.

    Parameters
    ----------
    numbers : the columns of numbers.
    more : the columns that are shown only when all are asked for.
    words : the terms that its columns need.
    files : where it lies, besides as CSV.
    """

    name: str
    title: str
    columns: list[str]
    rows: list[list[Cell]]
    total: int
    numbers: set[str] = field(default_factory=set)
    more: set[str] = field(default_factory=set)
    words: list[Term] = field(default_factory=list)
    files: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Picture:
    """A static figure: the picture in the page, and the files beside it."""

    name: str
    finding: str
    source: str
    files: list[str] = field(default_factory=list)


def answer(made: Tables, every: Sequence[Curves]) -> list[str]:
    """Give the answer in words; without `answer.json`, what the curves alone say."""
    path = made.folder / "answer.json"
    if not path.is_file():
        return [finding([Panel(one, [one.backend]) for one in every], made) + "."]
    from epochwise.answers.describing import describe

    return describe(read_object(path)).splitlines()


def taken(made: Tables) -> list[str]:
    """Say what the files of others were taken for."""
    if made.study.trains:
        return []
    return taken_for(made.losses.facts["files"])


def overview(study: Study, every: Sequence[Curves]) -> list[tuple[str, str]]:
    """List how much was trained."""
    diverged = sum(one.diverged for one in every)
    points = {one.point for one in every if one.point}
    planned = [one.planned for one in every]
    stopped = sum(int(one.stopped.sum()) for one in every)
    facts = [
        ("Datasets" if study.trains else "Curves", ", ".join(study.datasets)),
        (
            "Backends" if study.trains else "Read as",
            ", ".join(dict.fromkeys(one.backend for one in every)),
        ),
        ("Seeds", count(len({seed for one in every for seed in one.seed.tolist()}))),
        ("Points", count(len(points)) if points else ""),
        ("Epochs", " to ".join(dict.fromkeys(map(count, (min(planned), max(planned)))))),
        ("Runs", count(sum(len(one.fold) for one in every))),
        ("Diverged runs", count(diverged) if diverged else ""),
        ("Stopped runs", count(stopped) if stopped else ""),
    ]
    return [(name, value) for name, value in facts if value]


def tables(made: Tables) -> list[Table]:
    """Give every table that there is, cut to what a page can hold."""
    return [
        as_table(name, title, made.rows(name), made)
        for name, title in headings().items()
        if made.rows(name)
    ]


def as_table(name: str, title: str, rows: Sequence[Row], made: Tables) -> Table:
    """Lay out one table; columns without any value are left out."""
    known = [c for c in rows[0] if any(row[c] is not None for row in rows)]
    naming = ["dataset", *made.swept, "backend"]
    keys = [c for c in naming if c in known and len({row[c] for row in rows}) > 1]
    columns, more = arranged(name, [c for c in known if c not in naming], keys)
    single = [c for c in naming if c in known and c not in keys]
    columns, more = [*columns, *single], more | set(single)
    if "point" in keys:  # which stands for the values that it has
        more |= set(made.swept) - {"point"}
    cells = [[as_cell(row[column]) for column in columns] for row in rows[:MOST_ROWS]]
    words = [term for term in TERMS if term.key in WORDS.get(name, ())]
    set_too = [file for file in typeset_files() if Path(file).stem == name]
    files = [file for file in set_too if (made.folder / file).is_file()]
    numbers = {c for n, c in enumerate(columns) if any(row[n].kind == "n" for row in cells)}
    return Table(name, title, columns, cells, len(rows), numbers, more, words, files)


def as_cell(value: Any) -> Cell:
    """Write one value, numbers with six digits at most."""
    if value is None:
        return Cell("", "")
    if isinstance(value, bool):
        return Cell("yes" if value else "no", str(int(value)))
    if isinstance(value, int):
        return Cell(f"{value:,}", str(value), "n")
    if isinstance(value, float):
        return Cell(f"{value:,.6g}", repr(value), "n")
    return Cell(str(value), str(value), "long" if len(str(value)) > LONG else "")


def figures(folder: Path, results: Iterable[str | Path] = ()) -> list[Picture]:
    """Give the static figures of a study, loss curves first.

    Parameters
    ----------
    results : the files of its results; by default those in the folder.
    """
    drawn = [Path(file) for file in results or (folder / "figures").glob("*.svg")]
    names = {path.stem for path in drawn if path.parent.name == "figures"}
    ordered = sorted(names, key=lambda name: (name != "loss_curves", name))
    return [picture(folder / "figures", name) for name in ordered]


def picture(folder: Path, name: str) -> Picture:
    """Read one figure: the SVG, or where that is large the PNG."""
    files = [
        path.name for kind in ("png", "svg", "pdf") if isfile(path := folder / f"{name}.{kind}")
    ]
    svg, png = folder / f"{name}.svg", folder / f"{name}.png"
    small = isfile(svg) and (svg.stat().st_size <= LARGEST_SVG or not isfile(png))
    shown, kind = (svg, "svg+xml") if small else (png, "png")
    if not isfile(shown):
        raise DataError(f"{shown}: the figure is listed and not there; run again to draw it.")
    packed = base64.b64encode(shown.read_bytes()).decode("ascii")
    return Picture(name, title_of(svg), f"data:image/{kind};base64,{packed}", files)


def title_of(svg: Path) -> str:
    """Read a figure's title from its SVG."""
    if not isfile(svg):
        return ""
    with svg.open(encoding="utf-8") as file:
        found = re.search(r"<dc:title>(.*?)</dc:title>", file.read(4000), re.DOTALL)
    return unescape(found[1]) if found else ""
