"""What to do at one point of a dataset, and how sure that is, in words."""

from math import inf
from typing import Any

from epochwise.answers import wording
from epochwise.answers.terms import (
    AS_INDEPENDENT,
    HISTORY,
    NO_BETTER,
    NOTHING_LEARNT,
    UNTRAINED_IS_BEST,
)
from epochwise.errors import counted

Facts = dict[str, Any]
NARROWER = 0.8  # of a range: a shorter one is worth telling
UNITS = {"fold": "cuts", "run": "seeds", HISTORY: "runs"}  # what counts as independent
HOLDS_FOR = {
    "run": " That holds for new seeds on this cut; another cut may move it (n_repeats: 10).",
    HISTORY: " That holds for new runs that differ from each other as these do; of cuts of one data set it is "
    "too sure.",
}
SHARED_ROWS = (
    " That is too sure: cuts share rows, and how many was not told (under the files of the study, "
    "rows: {train: ..., validation: ...})."
)


def name(answer: Facts) -> str:
    """Name a dataset, point and backend on one line: `diabetes, batch_size 32, numpy`."""
    return ", ".join(filter(None, [dataset_of(answer), point_of(answer), backend_of(answer)]))


def dataset_of(answer: Facts) -> str:
    """Name the dataset."""
    return _on_one_line(answer["of"]["dataset"])


def backend_of(answer: Facts) -> str:
    """Name the backend; "" where others have trained."""
    return _on_one_line(answer["of"].get("backend", ""))


def point_of(answer: Facts) -> str:
    """Name the point: `batch_size 32, alpha 0.1`, or by its own name; "" where nothing is swept."""
    key = {k: v for k, v in answer["of"].items() if k not in ("dataset", "backend")}
    if key.get("point") is not None:
        return _on_one_line(key["point"])
    return _on_one_line(", ".join(f"{k} {v}" for k, v in key.items() if v is not None))


def is_lost(answer: Facts) -> bool:
    """Tell whether there is no best epoch, or every run diverged."""
    return answer["best_epoch"]["best_epoch"] is None or answer["phases"]["kind"] == "diverged"


def headline(answer: Facts) -> str:
    """Say how many epochs to train, or why that cannot be said."""
    facts, kind = answer["best_epoch"], answer["phases"]["kind"]
    if is_lost(answer):
        return f"{name(answer)}: {answer['phases']['verdict']}."
    best, last = (counted(facts[key], "epoch") for key in ("best_epoch", "last_epoch"))
    if facts["objection"] == UNTRAINED_IS_BEST and kind not in NOTHING_LEARNT:
        return (
            f"{name(answer)}: no epoch is better than the untrained network on the validation rows, so no "
            "number of epochs is recommended."
        )
    if facts["objection"] == NO_BETTER:
        return (
            f"{name(answer)}: no better than {constant(answer)} ({answer['loss']} "
            f"{wording.loss(facts['validation_loss'])} against {wording.loss(facts['baseline_loss'])} "
            "on the validation rows), so no number of epochs is recommended."
            f"{_at_the_end(kind) if facts['censored'] else ''}"
        )
    if kind in NOTHING_LEARNT:
        return f"{name(answer)}: {answer['phases']['verdict']}."
    if facts["objection"]:
        return (
            f"{name(answer)}: train longer than {last}. The validation loss was still falling "
            f"{_where_it_ends(answer, 'when training ended')}: {_at_least(facts)}."
        )
    if facts["censored"]:
        return (
            f"{name(answer)}: train {best}. The validation loss was lowest {_where_it_ends(answer, 'at the end')}, so more "
            "may be better still, but it was hardly falling any more."
        )
    return f"{name(answer)}: train {best}, the best of {wording.count(facts['last_epoch'])}."


def _at_the_end(kind: str) -> str:
    """Say what may help where the loss was lowest when training ended, but not low enough."""
    if kind == "settles":
        return " The loss was lowest when training ended, but hardly falling: train longer, or raise the learning rate."
    return " The loss was still falling when training ended: train longer."


def _where_it_ends(answer: Facts, usually: str) -> str:
    """Name the end of the mean curve: it is not that of all training where runs were stopped."""
    extent = answer.get("extent")
    return "where the first runs were stopped" if extent and extent["stopped_runs"] else usually


def sureness(answer: Facts) -> str:
    """Say which epochs are safe, where the best epoch lies, and what that holds for."""
    facts = answer["best_epoch"]
    if facts["objection"]:
        return ""
    if facts["safe_low"] is None and facts["interval_low"] is None:
        return f"{facts['note']}."
    sure = f"{wording.whole_percent(facts['interval_coverage'] or 0.95)} sure; {sample(facts)}"
    more = wording.more_loss(answer)
    said = f"{sample(facts)} cannot show which epochs are safe, even at 10 % {more}."
    if facts["safe_low"] is not None:
        z = wording.whole_percent(facts["safe_cost_percent"] / 100)
        said = f"{_range(facts)} less than {z} {more} ({sure})."
    if facts["interval_low"] is not None:
        interval = wording.whole_percent(facts["interval_coverage"])
        said += f" The best epoch itself {_interval(facts, 'is', 'lies')} ({interval} interval)."
    shared = SHARED_ROWS if facts["note"] == AS_INDEPENDENT else ""
    return f"{said}{HOLDS_FOR.get(facts['sampling_unit'], shared)}"


