"""The answer in words, fit to be quoted."""

from collections.abc import Sequence
from typing import Any

from epochwise.answers import wording
from epochwise.answers.recommendation import (
    backend_of,
    headline,
    how_many_more,
    is_lost,
    point_of,
    sureness,
)
from epochwise.answers.sentences import (
    batches,
    cost,
    extent,
    losses,
    refit,
    shares,
    stopping,
    targets,
    verdict,
)
from epochwise.answers.terms import LEADS, NOTHING_LEARNT, SHARES
from epochwise.errors import counted
from epochwise.tables.their_words import in_their_words

Facts = dict[str, Any]
MOST_LINES = 30
MOST_POINTS = 12


def describe(answer: Facts) -> str:
    """Say the answer, a sentence or two on a line.

    With one dataset, all about the point that leads, then a line for each point; with several
    datasets, what to do, how sure it is and the verdict for each.

    Parameters
    ----------
    answer
        What `epochwise.answers.answer.compute` returns.
    """
    every = answer["answers"]
    leaders = [each for each in every if each["leads"]]
    if not leaders:
        lines = headlines(answer)
    elif len(leaders) == 1:
        lines = [*all_about(leaders[0]), *agreement(every, leaders[0]), *points(every, leaders[0])]
    else:
        lines = [line for each in leaders for line in in_short(each)]
    if len(lines) > MOST_LINES:
        rest = len(lines) - MOST_LINES + 1
        lines = [*lines[: MOST_LINES - 1], f"({rest} more lines: see points.csv and phases.csv)"]
    return "\n".join(_in_their_words(lines, answer))


def _in_their_words(lines: Sequence[str], answer: Facts) -> list[str]:
    """Call what was counted and measured by its name, if all of it is of one kind."""
    every = answer["answers"]
    scored = bool(every) and all(each.get("score") for each in every)
    shared = bool(every) and all(each.get("shares") for each in every)
    unit = answer.get("unit", "epoch")
    return [in_their_words(line, unit, scored, shared) for line in lines]


def all_about(answer: Facts) -> list[str]:
    """Say everything about one point, a line each."""
    if is_lost(answer) or answer["phases"]["kind"] in NOTHING_LEARNT:
        return [headline(answer)]
    lines = [headline(answer), sureness(answer), *extent(answer), how_many_more(answer)]
    lines += [losses(answer), targets(answer), verdict(answer), shares(answer)]
    if not answer["best_epoch"]["objection"]:
        lines += [cost(answer), batches(answer), stopping(answer), refit(answer)]
    return [line for line in lines if line]


def headlines(answer: Facts) -> list[str]:
    """Say how many epochs each dataset needs, a line for each; where that is not known, why."""
    every = answer["answers"]
    shown = [one for one in every if one["leads"]] or every
    return _in_their_words([headline(each) for each in shown], answer)


def in_brief(answer: Facts) -> list[str]:
    """Say how many epochs each dataset needs and how sure that is: what a run says at its end."""
    every = answer["answers"]
    shown = [one for one in every if one["leads"]] or every
    lines = [
        line
        for one in shown
        for line in (headline(one), *([] if is_lost(one) else [sureness(one), *extent(one)]))
        if line
    ]
    return _in_their_words(lines, answer)


def in_short(leader: Facts) -> list[str]:
    """Say the most important of one dataset among several."""
    if is_lost(leader):
        return [headline(leader)]
    about = headline(leader), sureness(leader), *extent(leader), verdict(leader), shares(leader)
    return [line for line in about if line]


def agreement(answers: Sequence[Facts], leader: Facts) -> list[str]:
    """Say whether the backends agree on the point that leads."""
    same = [one for one in answers if point_of(one) == point_of(leader)]
    alike = [one for one in same if one["points"]["standing"] in (LEADS, SHARES)]
    if len(alike) < 2:
        return []
    losses = [one["best_epoch"]["validation_loss"] for one in alike]
    epochs = {one["best_epoch"]["best_epoch"] for one in alike}
    apart = (max(losses) - min(losses)) / min(losses) if min(losses) else 0.0
    every = "Both" if len(alike) == 2 else f"All {len(alike)}"
    who = f"{every if len(alike) == len(same) else len(alike)} backends agree"
    at = f"best epochs {_span(epochs)}" if len(epochs) > 1 else f"best epoch {_span(epochs)}"
    far = "equal" if apart == 0 else f"equal to within {apart:.1g} of their size"
    return [f"{who} ({', '.join(map(backend_of, alike))}): {at}, lowest losses {far}."]


def points(every: Sequence[Facts], leader: Facts) -> list[str]:
    """Say how every point stands beside the leader, a line each, the lowest losses first."""
    own = [one for one in every if backend_of(one) == backend_of(leader)]
    if len(own) < 2:
        return []
    leading = [one for one in own if one["points"]["standing"] in (LEADS, SHARES)]
    told = (
        f"{len(leading)} of {len(own)} points share the lead"
        if len(leading) > 1
        else f"It leads {len(own)} points"
    )
    ordered = sorted(own, key=_order)
    rest = len(ordered) - MOST_POINTS
    more = [f"({counted(rest, 'more point')}: see points.csv)"] if rest > 0 else []
    return [f"{told}:", *map(_line, ordered[:MOST_POINTS]), *more]


def _line(one: Facts) -> str:
    if is_lost(one):
        return f"- {point_of(one)}: {one['phases']['verdict']}."
    facts = one["best_epoch"]
    bound = "at least " if facts["censored"] else ""
    return (
        f"- {point_of(one)}: best epoch {bound}{wording.count(facts['best_epoch'])}; "
        f"{one['points']['comparison']}; {one['phases']['verdict']}."
    )


def _order(one: Facts) -> tuple[bool, float]:
    above = one["points"]["above_lowest_percent"]
    return above is None, above or 0.0


def _span(epochs: set[int]) -> str:
    low, high = wording.count(min(epochs)), wording.count(max(epochs))
    return low if low == high else f"{low} to {high}"
