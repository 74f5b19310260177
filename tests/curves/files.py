"""What the tests of the readers share: files to read, and what is compared."""

from importlib.util import find_spec
from pathlib import Path

import numpy as np

from epochwise.curves import readers
from epochwise.curves.histories import History
from epochwise.plugins import registry
from helpers import PLUGINS, lack

READERS = registry.load_all(PLUGINS, "curves")


def write(folder: Path, text: str | bytes, name: str = "losses.csv") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def read(path: Path, reader: str | None = None, **options) -> History:
    return readers.read(path, reader, readers=READERS, **options)


def read_text(folder: Path, text: str | bytes, name: str = "losses.csv", **options) -> History:
    return read(write(folder, text, name), **options)


def check(history: History, run: int = 0, **expected) -> None:
    """Compare a run's epochs and columns value for value; None is what was not measured."""
    one = history.runs[run]
    columns = {"epochs": one.epochs, **one.columns}
    for name, values in expected.items():
        wanted = np.array([np.nan if v is None else v for v in values], float)
        np.testing.assert_array_equal(np.asarray(columns[name], float), wanted, name)


def need(*modules: str) -> None:
    """Skip a test whose tools are not installed; where everything is to be there, fail."""
    missing = [module for module in modules if find_spec(module) is None]
    if missing:
        lack(f"{', '.join(missing)} is not installed; try: pip install 'epochwise[interop]'")