def how_many_more(answer: Facts) -> str:
    """Say how many runs it would take to be surer by something that is worth them."""
    facts, steps = answer["best_epoch"], answer["more_units"]
    if facts["objection"] or not steps:
        return ""
    units, missed = UNITS[facts["sampling_unit"]], _missed(answer)
    for step in steps:
        if _is_narrower(step, facts):
            in_all = f"With {wording.count(step['in_all'])} {units} in all,"
            return f"{missed}{in_all} {_would_be(facts | step)}, if they are like these."
    rather = ": more rows would" if units == "cuts" else ""
    return f"{missed}More {units} would hardly narrow this{rather}."


def _missed(answer: Facts) -> str:
    """Say that a study which was to go on until it is sure enough has come to its limit before."""
    goal, cost = answer["goal"], answer["best_epoch"]["safe_cost_percent"]
    if goal is None or (cost is not None and cost <= goal["sure_within_percent"]):
        return ""
    z, most = (
        wording.whole_percent(goal["sure_within_percent"] / 100),
        wording.count(goal["max_units"]),
    )
    return f"Not as sure as asked ({z}): the study ended at its limit (max_units: {most}). "


def _is_narrower(step: Facts, facts: Facts) -> bool:
    """Tell whether the safe range would cost less, or range or interval be shorter by much."""
    now, then = (facts["safe_cost_percent"] or inf, step["safe_cost_percent"] or inf)
    if then != now:
        return bool(then < now)
    last = facts["last_epoch"]
    spans = [
        [
            (last if one[f"{name}_high"] is None else one[f"{name}_high"]) - one[f"{name}_low"]
            for one in (step, facts)
        ]
        for name in ("safe", "interval")
        if facts[f"{name}_low"] is not None
    ]
    return any(then <= NARROWER * now for then, now in spans)


def _would_be(facts: Facts) -> str:
    interval = _interval(facts, "be", "lie")
    if facts["safe_low"] is None:
        return f"the best epoch itself would {interval}"
    first, last = wording.count(facts["safe_low"]), _or_more(facts, "safe_high")
    z = wording.whole_percent(facts["safe_cost_percent"] / 100)
    alone = first == last.removesuffix(" or more")
    which = f"epoch {last}" if alone else f"anything from {first} to {last}"
    return f"{which} would cost less than {z}, and the best epoch itself {interval}"


def _range(facts: Facts) -> str:
    low, high = wording.count(facts["safe_low"]), _or_more(facts, "safe_high")
    if facts["safe_low"] == facts["safe_high"]:
        return f"Of all epochs, {low} alone is known to cost"
    return f"Anything from {low} to {high} costs"


def _interval(facts: Facts, be: str, lie: str) -> str:
    low, high = facts["interval_low"], facts["interval_high"]
    end = _or_more(facts, "interval_high")
    if low == (facts["last_epoch"] if high is None else high):
        return f"{be} {end}"
    return f"{lie} between {wording.count(low)} and {end}"


def sample(facts: Facts) -> str:
    """Say how many independent units there are: `5 cuts of this data set, 30 seeds in each`."""
    runs, units = facts["runs"] - facts["diverged_runs"], facts["sampling_units"]
    if facts["sampling_unit"] != "fold":
        where = " on one cut" if facts["sampling_unit"] == "run" else ""
        return f"{wording.count(units)} {UNITS[facts['sampling_unit']]}{where}"
    each = runs / units
    seeds = "" if each == 1 else f", {each:.3g} seeds in each: {wording.count(units)} units"
    return f"{wording.count(units)} cuts of this data set{seeds}"


def constant(answer: Facts) -> str:
    """Say what the baseline predicts."""
    of_classes = any(row["metric"] == "accuracy" for row in answer["scores"])
    return "predicting the shares of the classes" if of_classes else "predicting the training mean"


def _at_least(facts: Facts) -> str:
    """Say what is known of a best epoch that is not in sight."""
    if facts["interval_low"] is None:
        here = "this run" if facts["runs"] == 1 else "these runs"
        return f"the best epoch of {here} is at least {wording.count(facts['best_epoch'])}"
    low, coverage = facts["interval_low"], wording.whole_percent(facts["interval_coverage"])
    return f"the best epoch is at least {wording.count(low)} ({coverage} interval)"


def _or_more(facts: Facts, end: str) -> str:
    """Write the upper end of a range; at the last epoch it is open."""
    high = facts["last_epoch"] if facts[end] is None else facts[end]
    return f"{wording.count(high)}{' or more' if high >= facts['last_epoch'] else ''}"


def _on_one_line(text: object) -> str:
    return " ".join(str(text).split())
