"""The answer in words: ten lines at most, fit to be quoted."""

from typing import Any

from epochwise.answers import wording

Facts = dict[str, Any]
MOST_LINES = 10


def describe(answer: Facts) -> str:
    """Say the answer in at most ten lines.

    With one dataset, all about the point with the lowest validation loss,
    and how many others there are; with several, two lines for each. Where every run
    diverged, that alone: there is nothing to recommend.

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
        lines = [*_all_about(leaders[0]), *_others(every, leaders[0])]
    else:
        lines = [line for each in leaders for line in _in_short(each)]
    if len(lines) > MOST_LINES:
        rest = len(lines) - MOST_LINES + 1
        lines = [
            *lines[: MOST_LINES - 1],
            f"({rest} more lines: see best_epoch.csv and phases.csv)",
        ]
    return "\n".join(lines)


def headlines(answer: Facts) -> list[str]:
    """Say the best epoch of each dataset, a line for each; where there is none, why."""
    every = answer["answers"]
    leaders = [each for each in every if each["leads"]]
    return [_headline(each) for each in leaders or every]


def name(answer: Facts) -> str:
    """Name a dataset, point and backend on one line: `diabetes, batch_size 32, numpy`."""
    key = dict(answer["of"])
    dataset, backend = key.pop("dataset"), key.pop("backend")
    swept = [f"{each} {value}" for each, value in key.items() if value is not None]
    return " ".join(", ".join([str(dataset), *swept, str(backend)]).split())


def _all_about(leader: Facts) -> list[str]:
    if _is_lost(leader):
        return [_headline(leader)]
    lines = (
        _headline(leader),
        _losses(leader),
        _sureness(leader),
        _verdict(leader),
        _cost(leader),
        _batches(leader),
        _stopping(leader),
        _refit(leader),
    )
    return [line for line in lines if line]


def _in_short(leader: Facts) -> list[str]:
    return [_headline(leader), *([] if _is_lost(leader) else [_verdict(leader)])]


def _is_lost(answer: Facts) -> bool:
    unknown = answer["best_epoch"]["best_epoch"] is None
    return unknown or answer["phases"]["kind"] == "diverged"


def _headline(leader: Facts) -> str:
    if _is_lost(leader):
        return f"{name(leader)}: {leader['phases']['verdict']}."
    facts = leader["best_epoch"]
    best, epochs = (wording.count(facts[key]) for key in ("best_epoch", "last_epoch"))
    return f"{name(leader)}: the best epoch is {best} of {epochs}."


def _losses(leader: Facts) -> str:
    facts = leader["best_epoch"]
    validation = wording.loss(facts["validation_loss"])
    error = facts["validation_loss_error"]
    error = "" if error is None else f" (standard error {wording.loss(error)})"
    train = facts["train_loss"]
    train = "" if train is None else f", {wording.loss(train)} on the training rows"
    return f"There, the {leader['loss']} is {validation}{error} on the validation rows{train}."


def _sureness(leader: Facts) -> str:
    facts = leader["best_epoch"]
    if facts["interval_low"] is None:
        return f"How sure: {facts['note']}."
    low, high, first, last, early = (
        wording.count(facts[key])
        for key in (
            "interval_low",
            "interval_high",
            "plateau_first",
            "plateau_last",
            "one_standard_error_epoch",
        )
    )
    return (
        f"How sure: {wording.whole_percent(facts['interval_coverage'])} interval {low} to {high}; "
        f"plateau {first} to {last}; one standard error from {early}; "
        f"{facts['runs']} runs ({facts['note']})."
    )


def _verdict(leader: Facts) -> str:
    return f"Verdict: {leader['phases']['verdict']}."


def _cost(leader: Facts) -> str:
    facts = leader["choice_cost"]["mean_curve"]
    chose = "The validation rows chose this epoch, so the loss on them is optimistic"
    if facts["test_loss"] is None:
        return f"{chose}; without a test partition, by how much is not known."
    test, least = wording.loss(facts["test_loss"]), wording.loss(facts["test_best_loss"])
    own = wording.count(facts["test_best_epoch"])
    return (
        f"{chose}: the test loss there is {test}, "
        f"against {least} at the test curve's own best epoch, {own}."
    )


def _batches(leader: Facts) -> str:
    facts = leader["batches"]
    if facts["iterations_at_best"] is None:
        return ""
    numbers = ("training_rows", "iterations_per_epoch", "iterations_at_best", "samples_at_best")
    rows, each, iterations, samples = (wording.count(facts[key]) for key in numbers)
    size = facts["rows_per_batch"]
    size = "" if size is None else f" in batches of {wording.count(size)}"
    return (
        f"An epoch is {each} iterations ({rows} training rows{size}); "
        f"the best epoch comes after {iterations} iterations and {samples} samples."
    )


def _stopping(leader: Facts) -> str:
    facts = leader["early_stopping"]
    if facts is None:
        return "Early stopping: no criterion that was replayed would have saved epochs so cheaply."
    saved = wording.percent(facts["epochs_saved_percent_mean"] / 100)
    regret = wording.percent(facts["validation_regret_percent_mean"] / 100)
    return (
        f"Early stopping: {facts['criterion']} would have saved {saved} of the epochs "
        f"for {regret} more validation loss (picked on these runs)."
    )


def _refit(leader: Facts) -> str:
    facts = leader["refit"]
    if facts["refit_epochs"] is None:
        return ""
    epochs, rows = wording.count(facts["refit_epochs"]), wording.count(facts["all_rows"])
    return f"To refit on all {rows} rows: {epochs} epochs, if {facts['assumption']}."


def _others(every: list[Facts], leader: Facts) -> list[str]:
    others = [each for each in every if each is not leader]
    known = [each["best_epoch"]["best_epoch"] for each in others]
    known = [epoch for epoch in known if epoch is not None]
    if not others:
        return []
    best = (
        f", best epochs {wording.count(min(known))} to {wording.count(max(known))}" if known else ""
    )
    return [f"It has the lowest validation loss of {len(every)} mean curves; the others{best}."]
