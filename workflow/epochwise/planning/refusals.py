"""What may stop a run before any of its jobs: mistakes in studies, backends that cannot be had."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from epochwise.data.datasets import find_source
from epochwise.errors import PluginError, StudyError, problems_of, unknown
from epochwise.planning.curves_plan import CurvesPlan
from epochwise.planning.plan import Plan
from epochwise.plugins.backend_commands import BUILT_IN
from epochwise.plugins.honours import require_honoured
from epochwise.plugins.registry import Registered, find_backend, install, load_all, names
from epochwise.study import study as studies
from epochwise.study.schema import choices, defaults, hyperparameters, schema
from epochwise.study.study import CurvesStudy, Study
from epochwise.study.sweeps import HOSTS_OWN, effective

KINDS = ("datasets", "stopping", "figures")  # of plugins that every study may need
MOST_JOBS = 200_000  # of a study; planning more would take hours and much memory
BACKENDS_OWN = (
    "solver",
    "learning_rate",
    "device",
)  # of `training`: they may have more values than ours
CONFIG = ("studies",)  # keys of config/config.yaml and of --config


def read_plans(names: Any, folder: Path, plugins: Path, results: Path) -> dict[str, Plan]:
    """Read and plan the studies that a run is to make, by name.

    Raises
    ------
    EpochwiseError
        The first mistake in a study, or a backend that cannot be had.
    """
    registered = {kind: load_all(plugins, kind) for kind in KINDS}
    check_folder(results)
    plans: dict[str, Plan] = {}
    for path in studies.find(names, folder):
        study = read_study(path, plugins)
        check_sources(study, registered["datasets"])
        check_stopping(study, registered["stopping"])
        check_folder(results / study.name)
        plans[study.name] = plan_of(study, results, registered, plugins)
    return plans


def read_study(path: Path, plugins: Path) -> Study:
    """Read a study with what its backends have of their own.

    Raises
    ------
    EpochwiseError
        The mistakes in it, or a backend that cannot be had.
    """
    study = studies.load(path, partial(_declared, str(path), plugins))
    check_names(study.file, study.backends, plugins)
    return set_apart(study, plugins)


def check_folder(folder: Path) -> None:
    """Refuse a file that stands where results are to be put."""
    if folder.exists() and not folder.is_dir():
        raise StudyError(
            f"{folder}: is a file, and a folder of this name is where results go; move it away."
        )


def plan_of(
    study: Study, results: Path, registered: Mapping[str, Mapping[str, Registered]], plugins: Path
) -> Plan:
    """Plan a study of either kind.

    Raises
    ------
    EpochwiseError
        A figure that it has no data for, a reader that there is not, an option that it does not take.
    """
    if not isinstance(study, CurvesStudy):
        return _of_a_size(Plan(study, results, registered))
    known = load_all(plugins, "curves")
    check_readers(study, known)
    return CurvesPlan(study, results, {**registered, "curves": known})


def _declared(where: str, plugins: Path, backends: Sequence[str]) -> dict[str, Mapping[str, Any]]:
    """Give `own_rules`; a backend that is not there is told of before what only it would know."""
    check_names(where, backends, plugins)
    return own_rules(backends, plugins)


def set_apart(study: Study, plugins: Path) -> Study:
    """Say of a study which of its backends have mathematics of their own, and what none looks at.

    Raises
    ------
    PluginError
        A plugin that is broken.
    """
    if not study.trains:
        return study
    others = [
        name for name in study.backends if name not in BUILT_IN
    ]  # which follow the definition
    own = [one for name in others if not (one := find_backend(plugins, name)).definition]
    apart, unheard = [one.name for one in own], list[str]()
    if apart == study.backends:
        heard = set(HOSTS_OWN).union(*(one.honours for one in own))
        unheard = [key for key in hyperparameters() if key not in heard]
    return replace(study, apart=apart, unheard=unheard)


def check_config(config: Iterable[str]) -> None:
    """Refuse a key of the workflow's configuration that nobody reads."""
    for key in config:
        if key not in CONFIG:
            raise StudyError(f"--config: {unknown('key', str(key), CONFIG)}")


def own_rules(backends: Iterable[str], plugins: Path) -> dict[str, Mapping[str, Any]]:
    """Give the rules of what backends have of their own: hyperparameters, and values of `training`'s.

    Raises
    ------
    PluginError
        A name that is the definition's, or that two backends declare differently.
    """
    known = names(plugins, "backends")
    found: dict[str, Mapping[str, Any]] = {}
    registered = [find_backend(plugins, name) for name in backends if name in known]
    for backend in registered:
        for name, rule in backend.hyperparameters.items():
            if name in hyperparameters() or found.get(name, rule) != rule:
                raise PluginError(
                    f"{backend.source}: backend {backend.name!r} declares the hyperparameter {name!r}, "
                    "which there is already, with another meaning; give it another name."
                )
            found[name] = rule
    return found | _own_values(registered)


