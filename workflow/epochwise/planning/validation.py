"""All that is wrong with studies and their data, before anything is made of them."""

import warnings
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from os.path import realpath
from pathlib import Path
from typing import Any

from epochwise.data.datasets import Facts
from epochwise.errors import DataWarning, EpochwiseError, PluginError, counted, problems_of
from epochwise.planning.curves_plan import CurvesPlan
from epochwise.planning.plan import Plan
from epochwise.planning.refusals import (
    check_backends,
    check_names,
    check_sources,
    check_stopping,
    own_rules,
    plan_of,
    set_apart,
)
from epochwise.plugins.registry import Registered, load_all
from epochwise.study import study as studies
from epochwise.study.study import CurvesStudy, Study
from epochwise.study.sweeps import batch_sizes

Registry = Mapping[str, Mapping[str, Registered]]


@dataclass
class Findings:
    """What was found, a line each.

    Parameters
    ----------
    problems : what stops a run.
    warnings : what a run says and can live with.
    fine : the datasets that can be trained on, and what they hold.
    """

    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    fine: list[str] = field(default_factory=list)

    def note(self, where: str, problems: list[str]) -> None:
        """Note problems, each once, with the study's file in front."""
        told = [one if one.startswith(where) else f"{where}: {one}" for one in problems]
        self.problems += [one for one in dict.fromkeys(told) if one not in self.problems]


def validate(names: list[str], folder: Path, plugins: Path) -> Findings:
    """Check studies and load their data; nothing is written.

    Parameters
    ----------
    names : as `studies.find` takes them.
    folder : where named studies lie.
    plugins : the folder of plugins.
    """
    findings = Findings()
    registered = {kind: load_all(plugins, kind) for kind in ("datasets", "stopping", "figures")}
    for path in _paths(names, folder, findings):
        try:
            study, problems = studies.examine(path, lambda backends: own_rules(backends, plugins))
        except EpochwiseError as error:
            findings.note(str(path), error.sentences)
            continue
        findings.note(str(path), problems)
        if study is not None:
            plan = _check_names(study, registered, plugins, findings)
            is_cut = not any(one.startswith(f"{path}: partitions:") for one in problems)
            if isinstance(plan, CurvesPlan):
                _check_curves(plan, plugins, findings)
            elif study.trains:
                _check_data(study, plan, registered["datasets"], findings, is_cut)
    return findings


def _paths(names: list[str], folder: Path, findings: Findings) -> list[Path]:
    """Find the files; what cannot be found is a problem among others."""
    found: dict[Path, Path] = {}
    for name in names:
        try:
            found |= {Path(realpath(path)): path for path in studies.find(name, folder)}
        except EpochwiseError as error:
            findings.problems += error.sentences
    findings.problems += problems_of(lambda: studies.check_distinct(list(found.values())))
    return list(found.values())


def _check_names(
    study: Study, registered: Registry, plugins: Path, findings: Findings
) -> Plan | None:
    """Check all that a study names: sources, backends, criteria, figures; plan it if they allow it."""
    note = partial(findings.note, study.file)
    note(problems_of(lambda: check_sources(study, registered["datasets"])))
    unknown_names = problems_of(lambda: check_names(study.file, study.backends, plugins))
    note(unknown_names)
    if not unknown_names:
        with suppress(PluginError):  # a broken plugin is told of below
            study = set_apart(study, plugins)
    note(problems_of(lambda: check_stopping(study, registered["stopping"])))
    plans: list[Plan] = []
    note(problems_of(lambda: plans.append(plan_of(study, Path("results"), registered, plugins))))
    if not unknown_names:
        note(problems_of(lambda: check_backends(plans, plugins)))
    return plans[0] if plans else None


def _check_curves(plan: CurvesPlan, plugins: Path, findings: Findings) -> None:
    """Read all loss histories, and say what they were taken for."""
    from epochwise.columns import facts_of
    from epochwise.curves.gathering import gather
    from epochwise.curves.readers import load_readers
    from epochwise.curves.taken import taken_for

    where = plan.study.file
    try:
        facts = facts_of(gather(plan.curves(), load_readers(plugins)).schema)
    except EpochwiseError as error:
        findings.note(where, error.sentences)
    else:
        findings.fine += [f"{where}: {line}" for line in taken_for(facts["files"])]
        findings.warnings += [f"{where}: {line}" for line in _rows_untold(plan.study)]


def _rows_untold(study: CurvesStudy) -> Iterator[str]:
    """Say of which curves the cuts share rows, nobody knows how many."""
    for name, files in study.run_files.items():
        cuts = {one.labels.get("fold") for one in files}
        told = study.resolved["curves"][name].get("rows", {})
        if len(cuts) > 1 and not {"train", "validation"} <= told.keys():
            yield (
                f"curves.{name}: has {len(cuts):,} cuts, which share rows, and does not say how many; without "
                "rows: {train: ..., validation: ...} the answer will be too sure of itself."
            )


def _check_data(
    study: Study,
    plan: Plan | None,
    sources: Mapping[str, Registered],
    findings: Findings,
    is_cut: bool,
) -> None:
    """Load every dataset that can be found, cut it unless the cut is wrong, and say what it holds."""
    for name in study.datasets:
        if study.missing_file(name):
            continue  # that has been said
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always", DataWarning)
            try:
                findings.fine.append(f"{study.file}: {_load(study, plan, name, sources, is_cut)}")
            except EpochwiseError as error:
                findings.note(study.file, error.sentences)
        told = [one for one in caught if issubclass(one.category, DataWarning)]
        findings.warnings += [f"{study.file}: {one.message}" for one in told]


def _load(
    study: Study,
    plan: Plan | None,
    name: str,
    sources: Mapping[str, Registered],
    is_cut: bool,
) -> str:
    from epochwise.data import loading
    from epochwise.data.sizes import sizes
    from epochwise.training.metrics import check_known, known_of
    from epochwise.training.problems import check_batch_sizes

    options: dict[str, Any] = dict(study.datasets[name])
    options |= {"file": str(file)} if (file := study.dataset_file(name)) else {}
    folds = len(study.folds(name))
    table, facts = loading.load(name, sources, options, folds)
    if plan:
        check_known(known_of(facts.task), **plan.shown_metrics(name))
    if not is_cut:
        return describe(facts)
    parts = sizes(table, facts, study.resolved["partitions"], folds)
    check_batch_sizes(parts["train"], name, study.file, batch_sizes(study.resolved))
    return f"{describe(facts)}; {describe_cut(parts, folds)}"


def describe(facts: Facts) -> str:
    """Say in a few words what a dataset holds."""
    target = ", ".join(map(repr, facts.target))
    task = f"{facts.task} of {target}"
    if facts.task != "regression":
        task = f"classification of {target} ({counted(len(facts.classes), 'class')})"
    return f"dataset {facts.name!r}: {counted(facts.rows, 'row')}, {counted(len(facts.features), 'feature')}, {task}"


def describe_cut(parts: Mapping[str, int], folds: int) -> str:
    """Say how many rows serve for what."""
    sizes = ", ".join(f"{name} {rows:,}" for name, rows in parts.items())
    return f"{folds:,} cuts, the first {sizes}" if folds > 1 else sizes
