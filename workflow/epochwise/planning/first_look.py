"""A look at all data of a run before anything is trained.

Where a run has one dataset, loading it comes first by itself. Where it has several, the second may be
found broken when the first has been trained for hours; so all are loaded once, in a process of their
own, unless they have passed before. (A file that every training job waits for would not do: what
makes it anew would train again what has not changed, or keep from training what has.)
"""

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from epochwise.atomic_write import atomic_write
from epochwise.errors import DataError
from epochwise.planning.plan import Plan
from epochwise.planning.reruns import Code


def check_data(plans: Iterable[Plan], plugins: Path, code: Code, passed: Path) -> None:
    """Load the datasets of a run of several, those that have not passed as they are now.

    Parameters
    ----------
    passed : a file that remembers those that have.

    Raises
    ------
    DataError
        A sentence for each mistake in any of them.
    """
    now = {plan.study.file: _identify(plan, code) for plan in plans}
    before: dict[str, str] = json.loads(passed.read_text("utf-8")) if passed.is_file() else {}
    new = [file for file, datasets in now.items() if not datasets.items() <= before.items()]
    if new and sum(map(len, now.values())) > 1:
        _validate(new, plugins)
        for datasets in now.values():
            before |= datasets
        with atomic_write(passed) as beside:
            Path(beside).write_text(json.dumps(before, indent=1), "utf-8")


def _identify(plan: Plan, code: Code) -> dict[str, str]:
    """Digest all that decides whether a dataset passes, by study and dataset."""
    return {
        f"{plan.study.name}/{name}": hashlib.sha256(
            json.dumps(_depends_on(plan, name, code), sort_keys=True).encode()
        ).hexdigest()
        for name in (plan.study.datasets if plan.study.trains else ())
    }


def _depends_on(plan: Plan, name: str, code: Code) -> Mapping[str, Any]:
    files = [Path(file).stat() for file in plan.dataset_file(name)]
    return {
        "options": plan.study.datasets[name],
        "file": [(file.st_size, file.st_mtime_ns) for file in files],
        "folds": len(plan.study.folds(name)),
        "partitions": plan.partitions(),
        "batch_sizes": plan.batch_sizes(name)["asked"],
        "shown": plan.shown_metrics(name)["asked"],
        "load": code.behind("load", "datasets", [plan.dataset_plugin(name)]),
        "cut": code.behind("standardise"),
    }


def _validate(studies: list[str], plugins: Path) -> None:
    """Check studies as the command does; what that takes is gone when it ends."""
    command = [sys.executable, "-m", "epochwise", "validate", "--quiet", "--plugins", str(plugins)]
    done = subprocess.run(  # noqa: S603  # this very library
        [*command, "--", *studies], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise DataError(*(done.stdout.splitlines() or done.stderr.splitlines()[-1:]))
