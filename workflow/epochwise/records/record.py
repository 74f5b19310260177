"""The record of a job: what it made, from what, and with what."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from epochwise.atomic_write import atomic_write
from epochwise.records.digests import of_value

BESIDE = "made.json"  # what the name of a record ends in
RESULTS = "records"  # the folder of the records of what is not beside its own


@dataclass(frozen=True)
class Record:
    """What one job made, and what it was made from. It holds no time: the same job leaves the same bytes.

    Parameters
    ----------
    rule : the rule that the job belongs to.
    asked : a digest of its parameters, the digests of its code among them.
    inputs : the digest of each file that another job of the study had made, by its path from the
        folder of the study.
    sources : the digest of each other file, by its path.
    outputs : digest and size in bytes of each file that it made, by its path from the folder of
        the study; not of times, which differ from run to run.
    environment : see `environment`.
    """

    rule: str
    asked: str
    inputs: Mapping[str, str]
    sources: Mapping[str, str]
    outputs: Mapping[str, tuple[str, int]]
    environment: Mapping[str, Any]

    def save(self, path: str | Path) -> None:
        """Write it as JSON; it is whole or not there."""
        with atomic_write(path) as beside:
            beside.write_text(self.text(), encoding="utf-8")

    def text(self) -> str:
        """Give it as JSON, with a digest of itself."""
        content = asdict(self)
        return json.dumps({"digest": of_value(content), **content}, indent=1) + "\n"


def read(path: str | Path) -> Record | None:
    """Read a record; None where there is none that can be read."""
    try:
        with open(path, "rb") as file:
            found = json.loads(file.read())
        del found["digest"]
        outputs = {
            name: (str(digest), int(size)) for name, (digest, size) in found["outputs"].items()
        }
        return Record(**{**found, "outputs": outputs})
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def is_whole(path: str | Path) -> bool:
    """Tell whether a record is, to the byte, what was written."""
    record = read(path)
    return record is not None and Path(path).read_bytes() == record.text().encode()


@dataclass(frozen=True)
class Found:
    """The record of the job that made a file.

    Parameters
    ----------
    record : what it says.
    file : where it lies.
    name : the file's path in it.
    """

    record: Record
    file: Path
    name: str

    @property
    def digest(self) -> str:
        """The digest that the file had when it was made."""
        return self.record.outputs[self.name][0]


class Shelf:
    """The records that lie about, each read once."""

    def __init__(self) -> None:
        self._read: dict[Path, Record | None] = {}
        self._listed: dict[Path, list[Path]] = {}

    def record_of(self, path: str | Path) -> Found | None:
        """Find the record of the job that made a file.

        It lies beside the file, under the beginning of its name, or among the records of the study.
        """
        path = Path(path)
        for one in self._places(path):
            if record := self.read(one):
                for name in record.outputs:
                    if f"/{path.as_posix()}".endswith(f"/{name}"):
                        return Found(record, one, name)
        return None

    def read(self, path: Path) -> Record | None:
        """Read a record; None where there is none that can be read."""
        if path not in self._read:
            self._read[path] = read(path)
        return self._read[path]

    def _places(self, path: Path) -> Iterator[Path]:
        stem = path.name.partition(".")[0]
        yield path.with_name(f"{stem}.{BESIDE}")
        yield path.with_name(BESIDE)
        for folder in list(path.parents)[:2]:
            if folder not in self._listed:
                self._listed[folder] = sorted((folder / RESULTS).rglob("*.json"))
            yield from self._listed[folder]
