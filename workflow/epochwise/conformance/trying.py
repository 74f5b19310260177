"""A check is one function of a backend and a case; this tries it on all its cases and sums up."""

import warnings
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import wraps

import numpy as np

from epochwise.conformance.cases import FACTORS, Case
from epochwise.conformance.choosing import Cases, Chooses, whole_array
from epochwise.conformance.driving import Backend, FailedCheckError, NotCheckedError
from epochwise.errors import EpochwiseError
from epochwise.training.blame import blamed

CheckCase = Callable[[Backend, Case], None]


@dataclass(frozen=True)
class Tried:
    """What came of a check: the cases tried, how many there are at most, and what is wrong."""

    cases: int
    of: int
    problem: str = ""


def on(chooses: Chooses, why_not: str = "") -> Callable[[CheckCase], Callable[[Backend], Tried]]:
    """Make a check of a function that raises where a backend fails on a case.

    Parameters
    ----------
    chooses : picks the cases to try from those that the backend takes.
    why_not : why there may be none.
    """

    def decorate(check: CheckCase) -> Callable[[Backend], Tried]:
        @wraps(check)
        def on_all(backend: Backend) -> Tried:
            if not chooses(backend.cases):
                raise NotCheckedError(why_not)
            return try_all(check, backend, chooses)

        return on_all

    return decorate


def try_all(check: CheckCase, backend: Backend, chooses: Chooses) -> Tried:
    """Try a check on all the cases that are chosen for it."""
    cases = chooses(backend.cases)
    outcomes = {case: attempt(check, backend, case) for case in cases}
    failed = {case: error for case, error in outcomes.items() if error}
    most = max(len(cases), len(chooses(whole_array())))
    return Tried(len(cases), most, sum_up(failed, cases))


def attempt(check: CheckCase, backend: Backend, case: Case) -> Exception | None:
    """Try one case. Whatever a plugin's code raises, a warning or an exit too, is a failure.

    As in `host.train`, overflow warns of nothing: a run may diverge.
    """
    try:
        with warnings.catch_warnings(), np.errstate(over="ignore", invalid="ignore"):
            warnings.simplefilter("error", RuntimeWarning)
            with blamed(backend.name):
                check(backend, case)
    except NotCheckedError:
        raise
    except Exception as error:
        return error
    return None


def sum_up(failed: Mapping[Case, Exception], cases: Cases) -> str:
    """Say what is wrong in the first case that fails, and what all that fail have in common."""
    if not failed:
        return ""
    case, error = next(iter(failed.items()))
    told = isinstance(error, FailedCheckError | EpochwiseError)
    sentence = str(error) if told else f"raises {type(error).__name__}: {error}"
    others = f" ({len(failed)} of {len(cases)} fail{in_common(failed, cases)})"
    return f"{case}: {sentence}{others if len(cases) > 1 else ''}"


def in_common(failed: Collection[Case], cases: Cases) -> str:
    """Name the levels that fail and never pass, or else the few that fail at all."""
    passed = [case for case in cases if case not in failed]
    alone, shared = list[str](), list[str]()
    for number, levels in enumerate(FACTORS.values()):
        bad, good = ({case[number] for case in some} for some in (failed, passed))
        names, others = (
            " or ".join(level for level in levels if level in some) for some in (bad, good)
        )
        if good and not bad & good and no_chance(2, failed, bad) and no_chance(2, passed, good):
            most = len(bad) > len(good)
            alone.append(f"all but those with {others}" if most else f"just those with {names}")
        elif 2 * len(bad) <= len(bad | good) and no_chance(4, failed, bad):
            shared.append(f"with {names}")
    if alone:
        return f": {'; '.join(alone)}"
    return f": all of them {' and '.join(shared)}" if shared else ""


def no_chance(often: int, cases: Collection[Case], levels: set[str]) -> bool:
    """Tell whether there are so many cases for each level that it is hardly a coincidence."""
    return len(cases) >= often * len(levels)
