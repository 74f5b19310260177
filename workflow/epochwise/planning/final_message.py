"""What a run says at its end: the answers, and where to look."""

import json
from collections.abc import Iterable
from pathlib import Path

from epochwise.planning.plan import Plan


def final_message(plans: Iterable[Plan], gallery: Path) -> str:
    """Give the answer of each study in a few lines, and where its page and figures are.

    Parameters
    ----------
    gallery : the page of all studies, if this run has made one.
    """
    answered = [plan for plan in plans if (plan.folder / "answer.json").is_file()]
    said = [_of(plan.folder) for plan in answered]
    if gallery.is_file() and len(said) > 1:
        said.append(f"\nAll studies: {gallery}")
    return "\n".join(said)


def _of(folder: Path) -> str:
    from epochwise.answers.describing import describe, headlines

    answer = json.loads((folder / "answer.json").read_text(encoding="utf-8"))
    sure = [line for line in describe(answer).splitlines() if line.startswith("How sure")]
    page, figures = folder / "report.html", folder / "figures"
    where = [f"Page: {page}"] if page.is_file() else []
    where += [f"Figures: {figures}/"] if figures.is_dir() else []
    return "\n".join(["", *headlines(answer), *sure, "   ".join(where or [f"Tables: {folder}/"])])
