"""Which jobs a study needs, and what each depends on."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from pathlib import Path
from typing import Any

from epochwise.data.datasets import find_source
from epochwise.errors import DataError, PluginError, StudyError, unknown
from epochwise.figures.choose import choose, tables_of
from epochwise.plugins.honours import require_honoured
from epochwise.plugins.registry import Registered, find_backend, install, load_all, names
from epochwise.study import study as studies
from epochwise.study.jobs import blocks, existing_blocks, existing_segments, name_seeds, segments
from epochwise.study.schema import defaults
from epochwise.study.study import Study
from epochwise.study.sweeps import Point, batch_sizes, effective

SUFFIXES = ("png", "svg", "pdf")
# the tables of the answers, each as CSV and Parquet
ANSWERS = ("best_epoch", "choice_cost", "phases", "batches", "stopping", "frontier", "refit")


@dataclass(frozen=True)
class Block:
    """Seeds that are trained together, segment after segment.

    Parameters
    ----------
    seeds : the name of the seeds that are trained.
    wanted : those of them that the study asks for.
    segments : pairs of (start, end) in epochs.
    """

    dataset: str
    fold: int
    backend: str
    point: Point
    seeds: str
    wanted: list[int]
    segments: list[tuple[int, int]]

    @property
    def labels(self) -> dict[str, Any]:
        """What its rows of the loss table have in common."""
        names = {"dataset": self.dataset, "fold": self.fold, "backend": self.backend}
        return names | dict(self.point.swept)


class Plan:
    """All blocks of a study, given what lies in its folder.

    Parameters
    ----------
    study : the study.
    results : the folder of all results.
    sources : the plugin's file of each dataset.
    drawers : the figures that plugins registered, by name.
    """

    def __init__(
        self,
        study: Study,
        results: Path,
        sources: Mapping[str, str],
        drawers: Mapping[str, Registered],
    ) -> None:
        self.study = study
        self.sources = sources
        self.drawers = drawers
        self.figures = choose(study, drawers)
        self.points = study.points()
        self.folder = results / study.name
        self.work = self.folder / "work"

    @cached_property
    def blocks(self) -> list[Block]:
        """List the blocks in the order of the loss table."""
        study = self.study
        cases = [(name, fold) for name in study.datasets for fold in study.folds(name)]
        every = product(cases, study.backends, self.points.values())
        return [b for (name, fold), backend, p in every for b in self._of(name, fold, backend, p)]

    def _of(self, dataset: str, fold: int, backend: str, point: Point) -> list[Block]:
        jobs, seeds = self.study.resolved["jobs"], self.study.seeds
        epochs = point.values["epochs"]
        folder = self.work / dataset / f"fold-{fold}" / point.name / backend
        found = []
        existing = existing_blocks(folder, seeds, epochs)
        for name, wanted in blocks(seeds, jobs["seeds_per_job"], existing):
            done = existing_segments(folder / f"seeds-{name}")
            chain = segments(epochs, jobs["epochs_per_job"], done)
            found.append(Block(dataset, fold, backend, point, name, wanted, chain))
        return found

    @cached_property
    def _starts(self) -> Mapping[tuple[str, int], int]:
        """Where the segment begins that ends at an epoch, by its block's folder."""
        return {
            (str(self._folder(b)), end): start for b in self.blocks for start, end in b.segments
        }

    def _folder(self, block: Block) -> Path:
        fold = self.work / block.dataset / f"fold-{block.fold}"
        return fold / block.point.name / block.backend / f"seeds-{block.seeds}"

    def state_before(self, at: Any) -> str | list[str]:
        """Give the file of the state that a segment goes on from; none at epoch 0.

        Parameters
        ----------
        at : the segment, with the attributes dataset, fold, point, backend, seeds and start.
        """
        fold = self.work / at.dataset / f"fold-{at.fold}"
        folder, start = fold / at.point / at.backend / f"seeds-{at.seeds}", int(at.start)
        return f"{folder}/{self._starts[str(folder), start]}-{start}.npz" if start else []

    def hyperparameters(self, point: str) -> dict[str, Any]:
        """Give all that a backend is told of a point: what the host does itself is left out."""
        return {
            k: v for k, v in self.points[point].values.items() if k not in ("epochs", "shuffle")
        }

    def dataset_files(self, dataset: str) -> list[str]:
        """List what a dataset is made from: the plugin's file, and the user's where there is one."""
        file = self.study.dataset_file(dataset)
        return [self.sources[dataset], *([str(file)] if file else [])]

    def batch_sizes(self, dataset: str) -> dict[str, Any]:
        """Give what `problems.check_batch_sizes` needs besides the number of training rows."""
        return {"dataset": dataset, "where": self.study.file, "asked": self._batch_sizes}

    @cached_property
    def _batch_sizes(self) -> list[tuple[str, int | str]]:
        return batch_sizes(self.study.resolved)

    def partitions(self) -> dict[str, Any]:
        """Give all that one fold's cut depends on; not how many repeats there are besides."""
        cut = self.study.resolved["partitions"]
        return {key: value for key, value in cut.items() if key != "n_repeats"}

    def results(self) -> list[str]:
        """List what a study leaves behind for its reader, but the times, which differ."""
        tables = ["losses.parquet", "losses.csv", "summary.csv", "answer.json"]
        tables += [f"{name}.{kind}" for name in ANSWERS for kind in ("csv", "parquet")]
        if len(self.study.backends) > 1:
            tables += ["agreement.csv", "agreement_by_epoch.csv"]
        drawn = [f"figures/{name}.{suffix}" for name in self.figures for suffix in SUFFIXES]
        return [str(self.folder / name) for name in [*tables, *drawn, "study.yaml"]]

    def facts_files(self) -> list[str]:
        """List the file of facts of every dataset."""
        return [str(self.work / name / "raw.json") for name in self.study.datasets]

    def answer_settings(self) -> dict[str, Any]:
        """Give all that the answers depend on besides the tables."""
        resolved = self.study.resolved
        return {
            "name": self.study.name,
            "answer": resolved["answer"],
            "stopping": resolved.get("stopping"),
        }

    def figure_tables(self, figure: str) -> list[str]:
        """List the tables that a figure reads."""
        return [str(self.folder / name) for name in tables_of(self.drawers[figure])]

    def drawn_study(self) -> dict[str, Any]:
        """Give the study as figures may depend on it: not on other figures, nor on jobs."""
        return {k: v for k, v in self.study.resolved.items() if k not in ("figures", "jobs")}

    def segment_files(self, suffix: str) -> list[str]:
        """List a file of every segment, in the order of the loss table."""
        return [
            f"{self._folder(block)}/{start}-{end}.{suffix}"
            for block in self.blocks
            for start, end in block.segments
        ]

    def segment_labels(self) -> list[dict[str, Any]]:
        """Say of every segment what it holds, in the order of `segment_files`."""
        return [
            {
                "labels": block.labels,
                "epochs": block.point.values["epochs"],
                "seeds": block.seeds,
                "wanted": name_seeds(block.wanted),
                "start": start,
                "end": end,
            }
            for block in self.blocks
            for start, end in block.segments
        ]


