"""The blocks of a study: which seeds of which points and folds are trained together, by which jobs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product
from os.path import isfile
from pathlib import Path
from typing import Any

from epochwise.study.job_sizes import LEAST, Work, cells_per_job, sizes, up
from epochwise.study.jobs import blocks, existing_blocks, existing_segments, segments
from epochwise.study.schema import AUTO
from epochwise.study.sharing import Share, existing_shares, pack
from epochwise.study.study import Study
from epochwise.study.sweeps import Point

ROW = 100  # bytes, of a dozen numbers in a file


@dataclass(frozen=True)
class Block:
    """Seeds of a point on a fold that are trained together, segment after segment.

    Parameters
    ----------
    share : the points and folds that the same jobs train.
    seeds : the name of the seeds that are trained.
    wanted : those of them that the study asks for.
    segments : pairs of (start, end) in epochs.
    round : in which it is trained; 0 but where a study goes on until it is sure enough.
    """

    dataset: str
    fold: int
    backend: str
    point: Point
    share: Share
    seeds: str
    wanted: list[int]
    segments: list[tuple[int, int]]
    round: int

    @property
    def path(self) -> str:
        """Give the folder of its files, within that of all that is trained."""
        return f"{self.dataset}/{self.share.path}/{self.backend}/seeds-{self.seeds}"

    @property
    def cell(self) -> int | None:
        """The place that its runs have in the files of jobs that it shares; None if it shares none."""
        cells = self.share.cells
        return cells.index((self.fold, self.point.name)) if len(cells) > 1 else None

    @property
    def labels(self) -> dict[str, Any]:
        """What its rows of the loss table have in common."""
        names = {"dataset": self.dataset, "fold": self.fold, "backend": self.backend}
        return names | dict(self.point.swept)


class Cut:
    """How the runs of a study are cut into blocks; what has begun keeps its cut.

    Parameters
    ----------
    points : of the study, by their names.
    work : the folder of all that is trained.
    """

    def __init__(self, study: Study, points: Mapping[str, Point], work: Path) -> None:
        self.study, self.points, self.work = study, points, work

    def blocks(self) -> list[Block]:
        """List the blocks in the order of the loss table."""
        study = self.study
        cases = [(name, fold) for name in study.datasets for fold in study.folds(name)]
        every = product(cases, study.backends, self.points.values())
        found = [b for (name, fold), backend, p in every for b in self._of(name, fold, backend, p)]
        return self._shared(found) if study.resolved["jobs"]["seeds_per_job"] == AUTO else found

    def sizes(self, dataset: str, point: Point) -> tuple[int, int]:
        """Give how many seeds and epochs a job has; see `job_sizes.sizes`."""
        runs = self._cells * len(self.study.seeds)
        return sizes(self.study.resolved["jobs"], runs, self._work(dataset, point))

    def most_jobs(self) -> int:
        """Count the training jobs without listing them, where nothing has been trained yet."""
        found = 0.0
        for dataset, point in product(self.study.datasets, self.points.values()):
            seeds, epochs = self.sizes(dataset, point)
            cells = len(self.study.folds(dataset)) * len(self.study.backends)
            blocks = -(-len(self.study.seeds) // seeds) * -(-point.values["epochs"] // epochs)
            work = self._work(dataset, point)
            units = min(seeds, len(self.study.seeds)) * work.units * work.epochs
            shared = self.study.resolved["jobs"]["seeds_per_job"] == AUTO
            found += cells * blocks / (cells_per_job(units, self._cells) if shared else 1)
        return up(round(found, 6))

    @cached_property
    def _cells(self) -> int:
        """How many pairs of point and fold there are, of each dataset and backend."""
        cuts = sum(len(self.study.folds(dataset)) for dataset in self.study.datasets)
        return cuts * len(self.study.backends) * len(self.points)

    def _work(self, dataset: str, point: Point) -> Work:
        size = self._bytes[dataset]
        return Work(point.values["epochs"], point.values["hidden_layer_sizes"], size)

    @cached_property
    def _bytes(self) -> dict[str, int]:
        """The size of each dataset: of its file, or of the rows that are to be drawn; 0 where it is not known."""
        found = {}
        for dataset, options in self.study.datasets.items():
            file, rows = self.study.dataset_file(dataset), options.get("rows")
            found[dataset] = ROW * rows if isinstance(rows, int) else 0
            if file:
                found[dataset] = file.stat().st_size if isfile(file) else 0
        return found

    def _of(self, dataset: str, fold: int, backend: str, point: Point) -> Iterator[Block]:
        epochs = point.values["epochs"]
        seeds_per_job, epochs_per_job = self.sizes(dataset, point)
        alone = Share((fold,), (point.name,))
        existing: dict[str, Share] = {}
        shares = [alone, *self._existing_shares[dataset].get((fold, point.name), [])]
        for share in sorted(shares, key=lambda one: len(one.cells)):
            folder = self.work / dataset / share.path / backend
            for name in existing_blocks(folder, self.study.seeds, epochs):
                if name in existing:  # of two that reach as far the larger is kept
                    other = self.work / dataset / existing[name].path / backend
                    if _reached(other / f"seeds-{name}") > _reached(folder / f"seeds-{name}"):
                        continue
                existing[name] = share
        by_round: dict[int, list[int]] = {}
        for seed in self.study.seeds:
            by_round.setdefault(self.study.round_of(fold, seed), []).append(seed)
        for number, seeds in by_round.items():
            for name, wanted in blocks(seeds, seeds_per_job, existing):
                share = existing.get(name, alone)
                block = Block(dataset, fold, backend, point, share, name, wanted, [], number)
                done = existing_segments(self.work / block.path)
                yield replace(block, segments=segments(epochs, epochs_per_job, done))

    @cached_property
    def _existing_shares(self) -> dict[str, dict[tuple[int, str], list[Share]]]:
        """By dataset and cell, the shared jobs that have trained it and that can be asked for again."""
        found: dict[str, dict[tuple[int, str], list[Share]]] = {}
        for dataset in self.study.datasets:
            of_cell = found.setdefault(dataset, {})
            for share in existing_shares(self.work / dataset):
                if self._can_be_made(dataset, share):
                    for cell in share.cells:
                        of_cell.setdefault(cell, []).append(share)
        return found

    def _can_be_made(self, dataset: str, share: Share) -> bool:
        """Whether the study still has all that shared a job, and can go on with all of it alike."""
        known = self.points.keys() >= set(share.points)
        if not known or not set(self.study.folds(dataset)).issuperset(share.folds):
            return False
        return len({_alike(self.points[name]) for name in share.points}) == 1

    def _shared(self, found: Sequence[Block]) -> list[Block]:
        """Put together what is too small for jobs of its own and is not trained yet."""
        groups: dict[tuple[Any, ...], list[int]] = {}
        for place, block in enumerate(found):
            small = len(block.share.cells) == 1 and self._units(block) < LEAST
            if small and not (self.work / block.path).is_dir():
                kind = block.dataset, block.backend, block.round, block.seeds, *block.segments
                alike = (*kind, self._units(block), _alike(block.point))
                groups.setdefault(alike, []).append(place)
        shared = list(found)
        for places in groups.values():
            group = [found[place] for place in places]
            shares = self._shares_of(group)
            for place, block in zip(places, group, strict=True):
                shared[place] = replace(block, share=shares[block.fold, block.point.name])
        return shared

    def _shares_of(self, group: Sequence[Block]) -> dict[tuple[int, str], Share]:
        """Give by cell the points and folds that share its jobs, of blocks that may share them all."""
        folds: dict[str, list[int]] = {}
        for block in group:
            folds.setdefault(block.point.name, []).append(block.fold)
        per_job = cells_per_job(self._units(group[0]), self._cells)
        return {cell: share for share in pack(folds, per_job) for cell in share.cells}

    def _units(self, block: Block) -> float:
        """Give how much a block has to do; see `job_sizes.Work`."""
        work = self._work(block.dataset, block.point)
        return len(block.wanted) * work.units * work.epochs


def _reached(folder: Path) -> int:
    return max((end for _, end in existing_segments(folder)), default=0)


def _alike(point: Point) -> tuple[Any, ...]:
    """Give what points that share a job have in common."""
    return point.values["epochs"], point.values["device"]
