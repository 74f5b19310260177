"""What a page must say so that it can be made again."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import yaml

from epochwise.study import Study


@dataclass(frozen=True)
class Provenance:
    """The study as it was run, the versions, and the digest that stands for every result.

    Parameters
    ----------
    versions : name and version of each package; empty without a manifest.
    digest : SHA-256 of `manifest.json`, or "".
    """

    study: str
    text: str
    versions: list[tuple[str, str]]
    digest: str


def read(folder: Path, study: Study) -> Provenance:
    """Read the study file and the manifest of a study's results."""
    file, manifest = folder / "study.yaml", folder / "manifest.json"
    text = file.read_text(encoding="utf-8") if file.is_file() else dump(study)
    if not manifest.is_file():
        return Provenance(study.name, text, [], "")
    content = manifest.read_bytes()
    versions = json.loads(content).get("versions", {})
    digest = hashlib.sha256(content).hexdigest()
    return Provenance(study.name, text, sorted(versions.items()), digest)


def dump(study: Study) -> str:
    """Write a study as YAML."""
    return str(yaml.safe_dump(dict(study.resolved), sort_keys=False, allow_unicode=True))
