"""Cutting a study into jobs: blocks of seeds, segments of epochs.

What has been trained already keeps its cut, so that adding seeds or epochs trains only
what is new, whatever the job sizes were before.
"""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

LONGEST_NAME = 200  # characters; file systems allow 255
MOST_SEEDS = 100_000  # of a study
SEEDS = r"\d+(?:-\d+)?(?:\+\d+(?:-\d+)?)*"  # what `name_seeds` writes


def name_seeds(seeds: Sequence[int]) -> str:
    """Name a block of seeds: ``0-29``, ``42``, ``3+7+40-42``."""
    runs: list[list[int]] = []
    for seed in seeds:
        if runs and seed == runs[-1][-1] + 1:
            runs[-1].append(seed)
        else:
            runs.append([seed])
    return "+".join(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)


def parse_seeds(name: str) -> list[int]:
    """Undo `name_seeds`."""
    ends = [[int(end) for end in part.split("-")] for part in name.split("+")]
    return [seed for end in ends for seed in range(end[0], end[-1] + 1)]


def blocks(
    seeds: Sequence[int], per_job: int, existing: Iterable[str] = ()
) -> list[tuple[str, list[int]]]:
    """Cut seeds into blocks of at most `per_job`, keeping blocks that exist.

    Parameters
    ----------
    seeds : in increasing order.
    existing : names of blocks trained before. One is kept where it has seeds that
        are asked for; its other seeds are surplus, whose rows are left out of the tables.

    Returns
    -------
    pairs of a block's name and those of its seeds that it is to answer for: together
        they are `seeds`, each once. They come in the order of these seeds, whatever was there before.
    """
    kept, rest = [], set(seeds)
    parsed = {name: parse_seeds(name) for name in sorted(existing)}
    for name in sorted(parsed, key=lambda name: -len(rest.intersection(parsed[name]))):
        if useful := sorted(rest.intersection(parsed[name])):
            kept.append((name, useful))
            rest.difference_update(useful)
    new = [(name, parse_seeds(name)) for name in _cut(sorted(rest), per_job)]
    return sorted(kept + new, key=lambda pair: pair[1][0])


def count(name: str) -> int:
    """Count the seeds of a block's name without listing them."""
    ends = [[int(end) for end in part.split("-")] for part in name.split("+")]
    return sum(end[-1] - end[0] + 1 for end in ends)


def _cut(seeds: list[int], per_job: int) -> list[str]:
    """Name the blocks."""
    starts = range(0, len(seeds), per_job)
    return [name for start in starts for name in _names(seeds[start : start + per_job])]


def _names(seeds: list[int]) -> list[str]:
    """Name a block; one whose name is too long for a file is halved."""
    name, half = name_seeds(seeds), len(seeds) // 2
    return [name] if len(name) <= LONGEST_NAME else _names(seeds[:half]) + _names(seeds[half:])


def segments(
    epochs: int, per_job: int, existing: Iterable[tuple[int, int]] = ()
) -> list[tuple[int, int]]:
    """Cut ``0-epochs`` into a chain of segments, beginning with those that exist.

    The last may reach beyond `epochs` if it was trained before; its surplus rows
    are left out of the tables.
    """
    by_start: dict[int, int] = {}
    for start, end in existing:
        if end > start:
            by_start[start] = max(end, by_start.get(start, 0))
    chain, at = [], 0
    while at < epochs:
        end = by_start.get(at, min(at - at % per_job + per_job, epochs))
        chain.append((at, end))
        at = end
    return chain


def existing_blocks(folder: Path, seeds: Sequence[int], epochs: int) -> list[str]:
    """List the blocks in a folder of ``seeds-…`` folders that are worth keeping.

    Those of wanted seeds alone, to go on with; one that has other seeds too only
    where it has all the epochs, so that nobody trains seeds that no study asks for.
    """
    matches = [re.fullmatch(rf"seeds-({SEEDS})", path.name) for path in folder.glob("seeds-*")]
    names = [match[1] for match in matches if match and count(match[1]) <= MOST_SEEDS]
    wanted = set(seeds)
    return [
        name
        for name in names
        if wanted.issuperset(parse_seeds(name)) or _reaches(folder / f"seeds-{name}", epochs)
    ]


def _reaches(folder: Path, epochs: int) -> bool:
    done = set(existing_segments(folder))
    return set(segments(epochs, epochs, done)) <= done


def existing_segments(folder: Path) -> list[tuple[int, int]]:
    """List the segments whose end state is in a folder."""
    matches = [re.fullmatch(r"(\d+)-(\d+)\.npz", path.name) for path in folder.glob("*.npz")]
    return sorted((int(match[1]), int(match[2])) for match in matches if match)
