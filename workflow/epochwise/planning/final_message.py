"""What a run says at its end: the answers, and where to look."""

import json
from collections.abc import Iterable
from pathlib import Path

from epochwise.planning.plan import Plan
from epochwise.study import yaml_files


def final_message(plans: Iterable[Plan], gallery: Path) -> str:
    """Give the answer of each study in a few lines, and where its page and figures are.

    An answer that does not belong to the study as it is now (because the run made only a part)
    is not repeated; that is said instead.

    Parameters
    ----------
    gallery : the page of all studies, if this run has made one.
    """
    answered = [plan for plan in plans if (plan.folder / "answer.json").is_file()]
    said = [_answer(plan.folder) if _is_current(plan) else _outdated(plan) for plan in answered]
    if gallery.is_file() and len(said) > 1:
        said.append(f"\nAll studies: {gallery}")
    return "\n".join(said)


def _is_current(plan: Plan) -> bool:
    """Tell whether an answer is that of the study, and of all that has been trained."""
    written, answer = plan.folder / "study.yaml", plan.folder / "answer.json"
    text = yaml_files.dump(plan.study.as_run)
    if written.is_file() and written.read_text(encoding="utf-8") != text:
        return False
    losses = plan.folder / "losses.parquet"
    trained = [_age(Path(file)) for file in plan.sources()]
    return max(trained, default=0) <= (_age(losses) or _age(answer)) <= _age(answer)


def _age(file: Path) -> int:
    return file.stat().st_mtime_ns if file.is_file() else 0


def _outdated(plan: Plan) -> str:
    return (
        f"\n{plan.study.name}: the answer in {plan.folder} is older than the study or than what has "
        f"been trained since; to bring it up to date, run again without naming a target."
    )


def _answer(folder: Path) -> str:
    from epochwise.answers.describing import in_brief

    answer = json.loads((folder / "answer.json").read_text(encoding="utf-8"))
    page, figures = folder / "report.html", folder / "figures"
    where = [f"Page: {page}"] if page.is_file() else []
    where += [f"Figures: {figures}/"] if figures.is_dir() else []
    return "\n".join(["", *in_brief(answer), "   ".join(where or [f"Tables: {folder}/"])])
