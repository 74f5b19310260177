"""Which jobs a study needs, and what each depends on."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product
from os.path import isfile
from pathlib import Path
from typing import Any

from epochwise.answers.default_criteria import names_of
from epochwise.figures.choose import choose, tables_of
from epochwise.json_files import read_object
from epochwise.plugins.registry import Registered
from epochwise.study.job_sizes import LEAST, Work, cells_per_job, sizes
from epochwise.study.jobs import (
    blocks,
    existing_blocks,
    existing_segments,
    name_seeds,
    parse_seeds,
    segments,
)
from epochwise.study.schema import AUTO
from epochwise.study.sharing import Cells, existing_shared, pack, parse
from epochwise.study.study import Study
from epochwise.study.sweeps import Point, batch_sizes
from epochwise.tables.catalogue import ANSWERS, typeset_files

SUFFIXES = ("png", "svg", "pdf")
# what a training job first asks a cluster for; a job that was killed goes on where it was, with more
MINUTES = 60  # short enough for a place in the queue between longer jobs
MEGABYTES = 2000  # the largest framework, and the workflow's own processes
MOST_CSV_ROWS = 10_000_000  # about 1 GB; a larger loss table is Parquet alone
COPIES = 10  # of its inputs, at most, that a job has in memory at a time


@dataclass(frozen=True)
class Block:
    """Seeds of a point on a fold that are trained together, segment after segment.

    Parameters
    ----------
    cells : the points and folds that the same jobs train.
    seeds : the name of the seeds that are trained.
    wanted : those of them that the study asks for.
    segments : pairs of (start, end) in epochs.
    round : in which it is trained; 0 but where a study goes on until it is sure enough.
    """

    dataset: str
    fold: int
    backend: str
    point: Point
    cells: Cells
    seeds: str
    wanted: list[int]
    segments: list[tuple[int, int]]
    round: int

    @property
    def cell(self) -> int | None:
        """The place that its runs have in the files of jobs that it shares; None if it shares none."""
        each = self.cells.each
        return each.index((self.fold, self.point.name)) if len(each) > 1 else None

    @property
    def labels(self) -> dict[str, Any]:
        """What its rows of the loss table have in common."""
        names = {"dataset": self.dataset, "fold": self.fold, "backend": self.backend}
        return names | dict(self.point.swept)


def _alike(point: Point) -> tuple[Any, ...]:
    """Give what points that share a job have in common."""
    return point.values["epochs"], point.values["device"]


def any_of(studies: Iterable[str]) -> str:
    """Give the regular expression of a wildcard that is one of some studies; with none, of nothing."""
    return "|".join(sorted(studies)) or "(?!)"


def is_enough(judged: str | Path) -> bool:
    """Read whether a round was found enough; see `epochwise.answers.rounds`."""
    return bool(read_object(judged).get("enough"))


class Plan:
    """All blocks of a study, given what lies in its folder.

    Parameters
    ----------
    study : the study.
    results : the folder of all results.
    registered : what plugins registered, by kind and name.
    """

    def __init__(
        self, study: Study, results: Path, registered: Mapping[str, Mapping[str, Registered]]
    ) -> None:
        self.study = study
        self.registered = registered
        self.figures = choose(study, registered["figures"])
        self.points = study.points()
        self.folder = results / study.name
        self.work = self.folder / "work"

    @cached_property
    def blocks(self) -> list[Block]:
        """List the blocks in the order of the loss table."""
        study = self.study
        cases = [(name, fold) for name in study.datasets for fold in study.folds(name)]
        every = product(cases, study.backends, self.points.values())
        found = [b for (name, fold), backend, p in every for b in self._of(name, fold, backend, p)]
        return self._shared(found) if study.resolved["jobs"]["seeds_per_job"] == AUTO else found

    def _of(self, dataset: str, fold: int, backend: str, point: Point) -> Iterator[Block]:
        epochs = point.values["epochs"]
        seeds_per_job, epochs_per_job = self._sizes(dataset, point)
        alone = Cells((fold,), (point.name,))
        existing: dict[str, Cells] = {}
        for cells in [alone, *self._existing_shared(dataset, fold, point)]:
            folder = self.work / dataset / cells.path / backend
            names = existing_blocks(folder, self.study.seeds, epochs)
            existing = dict.fromkeys(names, cells) | existing
        by_round: dict[int, list[int]] = {}
        for seed in self.study.seeds:
            by_round.setdefault(self.study.round_of(fold, seed), []).append(seed)
        for number, seeds in by_round.items():
            for name, wanted in blocks(seeds, seeds_per_job, existing):
                cells = existing.get(name, alone)
                folder = self.work / dataset / cells.path / backend
                done = existing_segments(folder / f"seeds-{name}")
                chain = segments(epochs, epochs_per_job, done)
                yield Block(dataset, fold, backend, point, cells, name, wanted, chain, number)

    def _existing_shared(self, dataset: str, fold: int, point: Point) -> list[Cells]:
        """List the shared jobs that have trained a point on a fold, and that can be asked for again."""
        return self._all_existing_shared[dataset].get((fold, point.name), [])

    @cached_property
    def _all_existing_shared(self) -> dict[str, dict[tuple[int, str], list[Cells]]]:
        found: dict[str, dict[tuple[int, str], list[Cells]]] = {}
        for dataset in self.study.datasets:
            of_cell = found.setdefault(dataset, {})
            for cells in existing_shared(self.work / dataset):
                if self._can_be_made(dataset, cells):
                    for cell in cells.each:
                        of_cell.setdefault(cell, []).append(cells)
        return found

    def _can_be_made(self, dataset: str, cells: Cells) -> bool:
        """Whether the study still has all that shared a job, and as many epochs of it."""
        known = self.points.keys() >= set(cells.points)
        if not known or not set(self.study.folds(dataset)).issuperset(cells.folds):
            return False
        return len({_alike(self.points[name]) for name in cells.points}) == 1

    def _shared(self, found: Sequence[Block]) -> list[Block]:
        """Put blocks into jobs together that are too small for their own and that nobody has trained yet."""
        groups: dict[tuple[Any, ...], list[int]] = {}
        for place, block in enumerate(found):
            new = len(block.cells.each) == 1 and not (self.work / self._path(block)).is_dir()
            if new and self._units(block) < LEAST:
                kind = block.dataset, block.backend, block.round, block.seeds
                groups.setdefault((*kind, *block.segments, _alike(block.point)), []).append(place)
        shared = list(found)
        runs = len(self.points) * self.most_runs // len(self.study.seeds)
        for places in groups.values():
            folds: dict[str, list[int]] = {}
            for block in (found[place] for place in places):
                folds.setdefault(block.point.name, []).append(block.fold)
            units = max(self._units(found[place]) for place in places)
            together = {
                cell: one for one in pack(folds, cells_per_job(units, runs)) for cell in one.each
            }
            for place in places:
                block = found[place]
                shared[place] = replace(block, cells=together[block.fold, block.point.name])
        return shared

    def _units(self, block: Block) -> float:
        """Give how much a block has to do; see `job_sizes.Work`."""
        work = self._work(block.dataset, block.point)
        return len(block.wanted) * work.units * work.epochs

    def _work(self, dataset: str, point: Point) -> Work:
        file = self.study.dataset_file(dataset)
        size = file.stat().st_size if file and isfile(file) else 0
        return Work(point.values["epochs"], point.values["hidden_layer_sizes"], size)

    def _sizes(self, dataset: str, point: Point) -> tuple[int, int]:
        """Give how many seeds and epochs a job has; see `job_sizes.sizes`."""
        runs = self.most_runs * len(self.points)
        return sizes(self.study.resolved["jobs"], runs, self._work(dataset, point))

    def reached(self) -> int | None:
        """Give the round that has been found enough or is under way; None where all are made."""
        for number in range(len(self.study.rounds) - 1):
            file = self.work / "rounds" / f"{number}.json"
            if not file.is_file() or is_enough(file):
                return number
        return None

    def up_to(self, number: int | None) -> list[Block]:
        """List the blocks of a round and those before it; None for all."""
        return [one for one in self.blocks if number is None or one.round <= number]

    @cached_property
    def _starts(self) -> Mapping[tuple[str, int], int]:
        """Where the segment begins that ends at an epoch, by its block's folder."""
        return {
            (str(self.block_folder(b)), end): start
            for b in self.blocks
            for start, end in b.segments
        }

    def block_folder(self, block: Block) -> Path:
        """Give where a block's files are."""
        return self.work / self._path(block)

    def _path(self, block: Block) -> str:
        return f"{block.dataset}/{block.cells.path}/{block.backend}/seeds-{block.seeds}"

    def fold_files(self, at: Any, name: str) -> list[str]:
        """List a file of each fold that a job trains on; for `at` see `state_before`."""
        folds = parse(at.fold, at.point).folds
        return [str(self.work / at.dataset / f"fold-{fold}" / name) for fold in folds]

    def points_of(self, point: str) -> list[Point]:
        """List the points that a job trains, given what its folder names."""
        return [self.points[name] for name in parse("0", point).points]

    def told(self, point: str) -> list[dict[str, Any]]:
        """Give all that a job is told of its points."""
        return [
            {"hyperparameters": one.hyperparameters, "shuffle": one.values["shuffle"]}
            for one in self.points_of(point)
        ]

    def state_before(self, at: Any) -> str | list[str]:
        """Give the file of the state that a segment goes on from; none at epoch 0.

        Parameters
        ----------
        at : the segment, with the attributes dataset, fold, point, backend, seeds and start.
        """
        fold = self.work / at.dataset / f"fold-{at.fold}"
        folder, start = fold / at.point / at.backend / f"seeds-{at.seeds}", int(at.start)
        return f"{folder}/{self._starts[str(folder), start]}-{start}.npz" if start else []

    @property
    def threads(self) -> int:
        """How many threads a training job computes with."""
        return int(self.study.resolved["jobs"]["threads"])

    def gpus(self, point: str) -> int:
        """Give how many graphics cards a job that trains a point takes."""
        return int(self.points_of(point)[0].values["device"] == "cuda")

    def megabytes(self, inputs: float, attempt: int) -> int:
        """Give the memory that a training job asks a cluster for: twice as much at each attempt.

        Parameters
        ----------
        inputs : the size of the job's files, in megabytes.
        attempt : which one it is, from 1 on.
        """
        return round(MEGABYTES + COPIES * inputs) << (attempt - 1)

    def minutes(self, attempt: int) -> int:
        """Give the time that a training job asks a cluster for; see `megabytes`."""
        return MINUTES << (attempt - 1)

    @property
    def epoch_timeout(self) -> float | None:
        """The seconds that an epoch may take; None for no limit."""
        seconds: float | None = self.study.resolved["jobs"].get("epoch_timeout")
        return seconds

    def dataset_file(self, dataset: str) -> list[str]:
        """Give the user's file that a dataset is read from, if it is."""
        file = self.study.dataset_file(dataset)
        return [str(file)] if file else []

    def dataset_options(self, dataset: str) -> dict[str, Any]:
        """Give all that a dataset's rows depend on: not the unit that its target is labelled with."""
        options = self.study.datasets[dataset]
        return {key: value for key, value in options.items() if key != "unit"}

    def dataset_plugin(self, dataset: str) -> str:
        """Name the plugin that a dataset comes from."""
        return self.registered["datasets"][self.study.datasets[dataset]["source"]].plugin

    def stopping_plugins(self) -> list[str]:
        """Name the plugins of the criteria of early stopping that are replayed."""
        return sorted({self.registered["stopping"][name].plugin for name in self._criteria})

    @cached_property
    def _criteria(self) -> list[str]:
        return names_of(self.study.resolved.get("stopping"))

    def stopping_code(self) -> str:
        """Say where the code of those criteria is that plugins only name, as `figure_code` does."""
        values = [self.registered["stopping"][name].value for name in self._criteria]
        return " ".join(value for value in values if isinstance(value, str))

    def figure_plugin(self, figure: str) -> str:
        """Name the plugin that a figure comes from."""
        return self.registered["figures"][figure].plugin

    def figure_code(self, figure: str) -> str:
        """Say where a figure's code is, as "package.module:name"; "" where it is in the plugin."""
        draw = self.registered["figures"][figure].value
        return draw if isinstance(draw, str) else ""

    def batch_sizes(self, dataset: str) -> dict[str, Any]:
        """Give what `problems.check_batch_sizes` needs besides the number of training rows."""
        return {"dataset": dataset, "where": self.study.file, "asked": self._batch_sizes}

    @cached_property
    def _batch_sizes(self) -> list[tuple[str, int | str]]:
        return batch_sizes(self.study.resolved)

    def shown_metrics(self, dataset: str) -> dict[str, Any]:
        """Give what `metrics.check_known` needs besides what is known: the metrics that figures show."""
        asked = []
        for name, options in self.figures.items():
            wish = options.get("metric") or []
            listed = wish if isinstance(wish, list) else [wish]
            asked += [(f"figures.{name}.metric", metric) for metric in listed]
        return {"dataset": dataset, "where": self.study.file, "asked": asked}

    def partitions(self) -> dict[str, Any]:
        """Give all that one fold's cut depends on; not how many repeats there are besides."""
        cut = self.study.resolved["partitions"]
        return {key: value for key, value in cut.items() if key != "n_repeats"}

    @cached_property
    def most_runs(self) -> int:
        """The runs of each point; where their number is `auto`, the most there can be."""
        study = self.study
        cuts = sum(len(study.folds(dataset)) for dataset in study.datasets)
        return cuts * len(study.backends) * len(study.seeds)

    @property
    def most_jobs(self) -> int:
        """The training jobs, counted without being listed, where nothing has been trained yet."""
        study = self.study
        return sum(
            len(study.folds(dataset))
            * len(study.backends)
            * -(-len(study.seeds) // seeds)
            * -(-point.values["epochs"] // epochs)
            for dataset in study.datasets
            for point in self.points.values()
            for seeds, epochs in [self._sizes(dataset, point)]
        )

    @property
    def most_rows(self) -> int:
        """The rows of the loss table, a row per run and epoch, where no run ends before its time."""
        each: int = sum(point.values["epochs"] + 1 for point in self.points.values())
        return self.most_runs * each

    @property
    def has_csv(self) -> bool:
        """Whether the loss table is written as CSV too."""
        return self.most_rows <= MOST_CSV_ROWS

    def results(self) -> list[str]:
        """List what a study leaves behind for its reader, but the times, which differ."""
        losses = ["losses.parquet", "losses.csv"] if self.has_csv else ["losses.parquet"]
        tables = [*losses, "summary.csv", "answer.json"]
        tables += [f"{table.name}.{kind}" for table in ANSWERS for kind in ("csv", "parquet")]
        tables += typeset_files()
        if len(self.study.compared) > 1:
            tables += ["agreement.csv", "agreement_by_epoch.csv"]
        drawn = [f"figures/{name}.{suffix}" for name in self.figures for suffix in SUFFIXES]
        return [str(self.folder / name) for name in [*tables, *drawn, "study.yaml"]]

    def jobs(self) -> Iterator[tuple[str, dict[str, str]]]:
        """List the jobs, each after those whose files it reads, as rule and wildcards."""
        yield from self._before_losses()
        names = ["answers", "typeset", "study_file"]
        names += ["agreement"] if len(self.study.compared) > 1 else []
        for name in names:
            yield name, {}
        for figure in self.figures:
            yield "figure", {"figure": figure}
        yield "report", {}
        yield "manifest", {}

    def _before_losses(self) -> Iterator[tuple[str, dict[str, str]]]:
        for dataset in self.study.datasets:
            yield "load", {"dataset": dataset}
            for fold in self.study.folds(dataset):
                yield "standardise", {"dataset": dataset, "fold": str(fold)}
        jobs: dict[str, dict[str, str]] = {}  # those that blocks share are listed once
        for block in self.blocks:
            of_all = {"dataset": block.dataset, "fold": block.cells.fold, "seeds": block.seeds}
            of_all |= {"point": block.cells.point, "backend": block.backend}
            for start, end in block.segments:
                file = f"{self.block_folder(block)}/{start}-{end}"
                jobs[file] = of_all | {"start": str(start), "end": str(end)}
        for at in jobs.values():
            yield "train", at
        for number in range(len(self.study.rounds) - 1):
            yield "judge_round", {"round": str(number)}
        yield "losses" if self.has_csv else "losses_without_csv", {}
        yield "timings", {}

    def sources(self) -> list[str]:
        """List the files that the loss table is made of, as far as a run has come."""
        return self.segment_files("parquet", self.reached())

    def made(self) -> list[str]:
        """List what a run is to make: all else comes before."""
        names = ["report.html", "manifest.json", *["timings.csv"] * self.study.trains]
        return [str(self.folder / name) for name in names]

    def facts_files(self) -> list[str]:
        """List the file of facts of every dataset."""
        return [str(self.work / name / "raw.json") for name in self.study.datasets]

    def answer_settings(self) -> dict[str, Any]:
        """Give all that the answers depend on besides the tables."""
        resolved = self.study.resolved
        return {
            "name": self.study.name,
            "answer": {**resolved["answer"], "looks": max(1, len(self.study.rounds))},
            "stopping": resolved.get("stopping"),
        }

    def figure_tables(self, figure: str) -> list[str]:
        """List the tables that a figure reads."""
        return [str(self.folder / name) for name in tables_of(self.registered["figures"][figure])]

    def drawn_study(self) -> dict[str, Any]:
        """Give the study as figures may depend on it: not on other figures, nor on jobs."""
        return {k: v for k, v in self.study.resolved.items() if k not in ("figures", "jobs")}

    def segment_files(self, suffix: str, number: int | None = None) -> list[str]:
        """List a file of every segment up to a round, in the order of the loss table."""
        return [f"{file}.{suffix}" for file in self._segments(number)]

    def _segments(self, number: int | None) -> dict[str, int]:
        """Give each segment's file, without its suffix, a number; blocks that share jobs share files."""
        files = dict.fromkeys(
            f"{self.block_folder(block)}/{start}-{end}"
            for block in self.up_to(number)
            for start, end in block.segments
        )
        return {file: place for place, file in enumerate(files)}

    def epochs_to_train(self) -> int:
        """Count the epochs, of all networks together, that are sure to be trained yet."""
        return sum(
            (end - start) * len(parse_seeds(block.seeds))
            for block in self.up_to(0)
            for start, end in block.segments
            if not Path(f"{self.block_folder(block)}/{start}-{end}.npz").is_file()
        )

    def segment_labels(self, number: int | None = None) -> list[dict[str, Any]]:
        """Say of every segment up to a round what it holds, in the order of the loss table.

        Its file is told by its place among `segment_files`; where blocks share it, the `cell` too.
        """
        files = self._segments(number)
        return [
            {
                "file": files[f"{self.block_folder(block)}/{start}-{end}"],
                "cell": block.cell,
                "labels": block.labels,
                "epochs": block.point.values["epochs"],
                "seeds": block.seeds,
                "wanted": name_seeds(block.wanted),
                "start": start,
                "end": end,
            }
            for block in self.up_to(number)
            for start, end in block.segments
        ]
