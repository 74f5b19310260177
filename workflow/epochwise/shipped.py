"""Where the workflow lies that came with this library: a clone, or a folder beside an installed package."""

from pathlib import Path

PACKAGE = Path(__file__).parent


def workflow_folder() -> Path:
    """Give the folder of Snakefile, plugins and studies: in a clone its root."""
    installed = PACKAGE.parent / "epochwise_workflow"
    return installed if installed.is_dir() else PACKAGE.parents[1]


def own_or_shipped(path: Path, shipped: Path | None = None) -> Path:
    """Give a file or folder of the working directory, or where there is none the workflow's own."""
    return path if path.exists() else (shipped or workflow_folder()) / path
