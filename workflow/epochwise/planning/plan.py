"""Which jobs a study needs, and what each depends on."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from epochwise.answers.default_criteria import names_of
from epochwise.figures.choose import choose, tables_of
from epochwise.json_files import read_object
from epochwise.planning.blocks import Block, Cut
from epochwise.plugins.registry import Registered
from epochwise.study.jobs import name_seeds, parse_seeds
from epochwise.study.sharing import parse
from epochwise.study.study import Study
from epochwise.study.sweeps import Point, batch_sizes
from epochwise.tables.catalogue import ANSWERS, typeset_files

SUFFIXES = ("png", "svg", "pdf")
# what a training job first asks a cluster for; a job that was killed goes on where it was, with more
MINUTES = 60  # short enough for a place in the queue between longer jobs
MEGABYTES = 2000  # the largest framework, and the workflow's own processes
MOST_CSV_ROWS = 10_000_000  # about 1 GB; a larger loss table is Parquet alone
MOST_NAMED = 3  # points of a job, where it is told
COPIES = 10  # of its inputs, at most, that a job has in memory at a time


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
        self._cut = Cut(study, self.points, self.work)

    @cached_property
    def blocks(self) -> list[Block]:
        """List the blocks in the order of the loss table."""
        return self._cut.blocks()

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
        return self.work / block.path

    def fold_files(self, at: Any, name: str) -> list[str]:
        """List a file of each fold that a job trains on; for `at` see `state_before`."""
        folds = parse(at.fold, at.point).folds
        return [str(self.work / at.dataset / f"fold-{fold}" / name) for fold in folds]

    def points_of(self, point: str) -> list[Point]:
        """List the points that a job trains, given what its folder names."""
        return [self.points[name] for name in parse("0", point).points]

    def in_words(self, at: Any) -> str:
        """Say which points and folds a job trains; for `at` see `state_before`."""
        share = parse(at.fold, at.point)
        points = " and ".join(share.points)
        if len(share.points) > MOST_NAMED:
            points = f"{len(share.points)} points"
        return f"{points}, fold{'s' * (len(share.folds) > 1)} {at.fold}"

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
        """The training jobs, about, where nothing has been trained yet."""
        return self._cut.most_jobs()

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
            of_all = {"dataset": block.dataset, "fold": block.share.fold, "seeds": block.seeds}
            of_all |= {"point": block.share.point, "backend": block.backend}
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
        networks = {  # by the file that a job leaves
            f"{self.block_folder(block)}/{start}-{end}.npz": (end - start)
            * len(block.share.cells)
            * len(parse_seeds(block.seeds))
            for block in self.up_to(0)
            for start, end in block.segments
        }
        return sum(epochs for file, epochs in networks.items() if not Path(file).is_file())

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
