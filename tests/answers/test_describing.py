"""The answer in words, line by line, from facts that are given."""

import copy

import pytest

from epochwise.answers.describing import describe, headlines

BEST = {
    "best_epoch": 1200,
    "last_epoch": 5000,
    "runs": 20,
    "validation_loss": 2620.04,
    "validation_loss_error": 31.25,
    "train_loss": 1500.5,
    "interval_low": 1100,
    "interval_high": 1350,
    "interval_coverage": 0.95,
    "plateau_first": 1000,
    "plateau_last": 1500,
    "one_standard_error_epoch": 900,
    "note": "over folds, the seeds of each averaged",
}
COST = {"test_loss": 2700.0, "test_best_loss": 2650.0, "test_best_epoch": 1300}
BATCHES = {
    "training_rows": 1353,
    "rows_per_batch": 200,
    "iterations_per_epoch": 7,
    "iterations_at_best": 8400,
    "samples_at_best": 1623600,
}
STOPPING = {
    "criterion": "GL(5)",
    "epochs_saved_percent_mean": 71.25,
    "validation_regret_percent_mean": 0.4,
}
REFIT = {"refit_epochs": 1050, "all_rows": 1500, "assumption": "as many updates serve"}


def point(dataset="diabetes", leads=True, kind="overfits", verdict="it overfits", **changes):
    """An answer about one point; `changes` are made to its parts: `best_epoch={...}`."""
    facts = {
        "of": {"dataset": dataset, "batch_size": 200, "alpha": None, "backend": "numpy"},
        "loss": "mean squared error",
        "leads": leads,
        "best_epoch": BEST,
        "phases": {"kind": kind, "verdict": verdict},
        "choice_cost": {"mean_curve": COST},
        "batches": BATCHES,
        "early_stopping": STOPPING,
        "refit": REFIT,
    }
    facts = copy.deepcopy(facts)
    for name, changed in changes.items():
        facts[name] = None if changed is None else facts[name] | changed
    return facts


def lost(dataset, **changes):
    return point(dataset, kind="diverged", verdict="diverged: lower the rate", **changes)


def lines(*points):
    return describe({"answers": list(points)}).split("\n")


def test_all_that_is_known_of_one_point_takes_eight_lines():
    assert lines(point()) == [
        "diabetes, batch_size 200, numpy: the best epoch is 1,200 of 5,000.",
        "There, the mean squared error is 2,620 (standard error 31.25) on the validation rows, "
        "1,500.5 on the training rows.",
        "How sure: 95 % interval 1,100 to 1,350; plateau 1,000 to 1,500; one standard error from "
        "900; 20 runs (over folds, the seeds of each averaged).",
        "Verdict: it overfits.",
        "The validation rows chose this epoch, so the loss on them is optimistic: the test loss "
        "there is 2,700, against 2,650 at the test curve's own best epoch, 1,300.",
        "An epoch is 7 iterations (1,353 training rows in batches of 200); the best epoch comes "
        "after 8,400 iterations and 1,623,600 samples.",
        "Early stopping: GL(5) would have saved 71.2 % of the epochs for 0.4 % more validation "
        "loss (picked on these runs).",
        "To refit on all 1,500 rows: 1,050 epochs, if as many updates serve.",
    ]


def test_what_is_not_known_is_not_said():
    unsure = {"validation_loss_error": None, "train_loss": None, "interval_low": None}
    told = lines(
        point(
            best_epoch=unsure | {"note": "one run"},
            choice_cost={"mean_curve": {"test_loss": None}},
            batches={"rows_per_batch": None},
            early_stopping=None,
            refit={"refit_epochs": None},
        )
    )
    assert told[1:3] == [
        "There, the mean squared error is 2,620 on the validation rows.",
        "How sure: one run.",
    ]
    assert told[4].endswith("; without a test partition, by how much is not known.")
    assert told[5].startswith("An epoch is 7 iterations (1,353 training rows); the best")
    assert told[6:] == [
        "Early stopping: no criterion that was replayed would have saved epochs so cheaply."
    ]
    assert len(lines(point(batches={"iterations_at_best": None}))) == 7


@pytest.mark.parametrize(
    ("others", "sentence"),
    [
        ([1000], "of 2 mean curves; the others, best epochs 1,000 to 1,000."),
        ([3000, None, 20], "of 4 mean curves; the others, best epochs 20 to 3,000."),
        ([None], "of 2 mean curves; the others."),
    ],
)
def test_of_the_other_points_it_says_where_their_best_epochs_lie(others, sentence):
    points = [point(leads=False, best_epoch={"best_epoch": epoch}) for epoch in others]
    told = lines(points[0], point(), *points[1:])
    assert len(told) == 9
    assert told[-1] == f"It has the lowest validation loss {sentence}"


def test_several_datasets_take_two_lines_each_and_those_that_diverged_one():
    told = lines(point("a"), point("a", leads=False), lost("b"), point("c", verdict="it settles"))
    assert told == [
        "a, batch_size 200, numpy: the best epoch is 1,200 of 5,000.",
        "Verdict: it overfits.",
        "b, batch_size 200, numpy: diverged: lower the rate.",
        "c, batch_size 200, numpy: the best epoch is 1,200 of 5,000.",
        "Verdict: it settles.",
    ]


@pytest.mark.parametrize(("datasets", "more"), [(5, None), (6, 3), (12, 15)])
def test_beyond_ten_lines_the_last_says_how_many_more_there_are(datasets, more):
    told = lines(*(point(f"d{number}") for number in range(datasets)))
    assert len(told) == 10
    rest = f"({more} more lines: see best_epoch.csv and phases.csv)"
    assert told[-1] == (rest if more else "Verdict: it overfits.")


def test_a_point_without_a_best_epoch_or_whose_every_run_diverged_is_one_line():
    unknown = point(verdict="nothing to say", best_epoch={"best_epoch": None})
    assert lines(unknown) == ["diabetes, batch_size 200, numpy: nothing to say."]
    assert lines(lost("x")) == ["x, batch_size 200, numpy: diverged: lower the rate."]


def test_headlines_are_of_those_that_lead_and_of_all_where_none_does():
    answer = {"answers": [point("a"), lost("a", leads=False), point("b")]}
    assert [line.split(",")[0] for line in headlines(answer)] == ["a", "b"]
    answer = {"answers": [lost("a", leads=False), lost("b", leads=False)]}
    assert headlines(answer) == [
        f"{name}, batch_size 200, numpy: diverged: lower the rate." for name in "ab"
    ]
    assert describe(answer).split("\n") == headlines(answer)
