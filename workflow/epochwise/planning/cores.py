"""What is said of a study whose jobs compute with more threads than the run has cores."""

from collections.abc import Iterable, Iterator

from epochwise.planning.plan import Plan


def too_few(plans: Iterable[Plan], cores: int) -> Iterator[str]:
    """Give a sentence for each study whose training jobs have more threads than the run has cores."""
    for plan in plans:
        if plan.study.trains and plan.threads > cores:
            yield (
                f"{plan.study.file}: jobs.threads: {plan.threads} is more than --cores {cores}. The results "
                f"are the same, but {plan.threads} threads that share {cores} cores take longer than "
                f"as many as there are cores; give --cores {plan.threads}, or set fewer threads."
            )
