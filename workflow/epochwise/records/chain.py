"""All that results were made from, from record to record."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from epochwise.records.digests import of_value
from epochwise.records.record import Found, Shelf

PAGE = "report.html"
WORK = "work/"


@dataclass
class Chain:
    """What some results are and what they were made from.

    Parameters
    ----------
    files : the digest of every file of the study that has a record, by its path from its folder.
    records : the records, by their own paths from there.
    sources : the digest of every file from elsewhere, by its path.
    """

    files: dict[str, str] = field(default_factory=dict)
    records: dict[str, Found] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)

    def results(self) -> dict[str, str]:
        """Give the digests of what a study leaves for its reader, but for the page that tells them."""
        names = sorted(name for name in self.files if not name.startswith(WORK) and name != PAGE)
        return {name: self.files[name] for name in names}

    def digest(self) -> str:
        """Give the one digest that stands for all results."""
        return of_value(self.results())

    def versions(self) -> dict[str, list[str]]:
        """List the versions of each package that took part; one each where all is of one machine."""
        found: dict[str, set[str]] = defaultdict(set)
        for one in self.records.values():
            environment = one.record.environment
            for name, version in environment["packages"].items() | {
                ("python", environment["python"])
            }:
                found[name].add(version)
        return {name: sorted(versions) for name, versions in sorted(found.items())}

    def arithmetic(self, rule: str = "") -> dict[str, list[str]]:
        """List the machines, BLAS kernels and instruction sets that took part.

        Parameters
        ----------
        rule : of which jobs; by default of all.
        """
        chosen = [f.record for f in self.records.values() if rule in ("", f.record.rule)]
        told = ("machine", "blas", "cpu")
        found: dict[str, set[str]] = {name: set() for name in told}
        for record in chosen:
            for name in told:
                value = record.environment.get(name, [])
                found[name] |= set(value if isinstance(value, list) else [value])
        return {name: sorted(values) for name, values in found.items()}


def chain(files: Iterable[str | Path], folder: Path) -> Chain:
    """Follow the records from some results to the data.

    Parameters
    ----------
    files : the results.
    folder : the folder of the study.
    """
    shelf, found = Shelf(), Chain()
    todo = [Path(file) for file in files]
    while todo:
        one = shelf.record_of(todo.pop())
        if one is None or (name := one.file.relative_to(folder).as_posix()) in found.records:
            continue
        found.records[name] = one
        found.files |= {file: digest for file, (digest, _) in one.record.outputs.items() if digest}
        found.sources |= one.record.sources
        todo += [folder / file for file in one.record.inputs]
    return found
