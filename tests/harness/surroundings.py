"""What a run finds around it: memory, rights, variables, the names of folders."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from random import Random

from harness.damage import RIGHTLESS
from harness.disk import compiled
from harness.lab import Fault, Lab, Point
from harness.lost_memory import epochs
from harness.outcomes import Outcome
from harness.small_study import Small

FOLDERS = {
    "spaces and quotes": 'it\'s a "folder" of mine',
    "a newline": "two\nlines",
    "letters of many scripts": "größe 数据 данные",
    "a very long name": "long " * 40,
    "braces and wildcards": "{a} [b] *c?",
    "a dollar and a backslash": "$HOME\\n",
    "a leading dash": "-d",
}
VARIABLES: dict[str, Mapping[str, str | None]] = {
    "HOME unset": {"HOME": None},
    "HOME that is not there": {"HOME": "/nonexistent"},
    "HOME that cannot be written, and a cache": {"HOME": "/proc", "XDG_CACHE_HOME": "cache"},
    "TMPDIR that is not there": {"TMPDIR": "/nonexistent"},
    "the locale C": {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    "a locale that is not there": {"LC_ALL": "xx_XX.UTF-8", "LANG": "xx_XX.UTF-8"},
    "another PYTHONHASHSEED": {"PYTHONHASHSEED": "12345"},
    "another TZ": {"TZ": "Pacific/Kiritimati"},
    "OMP_NUM_THREADS=8": {"OMP_NUM_THREADS": "8", "OPENBLAS_NUM_THREADS": "8"},
    "PYTHONOPTIMIZE": {"PYTHONOPTIMIZE": "1"},
    "no terminal's width": {"COLUMNS": "0", "TERM": "dumb"},
    "another language and no colours": {"LANG": "de_DE.UTF-8", "NO_COLOR": "1"},
}
SETTING = "import os, sys; {}; os.execvp(sys.argv[1], sys.argv[1:])"


def before(statement: str) -> tuple[str, ...]:
    return ("python3", "-c", SETTING.format(statement))


def with_variables(lab: Lab, env: Mapping[str, str | None]) -> Outcome:
    small = lab.new()
    return lab.settle(small, small.run(*lab.asked(False), env=env))


def in_folder(lab: Lab, name: str) -> Outcome:
    place = lab.place()
    place.mkdir()
    small = Small.make(place / name, lab.origin)
    return lab.settle(small)


def under(lab: Lab, words: tuple[str, ...]) -> Outcome:
    small = lab.new()
    return lab.settle(small, small.run(*lab.asked(False), before=words))


def read_only(lab: Lab, name: str) -> Outcome:
    """Take the right to write away, then give it back."""
    small = lab.ready()
    epochs(small)
    folders = [p for p in (small.folder / name).rglob("*") if p.is_dir()]
    for folder in [*folders, small.folder / name]:
        folder.chmod(0o555)
    first = small.run(*lab.asked(False), before=RIGHTLESS)
    for folder in [*folders, small.folder / name]:
        folder.chmod(0o755)
    return lab.settle(small, first, change=epochs)


def little_memory(lab: Lab, library: Path, mib: int) -> Outcome:
    """Give each job little memory."""
    return with_variables(lab, {"LD_PRELOAD": str(library), "FAIL_MEMORY": str(mib)})


def points(lab: Lab, random: Random) -> Iterator[Point]:
    every: list[tuple[str, Callable[[], Outcome]]] = [
        *((name, partial(with_variables, lab, env)) for name, env in VARIABLES.items()),
        *((f"a folder with {n}", partial(in_folder, lab, f)) for n, f in FOLDERS.items()),
        *(
            (f"no right to write {n}", partial(read_only, lab, n))
            for n in ("results", "logs", ".snakemake", ".")
        ),
        ("umask 077", partial(under, lab, before("os.umask(0o77)"))),
    ]
    while True:
        for number, point in enumerate(random.sample(every, len(every))):
            yield point
            library = compiled(lab) if number % 3 == 0 else None
            if library:
                mib = random.randrange(150, 600, 10)
                yield f"{mib} MiB for each job", partial(little_memory, lab, library, mib)


FAULT = Fault(
    "surroundings",
    "little memory, rights missing, variables unset or odd, folders with odd names, umask, threads",
    points,
)
