"""The verification of one study's results, whole."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from epochwise.errors import EpochwiseError
from epochwise.planning.plan import Plan
from epochwise.planning.refusals import KINDS, plan_of, read_study
from epochwise.plugins.registry import load_all
from epochwise.verification import digests_kept
from epochwise.verification.finding import Finding
from epochwise.verification.recomputing import check_results
from epochwise.verification.retraining import check_runs


def verify(folder: Path, plugins: Path, retrain: int = 0) -> Iterator[Finding]:
    """Check that results are what was made, and follow from what they were made from.

    Parameters
    ----------
    folder : the results of a study; what lies in it is not changed.
    plugins : the folder of plugins.
    retrain : how many runs to train again.

    Yields
    ------
    What each check found, as soon as it is known.

    Raises
    ------
    DataError
        A folder that has no manifest.
    """
    folder = Path(folder)
    manifest = digests_kept.read_manifest(folder)
    yield from digests_kept.check_digests(folder, manifest)
    yield from digests_kept.check_records(folder, manifest)
    yield from digests_kept.check_sources(manifest)
    try:
        plan = _plan(folder, plugins)
    except EpochwiseError as error:
        yield Finding("tables", "not checked", f"the study cannot be read here: {error}")
        return
    yield from check_results(plan, plugins, manifest["versions"])
    if retrain and plan.study.trains:
        yield from check_runs(plan, plugins, retrain)


def _plan(folder: Path, plugins: Path) -> Plan:
    """Plan a study where its results lie; their folder may have been moved, but not renamed."""
    study = replace(read_study(folder / "study.yaml", plugins), name=folder.resolve().name)
    registered = {kind: load_all(plugins, kind) for kind in KINDS}
    return plan_of(study, folder.resolve().parent, registered, plugins)
