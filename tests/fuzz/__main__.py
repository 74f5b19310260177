"""Fuzzing: `python -m fuzz [--inputs N] [--seed S] [--out FOLDER] [TARGET ...]` with `tests` on the path.

Each target runs in a process of its own, which is begun again where an input ends it. What was found
lies in the folder, with the input; the exit status says whether anything was.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from helpers import ROOT

QUIET = {  # one thread and no arenas, so that the memory is that of the input
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "MALLOC_ARENA_MAX": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONHASHSEED": "0",
}
SHARES = {  # of the inputs, by what is to be read
    "studies": 0.2,
    "text": 0.2,
    "excel": 0.05,
    "parquet": 0.1,
    "states": 0.1,
    "records": 0.1,
    "histories": 0.22,
    "answers": 0.03,
}
MOST_ENDS = 20  # processes of a target that may be ended by their inputs


def fuzz(name: str, inputs: int, seed: int, out: Path) -> int:
    """Fuzz one target; give how many inputs were tried."""
    tried = 0
    for attempt in range(MOST_ENDS):
        command = [sys.executable, "-m", "fuzz.one", name, str(inputs - tried), str(seed + attempt)]
        with (out / f"{name}.log").open("ab") as log:
            done = subprocess.run(
                [*command, str(out)], cwd=out, env=os.environ | QUIET, stdout=log, stderr=log
            )
        before, tried = tried, counted(out / f"{name}.count")
        if not done.returncode or tried >= inputs or tried == before:
            break
    return tried


def counted(file: Path) -> int:
    """Read how many inputs have been tried."""
    return int(file.read_text() or 0) if file.is_file() else 0


def found_in(out: Path, name: str) -> list[str]:
    """Say what was found for a target; an input that ended the process is a file of libFuzzer's."""
    folder = out / name
    told = [f"{path}: {json.loads(path.read_text())['error']}" for path in folder.glob("*.json")]
    ended = [
        one for kind in ("crash", "timeout", "oom", "leak") for one in folder.glob(f"{kind}-*")
    ]
    return sorted([*told, *(f"{path}: ended the process" for path in ended)])


def main() -> int:
    """Fuzz what is asked for; give the exit status."""
    asked = argparse.ArgumentParser(prog="python -m fuzz")
    asked.add_argument("targets", nargs="*", choices=[[], *SHARES], help="by default all")
    asked.add_argument("--inputs", type=int, default=100_000, help="of all targets")
    asked.add_argument("--seed", type=int, default=0)
    asked.add_argument("--out", type=Path, help="by default a new folder")
    given = asked.parse_args()
    out = (given.out or Path(tempfile.mkdtemp(prefix="fuzz-"))).resolve()
    out.mkdir(parents=True, exist_ok=True)
    names = given.targets or list(SHARES)
    whole = sum(SHARES[name] for name in names)
    path = [str(ROOT / "tests"), str(ROOT / "workflow"), os.environ.get("PYTHONPATH", "")]
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, path))
    wrong = 0
    for name in names:
        wanted = round(given.inputs * SHARES[name] / whole)
        tried = fuzz(name, wanted, given.seed, out)
        found = found_in(out, name)
        wrong += len(found) + (tried < wanted)
        print(
            f"{name}: {tried} of {wanted} inputs, {len(found)} found",
            *found,
            sep="\n  ",
            flush=True,
        )
    print(f"All of it lies in {out}.")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
