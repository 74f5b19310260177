"""The sentences that say why: losses, verdict, cost, batches, early stopping, refit."""

from typing import Any

from epochwise.answers import wording
from epochwise.answers.recommendation import UNITS, constant
from epochwise.errors import counted

Facts = dict[str, Any]
ENOUGH_UNITS = 10  # fewer were wrong about the population in one verdict of five
DROWNS = 0.9  # of the loss: one target makes more than that
LEAST_SAVED = 0.05  # per cent of the epochs: less is written as 0.0
IN_SHARES = ("accuracy", "balanced_accuracy")


def losses(answer: Facts) -> str:
    """Say how good the network is at the best epoch, and what a constant reaches."""
    facts = answer["best_epoch"]
    if answer.get("score"):
        return _scores(answer)
    others, train = _others(answer, "value"), facts["train_loss"]
    said = f"There, the {answer['loss']} is {wording.loss(facts['validation_loss'])}"
    said += f" on the validation rows{f' ({others})' if others else ''}"
    said += "" if train is None else f", {wording.loss(train)} on the training rows"
    if facts["baseline_loss"] is not None:
        constants = _others(answer, "baseline", IN_SHARES)
        said += f"; {constant(answer)} gives {wording.loss(facts['baseline_loss'])}"
        said += f" ({constants})" if constants else ""
    return f"{said}.{_to_expect(facts)}"


def _scores(answer: Facts) -> str:
    """Say how good the network is in the score that it was judged by."""
    scores = {
        row["partition"]: row["value"] for row in answer["scores"] if row["metric"] == "score"
    }
    said = (
        f"There, {answer['score']} is {wording.loss(scores['validation'])} on the validation rows"
    )
    if "train" in scores:
        said += f", {wording.loss(scores['train'])} on the training rows"
    greatest = scores["validation"] + answer["best_epoch"]["validation_loss"]
    return f"{said}.{_to_expect(answer['best_epoch'], greatest)}"


def extent(answer: Facts) -> list[str]:
    """Say where runs ended, if not all at the same epoch, and how often they were validated."""
    facts, lines = answer.get("extent"), []
    if facts and facts["stopped_runs"]:
        first, last = wording.count(facts["first_end"]), wording.count(facts["last_end"])
        censored = answer["best_epoch"]["censored"]
        further = " Without those that ended first, more could be seen." if censored else ""
        lines.append(
            f"The runs ended at epochs {first} to {last}; they are compared up to "
            f"{wording.count(facts['compared_to'])}, which all of them reached.{further}"
        )
    if facts and facts["resolution"] > 1:
        gap = wording.count(facts["resolution"])
        lines.append(
            f"Up to {gap} epochs passed between two validations, so the best epoch cannot be known to better than that."
        )
    return lines


def shares(answer: Facts) -> str:
    """Say what per cent of a loss are of where it may be negative."""
    if not answer.get("shares"):
        return ""
    fall = answer["best_epoch"]["validation_loss"] - answer["shares"]["zero"]
    return (
        "As the loss may be negative, per cent are not of it but of "
        f"{wording.fall_of('the validation loss', answer['shares'])}: {wording.loss(fall, 3)}."
    )


def _to_expect(facts: Facts, greatest: float | None = None) -> str:
    """Say what new units will reach; in scores where their greatest value is given."""
    if facts["left_out_loss"] is None or facts["left_out_margin"] is None:
        return ""
    expected = facts["left_out_loss"] if greatest is None else greatest - facts["left_out_loss"]
    mean, margin = wording.loss(expected), wording.loss(facts["left_out_margin"], 3)
    new = UNITS[facts["sampling_unit"]]
    others = "cuts" if new == "cuts" else "runs"
    return f" Over new {new}, expect {mean} ± {margin} on average, at an epoch chosen by the other {others}."


def _others(answer: Facts, column: str, only: tuple[str, ...] = ()) -> str:
    """Write the validation rows' metrics besides the loss: `RMSE 51.2, R² 0.48`."""
    labels = {"rmse": "RMSE", "mae": "MAE", "r2": "R²"}
    labels |= {metric: metric.replace("_", " ") for metric in IN_SHARES}
    return ", ".join(
        f"{labels[row['metric']]} {_in_its_unit(row['metric'], row[column])}"
        for row in answer["scores"]
        if row["partition"] == "validation"
        and row["metric"] in (only or labels)
        and row[column] is not None
    )


def _in_its_unit(metric: str, value: float) -> str:
    if metric in IN_SHARES:
        return wording.percent(value)
    return f"{value:.3f}" if metric == "r2" else wording.loss(value, 4)


def targets(answer: Facts) -> str:
    """Warn where one of several targets drowns the others in the loss."""
    shares = {
        row["metric"].removeprefix("loss_"): row["baseline"]
        for row in answer["scores"]
        if row["partition"] == "validation"
        and row["metric"].startswith("loss_")
        and row["baseline"]
    }
    if not shares or max(shares.values()) <= DROWNS * sum(shares.values()):
        return ""
    largest = max(shares, key=lambda target: shares[target])
    return (
        f"Mind: {wording.percent(shares[largest] / sum(shares.values()))} of the baseline's loss is "
        f"that of {largest}, so the epoch is chosen for it alone; scale the targets to like units, or "
        "study each by itself."
    )


