"""The kit that every backend passes.

For a plugin's author ``check("mine_backend.py")`` makes every check; in a test suite
`BackendConformance` makes a test of each::

    class TestMine(BackendConformance):
        plugin = "plugins/mine_backend.py"
"""

import unittest
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from epochwise.conformance import checks, conduct
from epochwise.conformance.driving import Backend, FailedCheckError, NotCheckedError
from epochwise.conformance.trying import Tried
from epochwise.errors import PluginError
from epochwise.plugins.registry import SUFFIXES, load_backend

__all__ = [
    "CHECKS",
    "CONTRACT",
    "BackendConformance",
    "Check",
    "FailedCheckError",
    "NotCheckedError",
    "check",
    "load",
    "report",
]

# what every backend promises; the other checks are of the one definition of the mathematics
CONTRACT = (
    "gives_outputs",
    "resuming_changes_nothing",
    "seeds_are_independent",
    "leaves_its_inputs_alone",
    "leaves_the_process_alone",
    "trains_on_its_rows_alone",
    "another_process_agrees",
    "learns",
    "refuses_with_a_sentence",
    "lets_a_run_diverge",
)
CHECKS: dict[str, Callable[[Backend], Tried]] = {
    one.__name__: one
    for one in (
        conduct.gives_outputs,
        checks.starts_from_the_weights,
        checks.agrees_epoch_by_epoch,
        checks.agrees_in_stretches,
        checks.keeps_the_same_state,
        checks.resuming_changes_nothing,
        checks.exchanges_states,
        checks.seeds_are_independent,
        conduct.leaves_its_inputs_alone,
        conduct.leaves_the_process_alone,
        conduct.trains_on_its_rows_alone,
        conduct.another_process_agrees,
        checks.learns,
        checks.moves_every_parameter,
        checks.float32_stays_close,
        conduct.refuses_with_a_sentence,
        conduct.lets_a_run_diverge,
    )
}


@dataclass(frozen=True)
class Check:
    """What came of one check.

    Parameters
    ----------
    tried, of : cases tried, and how many a backend that refuses nothing is tried on.
    problem : what to mend, in one line; empty where nothing is.
    unchecked : why nothing could be tried; empty where something was.
    own : whether the backend's mathematics is declared its own.
    """

    name: str
    says: str
    tried: int = 0
    of: int = 0
    problem: str = ""
    unchecked: str = ""
    own: bool = False

    @property
    def passed(self) -> bool:
        """Whether it was tried, and nothing found."""
        return not self.problem and not self.unchecked

    @property
    def failed(self) -> bool:
        """Whether something is to be mended."""
        return bool(self.problem)

    def __str__(self) -> str:
        """Give one line for a terminal."""
        if self.unchecked:
            return f"-       {self.says}: not checked, {self.unchecked}"
        line = f"{self.says} ({self.tried} of {self.of} tried)"
        return f"FAILED  {line}: {self.problem}" if self.problem else f"ok      {line}"


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
        return Backend(path, load_backend(path, name))
    if not path.is_file() or not path.stem.endswith(suffix):
        raise PluginError(
            f"{str(plugin)!r} is no backend; give the name of one, or a file named "
            f"<name>{suffix}.py."
        )
    name = path.stem.removesuffix(suffix)
    return Backend(path.parent, load_backend(path.parent, name))


def check(plugin: str | Path, name: str | None = None, only: Iterable[str] = CHECKS) -> list[Check]:
    """Check a backend, or make `only` some of the checks; see `load` for arguments and errors."""
    backend = load(plugin, name)
    return [_make(one, backend) for one in only if backend.registered.definition or one in CONTRACT]


def report(checks: list[Check]) -> str:
    """Give one line per check, and a last one that counts, and says of a backend of its own that it is."""
    passed = sum(one.passed for one in checks)
    unchecked = sum(bool(one.unchecked) for one in checks)
    counted = f"{passed} of {len(checks)} checks passed"
    counted += f", {unchecked} not checked" if unchecked else ""
    if any(one.own for one in checks):
        counted += (
            ": what every backend promises; its mathematics is its own, and compared with nothing"
        )
    return "\n".join([*map(str, checks), counted])


def _make(name: str, backend: Backend) -> Check:
    """Make one check."""
    says = (CHECKS[name].__doc__ or "").strip().splitlines()[0].rstrip(".")
    own = not backend.registered.definition
    if own and name not in CONTRACT:
        return Check(name, says, unchecked="its mathematics is its own", own=True)
    try:
        tried = CHECKS[name](backend)
    except NotCheckedError as why:
        return Check(name, says, unchecked=str(why), own=own)
    except FailedCheckError as failure:
        return Check(name, says, problem=" ".join(str(failure).split()), own=own)
    return Check(name, says, tried.cases, tried.of, " ".join(tried.problem.split()), own=own)


class BackendConformance:
    """A test per check, for pytest; set `plugin` to the backend's file, as in `load`."""

    plugin: str | Path = ""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Give the subclass its tests."""
        super().__init_subclass__(**kwargs)
        for name in CHECKS:
            setattr(cls, f"test_{name}", _as_test(name))


@cache
def _load_once(plugin: str | Path) -> Backend:
    """Load a backend, and find out what it takes, once for all tests."""
    return load(plugin)


def _as_test(name: str) -> Callable[[BackendConformance], None]:
    def test(self: BackendConformance) -> None:
        outcome = _make(name, _load_once(self.plugin))
        assert not outcome.failed, str(outcome)
        if outcome.unchecked:
            raise unittest.SkipTest(str(outcome))

    test.__doc__ = CHECKS[name].__doc__
    return test
