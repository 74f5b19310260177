"""What a page must say so that it can be made again."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from epochwise.study import yaml_files
from epochwise.study.study import Study


@dataclass(frozen=True)
class Provenance:
    """The study as it was run, the versions, and the digest that stands for every result.

    Parameters
    ----------
    files : the data files that it names, or "".
    versions : name and version of each package; empty without a manifest.
    digest : SHA-256 of `manifest.json`, or "".
    """

    study: str
    text: str
    files: str
    versions: list[tuple[str, str]]
    digest: str


def read(folder: Path, study: Study) -> Provenance:
    """Read the study file and the manifest of a study's results."""
    file, manifest = folder / "study.yaml", folder / "manifest.json"
    text = file.read_text(encoding="utf-8") if file.is_file() else yaml_files.dump(study.resolved)
    files = ", ".join(files_of(study))
    if not manifest.is_file():
        return Provenance(study.name, text, files, [], "")
    content = manifest.read_bytes()
    versions = json.loads(content).get("versions", {})
    digest = hashlib.sha256(content).hexdigest()
    return Provenance(study.name, text, files, sorted(versions.items()), digest)


def files_of(study: Study) -> list[str]:
    """List the data files as the study writes them."""
    if not study.trains:
        return [
            ", ".join(one["files"]) if isinstance(one["files"], list) else one["files"]
            for one in study.resolved["curves"].values()
        ]
    options = study.resolved["datasets"].values()
    return [str(one["file"]) for one in options if isinstance(one, dict) and one.get("file")]
