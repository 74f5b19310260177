"""The losses of points as matrices, of which only those in use are in memory."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np

from epochwise import parquet
from epochwise.arrays import Floats, Ints
from epochwise.tables.pieces import Pieces

TOGETHER = 524_288  # losses of small points that are read at once
KEPT = 268_435_456  # bytes of matrices, 256 MB; those of the points read last may be more


class Matrices:
    """The curves of each point, (runs, epochs + 1), NaN after the end of a run.

    Neighbours in the table are read together and what was read last is kept, so whoever goes
    through the points in their order reads the table once. Memory follows the largest point.

    Parameters
    ----------
    pieces : the loss table.
    starts : row numbers at which its runs start, and the number of rows, (runs + 1,).
    points : which runs each point has.
    """

    def __init__(self, pieces: Pieces, starts: Ints, points: Sequence[Sequence[int]]) -> None:
        self.pieces, self.starts, self.points = pieces, starts.tolist(), points
        self._shapes = [self._shape(runs) for runs in points]
        self._windows = self._cut()
        self._kept: dict[int, dict[str, list[Floats]]] = {}  # by window; the one used last is last

    def get(self, point: int, column: str) -> Floats:
        """Give one column of a point; it is shared, so nobody can write to it."""
        window = self._windows[point]
        first = bisect_left(self._windows, window)
        own = self._kept[window] = self._kept.pop(window, {})
        if column not in own:
            own[column] = self._read(range(first, bisect_right(self._windows, window)), column)
            self._forget()
        return own[column][point - first]

    def _shape(self, runs: Sequence[int]) -> tuple[int, int]:
        return len(runs), max(self.starts[run + 1] - self.starts[run] for run in runs)

    def _cut(self) -> list[int]:
        """Give each point the number of its window, (points,)."""
        windows, losses, number = [], 0, 0
        for runs, width in self._shapes:
            if losses and losses + runs * width > TOGETHER:
                losses, number = 0, number + 1
            losses += runs * width
            windows.append(number)
        return windows

    def _read(self, points: range, column: str) -> list[Floats]:
        matrices = [np.full(self._shapes[point], np.nan) for point in points]
        rows = [
            (self.starts[run], self.starts[run + 1], matrix[place])
            for point, matrix in zip(points, matrices, strict=True)
            for place, run in enumerate(self.points[point])
        ]
        self._fill(sorted(rows, key=lambda row: row[0]), column)
        for matrix in matrices:
            matrix.flags.writeable = False
        return matrices

    def _fill(self, rows: Sequence[tuple[int, int, Floats]], column: str) -> None:
        """Fill rows of matrices, each from its first row of the table up to its last."""
        begin = end = 0
        values = np.empty(0)
        for start, stop, row in rows:
            at = start
            while at < stop:
                if not begin <= at < end:
                    number = self.pieces.holding(at)
                    begin, end = self.pieces.starts[number : number + 2]
                    values = self._finite(number, column)
                upto = min(stop, end)
                row[at - start : upto - start] = values[at - begin : upto - begin]
                at = upto

    def _finite(self, number: int, column: str) -> Floats:
        """Read a column of one piece, (rows,), NaN for what is not finite."""
        read = parquet.array(self.pieces.read(number, [column])[column])
        values: Floats = np.array(read, dtype=np.float64)
        values[~np.isfinite(values)] = np.nan
        return values

    def _forget(self) -> None:
        """Keep what is allowed, and at least the points that were read last."""
        size = sum(m.nbytes for own in self._kept.values() for ms in own.values() for m in ms)
        for window in list(self._kept)[:-1]:
            if size <= KEPT:
                return
            size -= sum(m.nbytes for ms in self._kept.pop(window).values() for m in ms)


class Deferred(Mapping[str, Floats]):
    """Matrices by name, each made when it is asked for.

    Parameters
    ----------
    makers : by name, what makes it.
    """

    def __init__(self, makers: Mapping[str, Callable[[], Floats]]) -> None:
        self._makers = dict(makers)

    def __getitem__(self, name: str) -> Floats:
        """Make one."""
        return self._makers[name]()

    def __iter__(self) -> Iterator[str]:
        """Go through the names."""
        return iter(self._makers)

    def __len__(self) -> int:
        """Count the names."""
        return len(self._makers)

    def __contains__(self, name: object) -> bool:
        """Tell whether there is one of a name, without making it."""
        return name in self._makers
