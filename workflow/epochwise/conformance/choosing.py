"""Which cases a backend is tried on: a covering array of what it does not refuse."""

from collections.abc import Callable
from functools import cache
from itertools import combinations, product
from math import prod
from typing import Any

import numpy as np

from epochwise.arrays import Array
from epochwise.conformance.cases import FACTORS, Case
from epochwise.conformance.covering import Group, cover
from epochwise.training.defaults import hyperparameters

SIZES = [len(levels) for levels in FACTORS.values()]
SOLVER, DTYPE = Case._fields.index("solver"), Case._fields.index("dtype")
OFTEN_REFUSED = ("task", "layers", "activation", "solver", "dtype")
MOST = 5_000  # cases that are offered until one is accepted
TRIPLES = 48  # three factors meet as well where their combinations are no more than these

Cases = tuple[Case, ...]
Chooses = Callable[[Cases], Cases]


def choose(accepts: Callable[[Case], bool]) -> Cases:
    """Choose the cases for a backend, the plainest first; none where it accepts none.

    All pairs of levels are there, and the triples that cost little, in the precision of the
    plainest case; in the other precision every level.
    """
    cases, rows = everything()

    def accepted(row: int) -> bool:
        return accepts(cases[row])

    first = next(filter(accepted, plainest_first(rows)), None)
    if first is None:
        return ()
    alike = rows[:, DTYPE] == rows[first, DTYPE]
    chosen = cover(rows, alike, meeting(), accepted, [first])
    precisions = [(DTYPE,), *((factor, DTYPE) for factor in range(DTYPE))]
    chosen = cover(rows, np.ones(len(rows), bool), precisions, accepted, chosen)
    return tuple(cases[row] for row in chosen)


def plainest_first(rows: Array) -> list[int]:
    """Order some rows: those that differ from the plainest in what backends refuse come first."""
    seldom = [factor for factor, name in enumerate(Case._fields) if name not in OFTEN_REFUSED]
    differs = rows > 0
    order = np.lexsort((differs.sum(axis=1), differs[:, seldom].sum(axis=1)))
    return [int(row) for row in order[:MOST]]


@cache
def everything() -> tuple[Cases, Array]:
    """List all combinations of levels, and their levels' numbers (cases, factors)."""
    names = map(Case._make, product(*FACTORS.values()))
    rows = np.array(list(product(*map(range, SIZES))))
    both = [(case, row) for case, row in zip(names, rows, strict=True) if makes_sense(case)]
    return tuple(case for case, _ in both), np.array([row for _, row in both])


def makes_sense(case: Case) -> bool:
    """Tell whether there is such a problem: classes are not standardised."""
    return case.units == "targets as they are" or "target" in case.task


def meeting() -> list[Group]:
    """List the factors that are to meet: one, two, and three of few levels; the largest first."""

    def size(group: Group) -> int:
        return prod(SIZES[factor] for factor in group)

    factors = range(DTYPE)
    ones, twos, threes = (list(combinations(factors, number)) for number in (1, 2, 3))
    few = [group for group in threes if size(group) <= TRIPLES]
    return [*ones, *(sorted([*twos, *few], key=size, reverse=True))]


@cache
def whole_array() -> Cases:
    """Choose the cases for a backend that accepts everything."""
    return choose(lambda case: True)


def every(cases: Cases) -> Cases:
    """Take all cases in the precision of the plainest."""
    return tuple(case for case in cases if case.dtype == cases[0].dtype)


def single(cases: Cases) -> Cases:
    """Take all cases in float32."""
    return tuple(case for case in cases if case.dtype == "float32")


def few(cases: Cases) -> Cases:
    """Take some cases that have every level, and each solver in each precision."""
    return holding(cases, (SOLVER, DTYPE))


def fewest(cases: Cases) -> Cases:
    """Take some cases that have every level: for checks at which a framework compiles anew."""
    return holding(cases)


@cache
def holding(cases: Cases, *more: Group) -> Cases:
    """Take some cases that have every level and all combinations of the levels of a group."""
    rows = np.array([levels_of(case) for case in cases])
    groups: list[Group] = [*((factor,) for factor in range(len(SIZES))), *more]
    chosen = cover(rows, np.ones(len(rows), bool), groups, lambda row: True, [0])
    return tuple(cases[row] for row in sorted(chosen))


def levels_of(case: Case) -> list[int]:
    """Give the numbers of a case's levels."""
    levels = zip(FACTORS.values(), case, strict=True)
    return [list(factor).index(level) for factor, level in levels]


def plainest(cases: Cases) -> Cases:
    """Take the plainest case alone."""
    return cases[:1]


def to_learn(case: Case) -> dict[str, Any]:
    """Give the hyperparameters at which a case learns something in sixty epochs."""
    steep = case.solver == "adam" or case.activation != "logistic" or "target" in case.task
    usual, rows = hyperparameters(), case.problem().hyperparameters.batch_size
    return {
        "learning_rate_init": (0.02 if steep else 0.1) * min(1, rows / 4),
        "alpha": usual.alpha,
        "power_t": 0.1,
        "tol": usual.tol,
        "n_iter_no_change": usual.n_iter_no_change,
    }
