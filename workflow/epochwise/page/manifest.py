"""What a study's results are, to the byte, and which versions made them."""

import hashlib
import json
import platform
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from epochwise import __version__

PACKAGES = (
    "numpy",
    "scipy",
    "pandas",
    "pyarrow",
    "matplotlib",
    "scikit-learn",
    "plotly",
    "jinja2",
    "pillow",
    "torch",
    "jax",
    "tensorflow-cpu",
)


def write(files: Iterable[str], folder: Path, out: str | Path, besides: Iterable[str] = ()) -> None:
    """Write the SHA-256 of every result and the versions of what made them (JSON).

    Parameters
    ----------
    files : the results.
    folder : the study's folder, which their names are relative to.
    besides : packages whose versions are told as well.
    """
    digests = {str(Path(file).relative_to(folder)): digest(file) for file in sorted(files)}
    manifest = {"results": digests, "versions": versions(*besides)}
    Path(out).write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")


def digest(file: str | Path) -> str:
    """Hash a file (SHA-256)."""
    with open(file, "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def versions(*besides: str) -> dict[str, str]:
    """Give the versions of Python and of the packages that results can depend on."""
    found = {"epochwise": __version__, "python": platform.python_version()}
    for package in (*PACKAGES, *besides):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
