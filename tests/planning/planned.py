"""Plans of made studies, and what training them would leave."""

from pathlib import Path

from epochwise.planning.plan import Plan
from epochwise.study import study as studies


def make(tmp_path, text, name="mine"):
    path = tmp_path / f"{name}.yaml"
    path.write_text(text)
    return Plan(
        studies.load(path),
        tmp_path / "results",
        {"datasets": {}, "stopping": {}, "figures": {}},
    )


def finish(tmp_path, plan):
    """Put an end state where each segment of a plan would leave it."""
    for file in plan.segment_files("npz"):
        Path(file).parent.mkdir(parents=True, exist_ok=True)
        Path(file).touch()
    return set(plan.segment_files("npz"))
