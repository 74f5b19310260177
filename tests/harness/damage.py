"""Files of the results are damaged, and then needed."""

import os
import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from random import Random

from harness.lab import Change, Fault, Lab, Point
from harness.lost_memory import epochs, title
from harness.outcomes import AT_ONCE, UNREAD, WRONG, Outcome, Ran
from harness.small_study import Small


def flip(file: Path, random: Random) -> str:
    content = bytearray(file.read_bytes())
    place = random.randrange(8 * len(content))
    content[place // 8] ^= 1 << place % 8
    file.write_bytes(content)
    return f"bit {place} flipped"


def flip_unseen(file: Path, random: Random) -> str:
    """Flip a bit as a disk does: no time tells of it."""
    before = file.stat()
    said = flip(file, random)
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    return f"{said}, time kept"


def cut(file: Path, random: Random) -> str:
    length = random.randrange(1, file.stat().st_size)
    os.truncate(file, length)
    return f"cut to {length} bytes"


def empty(file: Path, random: Random) -> str:
    os.truncate(file, 0)
    return "emptied"


def delete(file: Path, random: Random) -> str:
    file.unlink()
    return "deleted"


def folder(file: Path, random: Random) -> str:
    file.unlink()
    file.mkdir()
    return "replaced by a folder"


def lock_away(file: Path, random: Random) -> str:
    file.chmod(0)
    return "unreadable"


def future(file: Path, random: Random) -> str:
    os.utime(file, (2**32, 2**32))
    return "dated 2106"


def past(file: Path, random: Random) -> str:
    os.utime(file, (0, 0))
    return "dated 1970"


WAYS: tuple[Callable[[Path, Random], str], ...] = (
    *(flip_unseen, flip, cut, empty, delete, folder, lock_away, future, past),
)


def kinds(small: Small) -> dict[str, list[Path]]:
    """List the files of the results by kind: those of one kind differ in their numbers alone."""
    found: dict[str, list[Path]] = {}
    for file in sorted(small.results.rglob("*")):
        if file.is_file() and not file.name.startswith("."):
            kind = file.name if not file.name[0].isdigit() else file.name.partition(".")[2]
            found.setdefault(f"{file.parent.name}/{kind}", []).append(file)
    return found


def spoil(
    lab: Lab, name: str, way: Callable[[Path, Random], str], change: Change, random: Random
) -> Outcome:
    whole = change is title
    small = lab.ready(whole=whole)
    file = small.results / name
    way(file, random)
    change(small)
    if change is remade:
        for made in ("losses.csv", "losses.parquet"):
            (small.results / made).unlink(missing_ok=True)
    first = without_rights(small, whole)
    if first.status == 0 and lab.others(small, change, whole) == [name]:
        return unread(lab, small, name, first, change)
    if way is lock_away and file.exists():
        file.chmod(0o644)  # as one is told
    return lab.settle(small, first, change, whole)


def unread(lab: Lab, small: Small, name: str, first: Ran, change: Change) -> Outcome:
    """Make all, and have it verified, where no job read the damaged file and no time told of it."""
    runs = [first, small.run(), small.verify()]
    if runs[1].status == 0 and not lab.others(small, change, whole=True):
        return lab.finish(small, Outcome(AT_ONCE, runs, []))  # made again when it was needed
    failing = [line for line in runs[2].said.splitlines() if line.startswith("fails ")]
    named = runs[1].status == 0 and any(name in line for line in failing)
    return lab.finish(small, Outcome(UNREAD if named else WRONG, runs, [] if named else [name]))


def without_rights(small: Small, whole: bool) -> Ran:
    """Run as somebody to whom rights apply: root may read and write all."""
    return small.run(*Lab.asked(whole), before=RIGHTLESS)


def remade(small: Small) -> None:
    """Change nothing; what was made from the damaged file is deleted."""


RIGHTLESS = (
    ("setpriv", "--bounding-set", "-dac_override,-dac_read_search,-fowner", "--inh-caps", "-all")
    if os.getuid() == 0 and shutil.which("setpriv")
    else ()
)


def points(lab: Lab, random: Random) -> Iterator[Point]:
    while True:
        change = random.choices((epochs, remade, title), (5, 3, 2))[0]
        listed = kinds(lab.done(whole=change is title))
        kind = random.choice(sorted(listed))
        file = random.choice(listed[kind]).relative_to(lab.done(whole=change is title).results)
        way = random.choice(WAYS)
        name = f"{file} {way.__name__.replace('_', ' ')}, then {change.__name__}"
        yield name, partial(spoil, lab, str(file), way, change, random)


FAULT = Fault(
    "damage",
    "any file of the results: a bit flipped, cut, emptied, deleted, replaced by a folder, "
    "unreadable, dated 2106 or 1970; then needed",
    points,
)