def read_plans(names: Any, folder: Path, plugins: Path, results: Path) -> dict[str, Plan]:
    """Read and plan the studies that a run is to make, by name.

    Raises
    ------
    EpochwiseError
        The first mistake in a study, or a backend that cannot be had.
    """
    drawers = load_all(plugins, "figures")
    plans = {}
    registered = load_all(plugins, "datasets")
    for path in studies.find(names, folder):
        study = studies.load(path)
        check_names(study, plugins)
        check_stopping(study, plugins)
        sources = dataset_sources(study, plugins, registered)
        plans[study.name] = Plan(study, results, sources, drawers)
    return plans


def check_names(study: Study, plugins: Path) -> None:
    """Refuse a backend that no plugin is named after, without importing any."""
    known = names(plugins, "backends")
    for backend in study.backends:
        if backend not in known:
            raise StudyError(f"{study.file}: backends: {unknown('backend', backend, known)}")


def check_stopping(study: Study, plugins: Path) -> None:
    """Refuse criteria of early stopping that cannot be replayed; the default ones can.

    Only a study that lists criteria waits for the import of what makes them.
    """
    if "stopping" not in study.resolved:
        return
    from epochwise.answers.criteria import parse_criteria

    registry = {name: one.value for name, one in load_all(plugins, "stopping").items()}
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
        asked = [effective(plan.hyperparameters(name)) for name in plan.points]
        for name in plan.study.backends:
            for values in asked:
                require_honoured(found[name], values, usual)


def _needs(file: str, backends: Iterable[str], lacking: Mapping[str, list[str]]) -> str:
    """Say which backends of a study cannot be had; "" where all can."""
    named = [f"{name} (needs {', '.join(lacking[name])})" for name in backends if name in lacking]
    return f"{file}: backends that are not installed: {', '.join(named)}" if named else ""


def dataset_sources(
    study: Study, plugins: Path, registered: Mapping[str, Registered]
) -> dict[str, str]:
    """Give the plugin's file that each dataset of a study comes from.

    Raises
    ------
    StudyError
        An unknown source, or options that it does not take.
    """
    files = {}
    for name, options in study.datasets.items():
        try:
            source = Path(find_source(name, registered, options).source)
        except DataError as error:
            raise StudyError(f"{study.file}: {error}") from None
        beside = plugins / source.name
        files[name] = str(beside if beside.is_file() else source)
    return files
