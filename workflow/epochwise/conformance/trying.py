"""A check is one function of a backend and a case; this tries it on all its cases and sums up."""

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps

import numpy as np

from epochwise.conformance.cases import FACTORS, Case
from epochwise.conformance.choosing import Cases, Chooses, whole_array
from epochwise.conformance.driving import Backend, FailedCheckError, NotCheckedError
from epochwise.errors import EpochwiseError

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
    failed = {case: sentence for case, sentence in outcomes.items() if sentence}
    most = max(len(cases), len(chooses(whole_array())))
    return Tried(len(cases), most, sum_up(failed, cases))


def attempt(check: CheckCase, backend: Backend, case: Case) -> str:
    """Try one case; give what is wrong. Whatever a plugin's code raises, a warning too, is.

    As in `host.train`, overflow warns of nothing: a run may diverge.
    """
    try:
        with warnings.catch_warnings(), np.errstate(over="ignore", invalid="ignore"):
            warnings.simplefilter("error", RuntimeWarning)
            check(backend, case)
    except (FailedCheckError, EpochwiseError) as failure:
        return str(failure)
    except NotCheckedError:
        raise
    except Exception as error:
        return f"raises {type(error).__name__}: {error}"
    return ""


def sum_up(failed: Mapping[Case, str], cases: Cases) -> str:
    """Say what is wrong in the first case that fails, and what is common to all that do."""
    if not failed:
        return ""
    first = next(iter(failed))
    others = f" ({len(failed)} of {len(cases)} fail{shared(failed, cases)})"
    return f"{first}: {failed[first]}{others if len(cases) > 1 else ''}"


def shared(failed: Mapping[Case, str], cases: Cases) -> str:
    """Name the levels that fail and never pass, or else those that all failures have."""
    passed = [case for case in cases if case not in failed]
    if not passed:
        return ""
    culprits, common = [], []
    for number, factor in enumerate(FACTORS):
        bad, good = ({case[number] for case in some} for some in (failed, passed))
        named = " or ".join(level for level in FACTORS[factor] if level in bad)
        culprits += [] if bad & good else [f": all with {named}, and no others"]
        common += [f", all with {named}"] if len(bad) == 1 < len(failed) else []
    return "".join(culprits[:1] or common)