def verdict(answer: Facts) -> str:
    """Name what the curve does."""
    few = (answer["best_epoch"]["sampling_units"] or 0) < ENOUGH_UNITS
    return f"Verdict{' on these runs' if few else ''}: {answer['phases']['verdict']}."


def cost(answer: Facts) -> str:
    """Say what choosing on the validation rows cost, as far as test rows tell."""
    facts = answer["choice_cost"]["mean_curve"]
    if facts["test_loss"] is None:
        return (
            "The validation rows chose this epoch, so their loss may be too low; without a test "
            "partition, it is not known by how much."
        )
    test, least = wording.loss(facts["test_loss"]), wording.loss(facts["test_best_loss"])
    said = f"On the test rows, which chose nothing, the loss there is {test}: {_optimism(facts)}"
    own = wording.count(facts["test_best_epoch"])
    said += f"; the lowest there, {least}, is at epoch {own}."
    mean = facts["test_baseline_loss"]
    if mean is not None and facts["test_loss"] >= mean:
        said += f" Mind: {constant(answer)} gives {wording.loss(mean)} there, which is no worse."
    return said


def _optimism(facts: Facts) -> str:
    optimism, margin, percent = (
        facts[name] for name in ("optimism", "optimism_margin", "optimism_percent")
    )
    by = (
        "" if percent is None else f"{wording.percent(abs(percent) / 100)} "
    )  # of nothing, no share
    if margin is not None and optimism < -margin:
        return f"{by}lower than on the validation rows, so the rows differ"
    if optimism <= 0:
        return "no higher than on the validation rows"
    if margin is None:
        return (
            f"{by}higher than on the validation rows, how much of it by chance one run cannot say"
        )
    if optimism <= margin:
        return f"{by}higher than on the validation rows, within the error"
    return f"{by}higher than on the validation rows, which is optimistic"


def batches(answer: Facts) -> str:
    """Say what an epoch is in iterations and rows."""
    facts = answer["batches"]
    if facts["iterations_at_best"] is None:
        return ""
    rows, each, size = (
        facts[key] for key in ("training_rows", "iterations_per_epoch", "rows_per_batch")
    )
    iterations = counted(facts["iterations_at_best"], "iteration")
    samples = counted(facts["samples_at_best"], "sample")
    return (
        f"An epoch is {counted(each, 'iteration')}{_in_batches(rows, each, size)}; the best epoch "
        f"comes after {iterations} and {samples}."
    )


def _in_batches(rows: int, each: int, size: int | None) -> str:
    if size is None:
        return f" over {wording.count(rows)} training rows"
    if each == 1:
        return f": all {wording.count(rows)} training rows at once"
    rest = rows - (each - 1) * size
    if rest == size:
        return f" of {wording.count(size)} training row{'s' if size > 1 else ''}"
    if each == 2:
        return f": {wording.count(size)} training rows, then the other {wording.count(rest)}"
    return f" of {wording.count(size)} training rows, the last of {wording.count(rest)}"


def stopping(answer: Facts) -> str:
    """Say which early stopping saves most at an acceptable cost, and whether it can be relied on."""
    facts = answer["early_stopping"]
    if facts is None or facts["epochs_saved_percent"] < LEAST_SAVED:
        return "Early stopping: none of the criteria replayed saves epochs at an acceptable cost."
    saved, regret = (
        wording.percent(facts[name] / 100)
        for name in ("epochs_saved_percent", "validation_regret_percent")
    )
    told = f"{saved} of the epochs for {regret} more validation loss"
    if facts["regret_upper_percent"] is None:
        runs = "this run" if facts["units"] == 1 else f"these {facts['units']} units"
        return (
            f"Early stopping: on {runs}, {facts['criterion']} would have saved {told}; that is too few to "
            "say what it would do on others."
        )
    upper = wording.percent(facts["regret_upper_percent"] / 100)
    judged = "each unit is judged by what the others choose"
    if facts["recommended"]:
        return (
            f"Early stopping: {facts['criterion']} saves {told} on average ({judged}; the upper bound is "
            f"{upper}, which rare large losses may exceed)."
        )
    return (
        f"Early stopping: none can be relied on; {facts['criterion']} saves {told} on average, but "
        f"perhaps {upper} or more ({judged})."
    )


def refit(answer: Facts) -> str:
    """Say how many epochs a refit on all rows takes."""
    facts = answer["refit"]
    if facts["refit_epochs"] is None:
        return ""
    epochs, rows = counted(facts["refit_epochs"], "epoch"), wording.count(facts["all_rows"])
    return f"To refit on all {rows} rows: {epochs}, if {facts['assumption']}."
