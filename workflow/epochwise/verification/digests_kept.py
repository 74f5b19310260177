"""Whether every file of a result is what it was when it was made, by the digests that were taken then."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from epochwise.errors import DataError
from epochwise.records import digests
from epochwise.records.record import RESULTS, Shelf, is_whole
from epochwise.verification.finding import Finding, holds_or_fails, some

MANIFEST = "manifest.json"
OWN_RECORD = f"{RESULTS}/{MANIFEST}"
LISTS = ("results", "work", "records")  # of the manifest, each of files and digests


def read_manifest(folder: Path) -> dict[str, Any]:
    """Read the manifest of a study's results.

    Raises
    ------
    DataError
        Where there is none, or one that cannot be read.
    """
    file = folder / MANIFEST
    if not file.is_file():
        raise DataError(
            f"{folder}: has no {MANIFEST}; give the folder of a study that the workflow has finished, "
            "such as results/diabetes."
        )
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        if all(isinstance(found[name], dict) for name in (*LISTS, "sources", "versions")):
            return dict(found)
    except (ValueError, KeyError, TypeError):
        pass
    raise DataError(
        f"{file}: is not a manifest that the workflow wrote; it is damaged, or of another version."
    )


def check_digests(folder: Path, manifest: dict[str, Any]) -> Iterator[Finding]:
    """Compare every file with its digest in the manifest, and the manifest with its record."""
    listed = {name: digest for part in LISTS for name, digest in manifest[part].items()}
    there = {name for name in listed if (folder / name).is_file()}
    changed = [name for name in sorted(there) if digests.of_file(folder / name) != listed[name]]
    yield holds_or_fails(
        "digests", changed, f"{len(there):,} files are what they were when they were made"
    )
    yield from _missing(folder, manifest, sorted(listed.keys() - there))
    yield _own_digest(folder, manifest)


def _missing(folder: Path, manifest: dict[str, Any], missing: list[str]) -> Iterator[Finding]:
    """Tell what is not there: what jobs handed each other need not be, the results must."""
    gone = not (folder / "work").is_dir()
    work = [name for name in missing if gone and name.startswith("work/")]
    if work:
        yield Finding(
            "work", "not checked", f"the {len(work):,} files of {folder / 'work'} are not here"
        )
    if others := [name for name in missing if name not in work]:
        yield Finding("files", "fails", f"not there: {some(others)}")


def _own_digest(folder: Path, manifest: dict[str, Any]) -> Finding:
    found = Shelf().read(folder / OWN_RECORD)
    if found is None or not is_whole(folder / OWN_RECORD):
        return Finding("manifest", "fails", f"{OWN_RECORD} is missing or was changed")
    text = (folder / MANIFEST).read_bytes()
    wrong = digests.of_file(folder / MANIFEST) != found.outputs.get(MANIFEST, ("", 0))[0]
    if wrong or text.decode() != json.dumps(manifest, indent=2) + "\n":
        return Finding("manifest", "fails", f"{MANIFEST} is not what its record says")
    return Finding("manifest", "holds", f"{MANIFEST} is what was written")


def check_records(folder: Path, manifest: dict[str, Any]) -> Iterator[Finding]:
    """Compare what each record says that was read with what the record of its maker says was made."""
    files = manifest["results"] | manifest["work"]
    shelf, wrong, several = Shelf(), list[str](), 0
    for name in manifest["records"]:
        record = shelf.read(folder / name)
        if record is None:
            wrong += [name] * (folder / name).is_file()
            continue
        several += 1
        made = {file: digest for file, (digest, _) in record.outputs.items() if digest}
        told = {file: digest for file, digest in (made | dict(record.inputs)).items() if digest}
        same = all(files.get(file) == digest for file, digest in told.items())
        wrong += [name] * (not same or not is_whole(folder / name))
    others = [str(file.relative_to(folder)) for file in sorted((folder / RESULTS).rglob("*.json"))]
    of_times = [name for name in others if name not in manifest["records"]]
    wrong += [name for name in of_times if not is_whole(folder / name)]
    yield holds_or_fails(
        "records", wrong, f"{several:,} jobs read what the jobs before them had made"
    )


def check_sources(manifest: dict[str, Any]) -> Iterator[Finding]:
    """Say of the files from elsewhere (data, plugins) which are here and as they were."""
    sources = manifest["sources"]
    here = [name for name in sources if Path(name).is_file()]
    changed = [name for name in here if digests.of_file(name) != sources[name]]
    if same := len(here) - len(changed):
        yield Finding("sources", "holds", f"{same:,} files from elsewhere are what was read")
    if changed:
        yield Finding("sources", "not checked", f"changed since: {some(changed)}")
    if gone := [name for name in sources if name not in here]:
        yield Finding("sources", "not checked", f"not here: {some(gone)}")