def _own_values(backends: Iterable[Registered]) -> dict[str, Mapping[str, Any]]:
    """Add to the keys of `training` that have a few values those that backends honour besides."""
    rules, few = schema()["properties"]["training"]["properties"], choices()
    more: dict[str, list[Any]] = {}
    for backend in backends:
        for key in (key for key in BACKENDS_OWN if key in backend.honours):
            able = backend.honours[key]
            listed = [] if able is ... else [able] if isinstance(able, str) else able
            new = [value for value in listed if value not in few[key] + more.get(key, [])]
            more |= {key: more.get(key, []) + new} if new else {}
    return {key: {**rules[key], "enum": few[key] + new} for key, new in more.items()}


def check_names(where: str, backends: Iterable[str], plugins: Path) -> None:
    """Refuse a backend that no plugin is named after, without importing any; `where` is the study's file."""
    known = names(plugins, "backends")
    if strange := [name for name in backends if name not in known]:
        told = [f"{where}: backends: {unknown('backend', name, known)}" for name in strange]
        raise StudyError(*told)


def check_sources(study: Study, registered: Mapping[str, Registered]) -> None:
    """Refuse an unknown source of a dataset, and options that it does not take."""
    found = [
        problems_of(partial(find_source, name, registered, options))
        for name, options in (study.datasets.items() if study.trains else ())
    ]
    if problems := [f"{study.file}: {one}" for sentences in found for one in sentences]:
        raise StudyError(*problems)


def _of_a_size(plan: Plan) -> Plan:
    """Refuse more jobs than can be planned."""
    if (jobs := plan.most_jobs) > MOST_JOBS:
        raise StudyError(
            f"{plan.study.file}: makes {jobs:,} training jobs, of which there may be {MOST_JOBS:,}; leave "
            "jobs.seeds_per_job and jobs.epochs_per_job out, or ask for fewer seeds, folds, points or epochs."
        )
    return plan


def check_readers(study: CurvesStudy, known: Mapping[str, Registered]) -> None:
    """Refuse a reader that there is not, and options that the one that is named does not take."""
    found = [
        problems_of(partial(_check_reader, options, known, f"{study.file}: curves.{name}"))
        for name, options in study.resolved["curves"].items()
    ]
    if problems := [one for sentences in found for one in sentences]:
        raise StudyError(*problems)


def _check_reader(options: Mapping[str, Any], known: Mapping[str, Registered], where: str) -> None:
    from epochwise.curves.gathering import reader_options  # numbers and tables, which
    from epochwise.curves.readers import check_options  # no other study waits for

    own = reader_options(options)
    if (reader := options.get("reader")) is None:
        return
    if reader not in known:
        raise StudyError(f"{where}.reader: {unknown('reader', reader, known)}")
    check_options(where, known[reader], own)


def check_stopping(study: Study, registered: Mapping[str, Registered]) -> None:
    """Refuse criteria of early stopping that cannot be replayed; the default ones can.

    Only a study that lists criteria waits for the import of what makes them.
    """
    if "stopping" not in study.resolved:
        return
    from epochwise.answers.criteria import parse_criteria

    registry = {name: one.resolve() for name, one in registered.items()}
    try:
        parse_criteria(study.resolved["stopping"], registry)
    except StudyError as error:
        raise StudyError(f"{study.file}: {error}") from None


def check_backends(plans: Iterable[Plan], plugins: Path) -> None:
    """Import every backend that is to train, so that a broken one is told before any job.

    Raises
    ------
    PluginError
        What is broken; which frameworks are missing, for which studies, and how to
        install them all; or what a study asks that a backend has said it cannot do.
    """
    plans = list(plans)
    studies = {plan.study.file: plan.study.backends for plan in plans}
    wanted = dict.fromkeys(name for backends in studies.values() for name in backends)
    found = {name: find_backend(plugins, name) for name in wanted}
    lacking = {name: backend.missing() for name, backend in found.items()}
    lacking = {name: modules for name, modules in lacking.items() if modules}
    if lacking:
        needs = [_needs(file, backends, lacking) for file, backends in studies.items()]
        raise PluginError(
            f"{'; '.join(filter(None, needs))}; install what is missing with: {install(lacking)} "
            "(or leave these studies or backends out)."
        )
    _check_honoured(plans, found)


def _check_honoured(plans: Iterable[Plan], found: Mapping[str, Registered]) -> None:
    """Refuse what a study asks of a backend that has not said it honours that."""
    usual = defaults("network") | defaults("training")
    for plan in plans:
        asked = [effective(point.hyperparameters) for point in plan.points.values()]
        for name in plan.study.backends:
            for values in asked:
                require_honoured(found[name], values, usual, choices())


def _needs(file: str, backends: Iterable[str], lacking: Mapping[str, list[str]]) -> str:
    """Say which backends of a study cannot be had; "" where all can."""
    named = [f"{name} (needs {', '.join(lacking[name])})" for name in backends if name in lacking]
    return f"{file}: backends that are not installed: {', '.join(named)}" if named else ""
