"""Digests (SHA-256) of files and of what jobs are told."""

import hashlib
import json
from os import stat
from os.path import isfile
from pathlib import Path
from typing import Any

from epochwise.atomic_write import atomic_write


def of_file(file: str | Path) -> str:
    """Hash the contents of a file."""
    with open(file, "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def of_value(value: Any) -> str:
    """Hash what JSON can hold; the order of keys means nothing."""
    text = json.dumps(value, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def state_of(file: str | Path) -> tuple[int, int, int]:
    """Give what changes when a file is written: its size, its time in nanoseconds, and its place."""
    found = stat(file)
    return found.st_size, found.st_mtime_ns, found.st_ino


class Remembered:
    """Digests of files that are hashed again only when they were written since.

    Parameters
    ----------
    memory : where they are kept from run to run; it may be lost.
    """

    def __init__(self, memory: Path) -> None:
        self.memory = memory
        self.before = _read(memory)
        self.now: dict[str, list[Any]] = {}

    def of(self, file: str) -> str | None:
        """Give the digest of a file; None where there is no such file."""
        if file not in self.now:
            if not isfile(file):
                return None
            state, kept = list(state_of(file)), self.before.get(file, [])
            digest = kept[-1] if kept[:-1] == state else of_file(file)
            self.now[file] = [*state, digest]
        return str(self.now[file][-1])

    def keep(self) -> None:
        """Write down what was hashed anew."""
        if self.now.items() <= self.before.items():
            return
        with atomic_write(self.memory) as beside:
            beside.write_text(json.dumps(self.before | self.now), encoding="utf-8")


def _read(memory: Path) -> dict[str, list[Any]]:
    try:
        found = json.loads(memory.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
