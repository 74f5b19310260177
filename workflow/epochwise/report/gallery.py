"""A page that shows every study: `results/index.html`."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from epochwise.figures.tables import Tables
from epochwise.report import parts, render
from epochwise.report.embedding import read
from epochwise.study import Study

POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'"
FIRST = "loss_curves"


@dataclass(frozen=True)
class Entry:
    """One study of the gallery."""

    name: str
    title: str
    description: str
    answer: str
    pictures: list[parts.Picture]
    page: str


def write(results: Path, studies: Sequence[Study], out: str | Path) -> None:
    """Write the gallery of studies, in the order given.

    Parameters
    ----------
    results : the folder of the studies' folders.
    out : the page; links are relative to it.
    """
    entries = [entry(Path(results), study) for study in studies]
    page = render("gallery.html", entries=entries, style=read("page.css"), policy=POLICY)
    Path(out).write_text(page, encoding="utf-8")


def entry(results: Path, study: Study) -> Entry:
    """Describe one study: its sentence, its answer, its first figure."""
    folder = results / study.name
    words = parts.answer(folder, [] if answered(folder) else Tables(folder, study).curves())
    pictures = parts.figures(folder)
    return Entry(
        study.name,
        study.resolved.get("title", study.name),
        study.resolved.get("description", ""),
        words[0] if words else "",
        [one for one in pictures if one.name == FIRST] or pictures[:1],
        f"{study.name}/report.html",
    )


def answered(folder: Path) -> bool:
    """Tell whether the answer has been computed."""
    return (folder / "answer.json").is_file()
