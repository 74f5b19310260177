"""Points and folds that share a training job, where each has too little to do for one of its own."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from epochwise.study.jobs import LONGEST_NAME, MOST_SEEDS, SEEDS, count, name_seeds, parse_seeds

AND = "@"  # between the names of points, none of which has it


@dataclass(frozen=True)
class Share:
    """What one job trains: each of its points on each of its folds."""

    folds: tuple[int, ...]
    points: tuple[str, ...]

    @property
    def fold(self) -> str:
        """Name the folds, as blocks of seeds are named."""
        return name_seeds(self.folds)

    @property
    def point(self) -> str:
        """Name the points."""
        return AND.join(self.points)

    @property
    def path(self) -> str:
        """Give the folder, within that of the dataset."""
        return f"fold-{self.fold}/{self.point}"

    @property
    def cells(self) -> list[tuple[int, str]]:
        """List fold and point of every cell, in the order in which they are trained and kept."""
        return [(fold, point) for point in self.points for fold in self.folds]

    @property
    def fits(self) -> bool:
        """Whether the names are not too long for folders."""
        return all(len(name.encode()) <= LONGEST_NAME for name in (self.fold, self.point))


def parse(fold: str, point: str) -> Share:
    """Undo `Share.fold` and `Share.point`."""
    return Share(tuple(parse_seeds(fold)), tuple(point.split(AND)))


def pack(folds_of: Mapping[str, Sequence[int]], per_job: int) -> Iterator[Share]:
    """Put points and folds together, at most `per_job` cells in a job.

    Parameters
    ----------
    folds_of : the folds that each point is to be trained on.
    """
    alike: dict[tuple[int, ...], list[str]] = {}
    for point, folds in folds_of.items():
        alike.setdefault(tuple(folds), []).append(point)
    for folds, points in alike.items():
        width = min(len(folds), per_job)
        height = per_job // width
        for row in range(0, len(points), height):
            for column in range(0, len(folds), width):
                both = folds[column : column + width], tuple(points[row : row + height])
                yield from _fitting(Share(*both))


def _fitting(share: Share) -> Iterator[Share]:
    """Halve what has too long a name."""
    folds, points = share.folds, share.points
    if share.fits or len(folds) == len(points) == 1:
        yield share
    elif len(points) > 1:
        half = len(points) // 2
        yield from _fitting(Share(folds, points[:half]))
        yield from _fitting(Share(folds, points[half:]))
    else:
        half = len(folds) // 2
        yield from _fitting(Share(folds[:half], points))
        yield from _fitting(Share(folds[half:], points))


def existing_shares(folder: Path) -> list[Share]:
    """List what jobs of several points or folds have shared, as a dataset's folder has it."""
    found = []
    for path in sorted(folder.glob("fold-*/*/")):
        fold = path.parent.name.removeprefix("fold-")
        several = AND in path.name or not fold.isdecimal()
        if several and re.fullmatch(SEEDS, fold) and count(fold) <= MOST_SEEDS:
            found.append(parse(fold, path.name))
    return found
