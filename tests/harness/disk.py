"""The disk is full, over quota or broken."""

import errno
import shutil
import subprocess
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from random import Random

from harness.lab import Fault, Lab, Point
from harness.outcomes import Outcome
from harness.small_study import Small

SOURCE = Path(__file__).with_name("failing.c")
CALLS = ("write", "rename", "open")
ERRORS = ("ENOSPC", "EDQUOT", "EIO")
PATHS = ("results/", "/work/", "records/", "logs/", ".snakemake/")


def compiled(lab: Lab) -> Path | None:
    """Compile what makes calls fail; None where there is no gcc."""
    library = lab.folder / "failing.so"
    if not library.exists() and shutil.which("gcc"):
        subprocess.run(
            ["gcc", "-O1", "-shared", "-fPIC", "-o", library, SOURCE, "-ldl"], check=True
        )
    return library if library.exists() else None


def failing(lab: Lab, library: Path, call: str, at: int, error: str, path: str) -> Outcome:
    small = lab.new()
    env = {
        "LD_PRELOAD": str(library),
        "FAIL_CALL": call,
        "FAIL_AT": str(at),
        "FAIL_ERRNO": str(getattr(errno, error)),
        "FAIL_PATH": path,
    }
    return lab.settle(small, small.run(*lab.asked(False), env=env))


def may_mount(lab: Lab) -> bool:
    """Tell whether disks can be mounted, as root can outside of most containers."""
    place = lab.place()
    place.mkdir()
    words = ["mount", "-t", "tmpfs", "none", str(place)]
    if not shutil.which("mount") or subprocess.run(words, capture_output=True).returncode:
        return False
    subprocess.run(["umount", place], check=True)
    return True


def mounted(small: Small, name: str, options: str) -> Path:
    """Mount a small disk in a clone; what lies there is moved onto it."""
    place, aside = small.folder / name, small.folder.with_name("aside")
    place.mkdir(exist_ok=True)
    shutil.move(place, aside)
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "none", place], check=True)
    shutil.copytree(aside, place, dirs_exist_ok=True)
    shutil.rmtree(aside)
    return place


def full(lab: Lab, name: str, options: str) -> Outcome:
    """Run on a disk that is too small, then on one that is not."""
    small = lab.new()
    place = mounted(small, name, options)
    try:
        first = small.run(*lab.asked(False))
        more = "remount,size=100m,nr_inodes=10000"
        subprocess.run(["mount", "-o", more, place], check=True)
        outcome = lab.settle(small, first)
    finally:
        subprocess.run(["umount", "-l", place], check=True)
    small.remove()
    return outcome


def limited(lab: Lab, library: Path, size: int) -> Outcome:
    """Limit the size of the files that jobs write, then not."""
    small = lab.new()
    env = {"LD_PRELOAD": str(library), "FAIL_SIZE": str(size)}
    return lab.settle(small, small.run(*lab.asked(False), env=env))


def points(lab: Lab, random: Random) -> Iterator[Point]:
    library, mounts = compiled(lab), may_mount(lab)
    if library is None:
        print("  no gcc: calls that fail are left out", flush=True)
    if not mounts:
        print("  no right to mount: full disks are left out", flush=True)
    while library or mounts:
        if library:
            for call in CALLS:
                at, error = random.choice((1, 1, 2, 3, 5, 8)), random.choice(ERRORS)
                path = random.choice(PATHS)
                name = f"{error} at {call} {at} below {path}"
                yield name, partial(failing, lab, library, call, at, error, path)
        if mounts:
            kib, files = random.randrange(4, 120, 4), random.randrange(3, 40)
            yield f"results/ of {kib} KiB", partial(full, lab, "results", f"size={kib}k")
            yield f"results/ of {files} files", partial(full, lab, "results", f"nr_inodes={files}")
            yield f"logs/ of {files} files", partial(full, lab, "logs", f"nr_inodes={files}")
            kib = random.randrange(4, 60, 4)
            yield f".snakemake/ of {kib} KiB", partial(full, lab, ".snakemake", f"size={kib}k")
        if library:
            size = random.randrange(100, 9000)
            yield f"no file above {size} bytes", partial(limited, lab, library, size)


FAULT = Fault(
    "disk",
    "a full disk, no file left, files of limited size; ENOSPC, EDQUOT or EIO at the k-th open, write or rename",
    points,
)
