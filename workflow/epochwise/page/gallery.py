"""A page that shows every study: `results/index.html`."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from epochwise.json_files import read_object
from epochwise.page import comparison, parts
from epochwise.page.embedding import read
from epochwise.page.report import policy, render
from epochwise.study.study import Study
from epochwise.tables.results import Tables

FIRST = "loss_curves"


@dataclass(frozen=True)
class Entry:
    """One study of the gallery."""

    name: str
    title: str
    description: str
    answer: list[str]
    pictures: list[parts.Picture]
    page: str
    lines: list[comparison.Line]


def write(results: Path, studies: Sequence[Study], out: str | Path) -> None:
    """Write the gallery of studies, in the order given.

    Parameters
    ----------
    results : the folder of the studies' folders.
    out : the page; links are relative to it.
    """
    entries = [entry(Path(results), study) for study in studies]
    style = read("page.css")
    page = render("gallery.html", entries=entries, style=style, policy=policy((), (style,)))
    Path(out).write_text(page, encoding="utf-8")


def entry(results: Path, study: Study) -> Entry:
    """Describe one study: its sentence, its answer, its first figure."""
    folder = results / study.name
    manifest = folder / "manifest.json"
    listed = read_object(manifest) if manifest.is_file() else {}
    pictures = parts.figures(folder, listed.get("results", ()))
    return Entry(
        study.name,
        study.resolved.get("title", study.name),
        study.resolved.get("description", ""),
        headlines(folder, study),
        [one for one in pictures if one.name == FIRST] or pictures[:1],
        f"{study.name}/report.html#gallery",
        comparison.lines(Tables(folder, study)),
    )


def headlines(folder: Path, study: Study) -> list[str]:
    """Say the best epoch of each dataset; without an answer, what the curves alone say."""
    from epochwise.answers import describing

    file = folder / "answer.json"
    if not file.is_file():
        made = Tables(folder, study)
        return parts.answer(made, made.curves())
    return describing.headlines(read_object(file))
