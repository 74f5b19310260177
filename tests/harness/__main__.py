"""A harness of faults: `python -m harness [--minutes N] [--fault NAME ...]` with `tests` on the path.

Each fault is done to a run of a small study, at places and moments drawn at random; then the same
command is typed again, and what it makes is compared, byte for byte, with a run without faults.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from harness.lab import Lab
from harness.table import Row, write_docs
from harness.trying import FAULTS, try_all


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
    lab = Lab(Path(tempfile.mkdtemp(prefix="harness-")))
    rows, began = list[Row](), time.monotonic()
    for row in try_all(lab, options.fault, options.seed, options.points, options.minutes):
        rows.append(row)
        took, began = time.monotonic() - began, time.monotonic()
        print(f"{row.fault}: {row.point}: {row.outcome.word} ({took:.0f} s)", flush=True)
    lab.close()
    if options.write_docs:
        write_docs(rows, FAULTS.values())
    bad = sum(not row.outcome.good for row in rows)
    print(f"{len(rows)} points, {bad} at fault")
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main())
