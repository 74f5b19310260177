"""The kit that every backend passes.

For a plugin's author ``check("mine_backend.py")`` tries every promise; in a test suite
`BackendConformance` makes a test of each::

    class TestMine(BackendConformance):
        plugin = "plugins/mine_backend.py"
"""

import unittest
import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from epochwise.conformance.driving import Backend, BrokenPromiseError, NotCheckedError
from epochwise.conformance.promises import PROMISES
from epochwise.errors import EpochwiseError, PluginError
from epochwise.plugins.registry import SUFFIXES, load_backend

__all__ = [
    "PROMISES",
    "BackendConformance",
    "BrokenPromiseError",
    "NotCheckedError",
    "Promise",
    "check",
    "load",
    "report",
]


@dataclass(frozen=True)
class Promise:
    """What became of one promise.

    Parameters
    ----------
    problem : what to mend, in one line; empty where nothing is.
    unchecked : why the promise could not be tried; empty where it was.
    """

    name: str
    says: str
    problem: str = ""
    unchecked: str = ""

    @property
    def kept(self) -> bool:
        """Whether nothing was found against it; also true of what could not be tried."""
        return not self.problem

    def __str__(self) -> str:
        """Give one line for a terminal."""
        if self.unchecked:
            return f"-       {self.says}: not checked, {self.unchecked}"
        return f"ok      {self.says}" if self.kept else f"BROKEN  {self.says}: {self.problem}"


def load(plugin: str | Path, name: str | None = None) -> Backend:
    """Load the backend to be checked.

    Parameters
    ----------
    plugin : a plugin's file (`…/mine_backend.py`) or the folder that it lies in.
    name : the backend's name; a file says it itself.

    Raises
    ------
    PluginError
        Where there is no such backend, or it cannot be imported.
    """
    path, suffix = Path(plugin), SUFFIXES["backends"]
    if name and not path.is_file():  # an installed backend needs no folder
        return Backend(path, name, load_backend(path, name).value)
    if not path.is_file() or not path.stem.endswith(suffix):
        raise PluginError(
            f"{str(plugin)!r} is no backend; give the name of one, or a file named "
            f"<name>{suffix}.py."
        )
    name = path.stem.removesuffix(suffix)
    return Backend(path.parent, name, load_backend(path.parent, name).value)


def check(
    plugin: str | Path, name: str | None = None, only: Iterable[str] = PROMISES
) -> list[Promise]:
    """Try the promises of a backend, or `only` some; see `load` for the arguments and errors."""
    backend = load(plugin, name)
    return [_try(PROMISES[promise], backend) for promise in only]


def report(promises: list[Promise]) -> str:
    """Give one line per promise, and a last one that counts."""
    unchecked = sum(bool(promise.unchecked) for promise in promises)
    kept = sum(promise.kept for promise in promises) - unchecked
    counted = f"{kept} of {len(promises)} promises kept"
    counted += f", {unchecked} not checked" if unchecked else ""
    return "\n".join([*map(str, promises), counted])


def _try(promise: Callable[[Backend], None], backend: Backend) -> Promise:
    """Try one promise; whatever a plugin's code raises, a warning too, breaks it.

    As in `host.train`, overflow warns of nothing: a run may diverge.
    """
    says = (promise.__doc__ or "").strip().splitlines()[0].rstrip(".")
    problem = unchecked = ""
    try:
        with warnings.catch_warnings(), np.errstate(over="ignore", invalid="ignore"):
            warnings.simplefilter("error", RuntimeWarning)
            promise(backend)
    except NotCheckedError as why:
        unchecked = str(why)
    except (BrokenPromiseError, EpochwiseError) as broken:
        problem = str(broken)
    except Exception as error:
        problem = f"raises {type(error).__name__}: {error}"
    return Promise(promise.__name__, says, " ".join(problem.split()), unchecked)


class BackendConformance:
    """A test per promise, for pytest; set `plugin` to the backend's file, as in `load`."""

    plugin: str | Path = ""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Give the subclass its tests."""
        super().__init_subclass__(**kwargs)
        for name, promise in PROMISES.items():
            setattr(cls, f"test_{name}", _as_test(promise))


def _as_test(promise: Callable[[Backend], None]) -> Callable[[BackendConformance], None]:
    def test(self: BackendConformance) -> None:
        outcome = _try(promise, load(self.plugin))
        assert outcome.kept, str(outcome)
        if outcome.unchecked:
            raise unittest.SkipTest(str(outcome))

    test.__doc__ = promise.__doc__
    return test
