"""Whether a study that goes on until it is sure enough may stop."""

from typing import Any

from epochwise.answers import answer, tables
from epochwise.answers.recommendation import is_lost
from epochwise.answers.settings import AnswerSettings
from epochwise.tables.reading import LossTable

Facts = dict[str, Any]


def judge(losses: LossTable, settings: AnswerSettings) -> Facts:
    """Judge a round by its losses alone, so that the same study takes the same rounds anywhere.

    Returns
    -------
    ``enough``, and by dataset what is known of the point that leads: ``sampling_units``, and the
        ``safe_cost_percent`` that its safe range has, null without one. It is enough where every
        range costs `sure_within` at most, or where more runs would not help: the
        curve recommends nothing, since it still falls or is no better than a constant.
    """
    computed = tables.compute(losses, settings, [])
    leaders = [one for one in answer.compute(computed, settings)["answers"] if one["leads"]]
    known = ("sampling_units", "safe_cost_percent")
    found = {
        one["of"]["dataset"]: {name: one["best_epoch"][name] for name in known} for one in leaders
    }
    return {"enough": all(is_enough(one, settings) for one in leaders), "leaders": found}


def is_enough(leader: Facts, settings: AnswerSettings) -> bool:
    """Tell whether more runs are not needed, or would not help."""
    facts = leader["best_epoch"]
    if is_lost(leader) or facts["objection"]:
        return True
    cost = facts["safe_cost_percent"]
    return cost is not None and bool(cost <= 100 * settings.sure_within)
