"""What a study's results are, to the byte, and what made them."""

import json
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path

from epochwise import __version__
from epochwise.records import digests
from epochwise.records.chain import PAGE, WORK, chain


def write(files: Iterable[str], folder: Path, out: str | Path, besides: Iterable[str] = ()) -> None:
    """Write the digest (SHA-256) of every file of a study, and what made them (JSON).

    The digests of results, page and `work/` are those of when they were made.

    Parameters
    ----------
    files : the results and the page.
    folder : the study's folder, which their names are relative to.
    besides : packages whose versions are told as well.
    """
    found = chain(files, folder)
    results = found.results()
    records = {name: digests.of_file(folder / name) for name in sorted(found.records)}
    manifest = {
        "study": folder.name,
        "digest": found.digest(),
        "results": results | {PAGE: found.files[PAGE]},
        "work": {name: one for name, one in sorted(found.files.items()) if name.startswith(WORK)},
        "records": records,
        "sources": dict(sorted(found.sources.items())),
        "versions": {"epochwise": [__version__]}
        | found.versions()
        | {name: [version(name)] for name in besides},
        "arithmetic": found.arithmetic(),
    }
    Path(out).write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
