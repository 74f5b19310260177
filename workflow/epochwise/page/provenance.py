"""What a page must say so that it can be made again."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from epochwise.records.chain import chain
from epochwise.study import yaml_files
from epochwise.study.study import Study


@dataclass(frozen=True)
class Provenance:
    """The study as it was run, the versions, and the digest that stands for every result.

    Parameters
    ----------
    files : the data files that it names, or "".
    versions : name and version of each package; empty without records.
    kernels : the BLAS kernels that trained.
    digest : the digest that stands for every result, or "".
    """

    study: str
    text: str
    files: str
    versions: list[tuple[str, str]]
    kernels: str
    digest: str


def read(folder: Path, study: Study, results: Iterable[str | Path]) -> Provenance:
    """Read the study file and the records of a study's results."""
    file, found = folder / "study.yaml", chain(results, folder)
    text = file.read_text(encoding="utf-8") if file.is_file() else yaml_files.dump(study.resolved)
    files = ", ".join(files_of(study))
    versions = [(name, ", ".join(those)) for name, those in found.versions().items()]
    kernels = " and ".join(found.arithmetic("train")["blas"])
    digest = found.digest() if found.files else ""
    return Provenance(study.name, text, files, versions, kernels, digest)


def files_of(study: Study) -> list[str]:
    """List the data files as the study writes them."""
    if not study.trains:
        return [
            ", ".join(one["files"]) if isinstance(one["files"], list) else one["files"]
            for one in study.resolved["curves"].values()
        ]
    options = study.resolved["datasets"].values()
    return [str(one["file"]) for one in options if isinstance(one, dict) and one.get("file")]
