"""A harness of faults: `python -m harness [--minutes N] [--fault NAME ...]` with `tests` on the path.

Each fault is done to a run of a small study, at places and moments drawn at random; then the same
command is typed again, and what it makes is compared, byte for byte, with a run without faults.
"""

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path
from random import Random

from harness import (
    damage,
    disk,
    edits,
    foreign_files,
    kills,
    lost_memory,
    surroundings,
    together,
)
from harness.lab import Fault, Lab
from harness.table import Row, write_docs

FAULTS: dict[str, Fault] = {
    module.FAULT.name: module.FAULT
    for module in (
        *(lost_memory, foreign_files, damage, edits, kills, disk, surroundings, together),
    )
}


def main() -> int:
    """Run; 0 if every outcome is good."""
    parser = argparse.ArgumentParser(prog="harness", description=__doc__)
    parser.add_argument("--fault", nargs="+", choices=FAULTS, default=list(FAULTS))
    parser.add_argument("--points", type=int, default=8, help="of each fault, at most")
    parser.add_argument("--minutes", type=float, help="go on with new points for so long")
    parser.add_argument("--seed", type=int, default=time.time_ns() % 10**6)
    parser.add_argument("--write-docs", action="store_true", help="write docs/reliability.md")
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    folder = Path(tempfile.mkdtemp(prefix="harness-"))
    rows = Harness(folder, options).rows()
    if options.write_docs:
        write_docs(rows, FAULTS.values())
    bad = [row for row in rows if not row.outcome.good]
    print(f"{len(rows)} points, {len(bad)} at fault")
    if not bad:
        os.rmdir(folder) if not any(folder.iterdir()) else None
    return int(bool(bad))


class Harness:
    """Tries points of faults."""

    def __init__(self, folder: Path, options: argparse.Namespace) -> None:
        self.lab, self.options = Lab(folder), options
        self.until = time.monotonic() + 60 * (options.minutes or 1e9)

    def rows(self) -> list[Row]:
        """Try all points, the faults in turn."""
        random = Random(self.options.seed)
        drawn = {
            name: FAULTS[name].points(self.lab, Random(random.random()))
            for name in self.options.fault
        }
        rows: list[Row] = []
        turns = sys.maxsize if self.options.minutes else self.options.points
        for _ in range(turns):
            for name in list(drawn):
                if time.monotonic() > self.until or not drawn:
                    break
                try:
                    what, do = next(drawn[name])
                except StopIteration:
                    del drawn[name]
                    continue
                began = time.monotonic()
                rows.append(Row(name, what, do()))
                print(
                    f"{name}: {what}: {rows[-1].outcome.word} ({time.monotonic() - began:.0f} s)",
                    flush=True,
                )
        self.lab.close()
        return rows


if __name__ == "__main__":
    sys.exit(main())
