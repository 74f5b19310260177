"""What a run says at its end: the answer, and where to look."""

import json
from collections.abc import Iterable

from epochwise.plan import Plan


def closing_words(plans: Iterable[Plan]) -> str:
    """Give the answer of each study in a few lines, and where its page and figures are."""
    answered = [plan for plan in plans if (plan.folder / "answer.json").is_file()]
    return "\n".join(_of(plan) for plan in answered)


def _of(plan: Plan) -> str:
    from epochwise.answers.describing import describe

    answer = json.loads((plan.folder / "answer.json").read_text(encoding="utf-8"))
    first, *rest = describe(answer).splitlines()
    sure = next((line for line in rest if line.startswith("How sure")), "")
    where = f"Page: {plan.folder}/report.html   Figures: {plan.folder}/figures/"
    return "\n".join(["", first, *([sure] if sure else []), where])
