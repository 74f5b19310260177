"""The answer in words, line by line, from facts that are given."""

import copy

import pytest

from epochwise.answers.describing import describe, headlines, in_brief
from epochwise.answers.terms import AS_INDEPENDENT, UNTRAINED_IS_BEST

BEST = {
    "best_epoch": 1200,
    "last_epoch": 5000,
    "censored": False,
    "objection": None,
    "runs": 300,
    "diverged_runs": 0,
    "sampling_unit": "fold",
    "sampling_units": 10,
    "validation_loss": 2620.04,
    "left_out_loss": 2650.04,
    "left_out_margin": 61.44,
    "train_loss": 1500.5,
    "baseline_loss": 5361.5,
    "safe_low": 1000,
    "safe_high": 1500,
    "safe_cost_percent": 2.0,
    "interval_low": 1100,
    "interval_high": 1350,
    "interval_coverage": 0.95,
    "note": "over cuts of this data set",
}
SCORES = [
    ("validation", "loss", 2620.04, 5361.5),
    ("validation", "rmse", 51.186, 73.2),
    ("validation", "r2", 0.5052, -0.012),
    ("test", "rmse", 60.0, 70.0),
]
COST = {
    "test_loss": 2700.0,
    "optimism": 80.0,
    "optimism_margin": 30.0,
    "optimism_percent": 3.06,
    "test_baseline_loss": 5000.0,
    "test_best_loss": 2650.0,
    "test_best_epoch": 1300,
}
BATCHES = {
    "training_rows": 1353,
    "rows_per_batch": 200,
    "iterations_per_epoch": 7,
    "iterations_at_best": 8400,
    "samples_at_best": 1623600,
}
STOPPING = {
    "criterion": "GL(5)",
    "units": 10,
    "epochs_saved_percent": 71.25,
    "validation_regret_percent": 0.4,
    "regret_upper_percent": 0.9,
    "recommended": True,
}
REFIT = {"refit_epochs": 1050, "all_rows": 1500, "assumption": "as many updates serve"}
POINT = {
    "standing": "leads",
    "above_lowest_percent": 0.0,
    "comparison": "the lowest validation loss",
}


def point(dataset="diabetes", leads=True, kind="overfits", verdict="it overfits", **changes):
    """An answer about one point; `changes` are made to its parts: `best_epoch={...}`."""
    facts = {
        "of": {"dataset": dataset, "batch_size": 200, "alpha": None, "backend": "numpy"},
        "loss": "mean squared error",
        "leads": leads,
        "best_epoch": BEST,
        "points": POINT,
        "goal": None,
        "more_units": [],
        "scores": [
            dict(zip(("partition", "metric", "value", "baseline"), each, strict=True))
            for each in SCORES
        ],
        "phases": {"kind": kind, "verdict": verdict},
        "choice_cost": {"mean_curve": COST},
        "batches": BATCHES,
        "early_stopping": STOPPING,
        "refit": REFIT,
    }
    facts = copy.deepcopy(facts)
    for name, changed in changes.items():
        facts[name] = (
            facts[name] | changed if isinstance(facts[name] and changed, dict) else changed
        )
    return facts


def lost(dataset, **changes):
    return point(dataset, kind="diverged", verdict="diverged: lower the rate", **changes)


def lines(*points):
    return describe({"answers": list(points)}).split("\n")


def test_all_that_is_known_of_one_point_takes_eight_lines():
    assert lines(point()) == [
        "diabetes, batch_size 200, numpy: train 1,200 epochs, the best of 5,000.",
        "Anything from 1,000 to 1,500 costs less than 2 % more validation loss (95 % sure; 10 cuts of "
        "this data set, 30 seeds in each: 10 units). The best epoch itself lies between 1,100 and 1,350 "
        "(95 % interval).",
        "There, the mean squared error is 2,620 on the validation rows (RMSE 51.19, R² 0.505), 1,500.5 "
        "on the training rows; predicting the training mean gives 5,361.5. Over new cuts, expect "
        "2,650 ± 61.4 on average, at an epoch chosen by the other cuts.",
        "Verdict: it overfits.",
        "On the test rows, which chose nothing, the loss there is 2,700: 3.1 % higher than on the "
        "validation rows, which is optimistic; the lowest there, 2,650, is at epoch 1,300.",
        "An epoch is 7 iterations of 200 training rows, the last of 153; the best epoch comes after "
        "8,400 iterations and 1,623,600 samples.",
        "Early stopping: GL(5) saves 71.2 % of the epochs for 0.4 % more validation loss on average "
        "(each unit is judged by what the others choose; the upper bound is 0.9 %, which rare large "
        "losses may exceed).",
        "To refit on all 1,500 rows: 1,050 epochs, if as many updates serve.",
    ]


MORE = {"in_all": 30, "safe_low": 1100, "safe_high": 1450, "safe_cost_percent": 1.0}
MORE |= {"interval_low": 1150, "interval_high": 1300, "interval_coverage": 0.95}
HARDLY = MORE | {
    "safe_low": 1020,
    "safe_cost_percent": 2.0,
    "interval_low": 1110,
    "interval_high": 1350,
}


@pytest.mark.parametrize(
    ("now", "steps", "said"),
    [
        (
            {},
            [HARDLY, MORE | {"in_all": 100}],
            "With 100 cuts in all, anything from 1,100 to 1,450 would cost less than 1 %, and the "
            "best epoch itself lie between 1,150 and 1,300, if they are like these.",
        ),
        (
            {"safe_low": None, "safe_high": None, "safe_cost_percent": None},
            [HARDLY],
            "With 30 cuts in all, anything from 1,020 to 1,450 would cost less than 2 %, and the "
            "best epoch itself lie between 1,110 and 1,350, if they are like these.",
        ),
        (
            {"safe_low": None, "safe_high": None, "safe_cost_percent": None},
            [MORE | {"safe_low": None, "safe_high": None, "safe_cost_percent": None}],
            "With 30 cuts in all, the best epoch itself would lie between 1,150 and 1,300, if they "
            "are like these.",
        ),
        ({}, [HARDLY | {"safe_low": 1101}], "With 30 cuts in all, anything from 1,101 to "),
        ({}, [HARDLY | {"interval_high": 1310}], "With 30 cuts in all, anything from 1,020 to "),
        (
            {},
            [MORE | {"safe_low": 5000, "safe_high": 5000}],
            "With 30 cuts in all, epoch 5,000 or more would cost less than 1 %, and",
        ),
        ({}, [HARDLY], "More cuts would hardly narrow this: more rows would."),
        ({"sampling_unit": "run"}, [HARDLY], "More seeds would hardly narrow this."),
        ({"interval_high": None}, [HARDLY | {"interval_high": None}], "More cuts would hardly"),
        ({"objection": "still falling"}, [MORE], "The rest"),
        ({}, [], "The rest"),
    ],
)
def test_how_many_more_runs_would_narrow_it_is_said(now, steps, said):
    told = lines(point(best_epoch=now, more_units=steps))
    assert told[2].startswith(said) or (said == "The rest" and "in all" not in "".join(told))
    assert not any(" hardly narrow" in line for line in told) or "hardly" in said


def test_a_study_that_ends_at_its_limit_before_it_is_sure_enough_says_so():
    goal = {"sure_within_percent": 1.0, "max_units": 30}
    told = lines(point(goal=goal, more_units=[HARDLY | {"in_all": 100}]))
    assert told[2] == (
        "Not as sure as asked (1 %): the study ended at its limit (max_units: 30). More cuts would "
        "hardly narrow this: more rows would."
    )
    reached = lines(point(goal=goal | {"sure_within_percent": 2.0}, more_units=[HARDLY]))
    assert reached[2].startswith("More cuts")
    nothing = dict.fromkeys(("safe_low", "safe_high", "safe_cost_percent"))
    told = lines(point(goal=goal, best_epoch=nothing, more_units=[HARDLY]))
    assert told[2].startswith("Not as sure as asked (1 %)")


def test_a_point_is_called_by_its_own_name_where_it_has_one():
    named = {"dataset": "diabetes", "point": "two\nlayers", "backend": "numpy"}
    assert lines(point(of=named))[0].startswith("diabetes, two layers, numpy: train 1,200 epochs")


def test_what_is_not_known_is_not_said():
    unsure = {"train_loss": None, "baseline_loss": None, "left_out_loss": None}
    unsure |= {"interval_low": None, "safe_low": None, "note": "1 run cannot say"}
    told = lines(
        point(
            best_epoch=unsure,
            scores=[],
            choice_cost={"mean_curve": {"test_loss": None}},
            batches={"rows_per_batch": None},
            early_stopping=None,
            refit={"refit_epochs": None},
        )
    )
    assert told[1:3] == [
        "1 run cannot say.",
        "There, the mean squared error is 2,620 on the validation rows.",
    ]
    assert told[4].endswith("; without a test partition, it is not known by how much.")
    assert told[5].startswith("An epoch is 7 iterations over 1,353 training rows; the best")
    assert told[6:] == [
        "Early stopping: none of the criteria replayed saves epochs at an acceptable cost."
    ]
    assert len(lines(point(batches={"iterations_at_best": None}))) == 7


# ---- what may be recommended ----


def test_a_point_that_does_not_beat_the_baseline_is_recommended_for_nothing():
    facts = {"objection": "no better than the baseline", "baseline_loss": 2600.0}
    told = lines(point(best_epoch=facts))
    assert told[0] == (
        "diabetes, batch_size 200, numpy: no better than predicting the training mean (mean squared "
        "error 2,620 against 2,600 on the validation rows), so no number of epochs is recommended."
    )
    ends = {
        "underfits": "The loss was still falling when training ended: train longer.",
        "settles": "The loss was lowest when training ended, but hardly falling: train longer, or raise "
        "the learning rate.",
    }
    for kind, said in ends.items():
        yet = lines(point(kind=kind, best_epoch=facts | {"censored": True}))
        assert yet[0] == f"{told[0]} {said}"
    text = "\n".join(told)
    assert not [word for word in ("train 1", "Early stopping", "refit", "Anything") if word in text]


def test_a_best_epoch_at_the_end_is_a_lower_bound():
    facts = {"objection": "still improving …", "censored": True, "best_epoch": 4990}
    facts |= {"interval_low": None, "safe_low": None}
    told = lines(point(best_epoch=facts))
    assert told[0] == (
        "diabetes, batch_size 200, numpy: train longer than 5,000 epochs. The validation loss was still "
        "falling when training ended: the best epoch of these runs is at least 4,990."
    )
    bound = lines(point(best_epoch=facts | {"interval_low": 4500, "interval_high": None}))[0]
    assert bound.endswith("training ended: the best epoch is at least 4,500 (95 % interval).")
    assert told[1].startswith("There, ")
    alone = lines(point(best_epoch=facts | {"runs": 1}))[0]
    assert alone.endswith("the best epoch of this run is at least 4,990.")
    facts = {"censored": True, "best_epoch": 5000, "interval_high": None, "safe_high": 5000}
    told = lines(point(best_epoch=facts))
    assert told[0].endswith(
        ": train 5,000 epochs. The validation loss was lowest at the end, so more may be better still, "
        "but it was hardly falling any more."
    )
    assert told[1].startswith("Anything from 1,000 to 5,000 or more costs less than 2 %")
    assert "lies between 1,100 and 5,000 or more (95 % interval)" in told[1]


@pytest.mark.parametrize("kind", ["constant", "worsens", "untrained", "unknown"])
def test_where_nothing_is_learnt_the_verdict_is_all_that_is_said(kind):
    told = lines(point(kind=kind, verdict="nothing", best_epoch={"objection": "nothing is learnt"}))
    assert told == ["diabetes, batch_size 200, numpy: nothing."]


# ---- how sure ----


def test_seeds_on_one_cut_say_what_they_cannot_know():
    told = lines(point(best_epoch={"sampling_unit": "run", "sampling_units": 300}))[1]
    assert "(95 % sure; 300 seeds on one cut)" in told
    assert told.endswith(
        " That holds for new seeds on this cut; another cut may move it (n_repeats: 10)."
    )


def test_a_range_may_begin_untrained_and_is_as_sure_as_the_study_asks():
    told = lines(point(best_epoch={"safe_low": 0, "interval_coverage": 0.9}))[1]
    assert told.startswith(
        "Anything from 0 to 1,500 costs less than 2 % more validation loss (90 % "
    )


def test_cuts_whose_rows_were_not_told_are_said_to_be_too_sure():
    assert "too sure" not in lines(point())[1]
    told = lines(point(best_epoch={"note": AS_INDEPENDENT}))[1]
    assert told.endswith(
        "That is too sure: cuts share rows, and how many was not told (under the "
        "files of the study, rows: {train: ..., validation: ...})."
    )


def test_runs_that_diverged_are_none_of_the_seeds_of_a_cut():
    told = lines(point(best_epoch={"runs": 310, "diverged_runs": 10}))[1]
    assert "10 cuts of this data set, 30 seeds in each: 10 units)" in told


def test_a_range_or_an_interval_of_one_epoch_is_told_as_one():
    one = {"safe_low": 3, "safe_high": 3, "interval_low": 3, "interval_high": 3, "best_epoch": 3}
    told = lines(point(best_epoch=one, more_units=[MORE | one]))
    assert told[1] == (
        "Of all epochs, 3 alone is known to cost less than 2 % more validation loss (95 % sure; 10 cuts "
        "of this data set, 30 seeds in each: 10 units). The best epoch itself is 3 (95 % interval)."
    )
    more = lines(point(best_epoch=one | {"safe_high": 9}, more_units=[MORE | one]))[2]
    assert "epoch 3 would cost less than 1 %, and the best epoch itself be 3, if" in more
    last = {"interval_low": 5000, "interval_high": None}
    assert "itself is 5,000 or more (95 % interval)" in lines(point(best_epoch=last))[1]


def test_one_epoch_one_iteration_and_one_sample_are_told_in_the_singular():
    best = {"best_epoch": 1, "last_epoch": 1}
    batches = {"iterations_per_epoch": 1, "iterations_at_best": 1, "samples_at_best": 1}
    told = lines(point(best_epoch=best, batches=batches, refit={"refit_epochs": 1}))
    assert told[0].endswith(": train 1 epoch, the best of 1.")
    assert told[5].endswith("; the best epoch comes after 1 iteration and 1 sample.")
    assert told[7].startswith("To refit on all 1,500 rows: 1 epoch, if")
    bound = {"objection": "still improving", "censored": True, **best}
    assert ": train longer than 1 epoch. " in lines(point(best_epoch=bound))[0]


def test_where_no_epoch_is_better_than_the_untrained_network_none_is_recommended():
    told = lines(point(best_epoch={"objection": UNTRAINED_IS_BEST, "best_epoch": 0}))
    assert told[0] == (
        "diabetes, batch_size 200, numpy: no epoch is better than the untrained network on the validation "
        "rows, so no number of epochs is recommended."
    )
    assert not [line for line in told if line.startswith(("Anything", "To refit", "Early"))]


def test_where_no_range_is_safe_that_is_said():
    told = lines(point(best_epoch={"safe_low": None, "runs": 10}))[1]
    assert told.startswith(
        "10 cuts of this data set cannot show which epochs are safe, even at 10 % more validation "
        "loss. The best epoch itself"
    )


def test_an_interval_that_reaches_the_last_epoch_is_open():
    told = lines(point(best_epoch={"interval_high": 5000}))[1]
    assert "lies between 1,100 and 5,000 or more (95 % interval)" in told


def test_a_verdict_of_few_units_is_about_these_runs():
    assert (
        lines(point(best_epoch={"sampling_units": 9}))[3] == "Verdict on these runs: it overfits."
    )


# ---- what it cost, and other quantities ----


@pytest.mark.parametrize(
    ("optimism", "margin", "words"),
    [
        (80.0, 30.0, "3.1 % higher than on the validation rows, which is optimistic;"),
        (80.0, 90.0, "3.1 % higher than on the validation rows, within the error;"),
        (80.0, 80.0, "3.1 % higher than on the validation rows, within the error;"),
        (80.0, None, "3.1 % higher than on the validation rows, how much of it by chance one run"),
        (-80.0, 30.0, "2,700: 3.1 % lower than on the validation rows, so the rows differ;"),
        (-80.0, 90.0, "2,700: no higher than on the validation rows;"),
        (-80.0, 80.0, "2,700: no higher than on the validation rows;"),
        (0.0, None, "2,700: no higher than on the validation rows;"),
    ],
)
def test_optimistic_is_a_loss_that_is_higher_on_the_test_rows_by_more_than_its_error(
    optimism, margin, words
):
    cost = COST | {"optimism": optimism, "optimism_margin": margin}
    assert words in lines(point(choice_cost={"mean_curve": cost}))[4]


def test_how_much_higher_is_a_share_and_is_not_told_of_a_loss_of_zero():
    half = COST | {"optimism": 0.5, "optimism_margin": 0.1, "optimism_percent": 50.0}
    told = lines(point(choice_cost={"mean_curve": half}))[4]
    assert "2,700: 50.0 % higher than on the validation rows, which is optimistic;" in told
    told = lines(point(choice_cost={"mean_curve": half | {"optimism_percent": None}}))[4]
    assert "2,700: higher than on the validation rows, which is optimistic;" in told


def test_a_network_that_is_no_better_than_a_constant_on_the_test_rows_is_told():
    cost = {"mean_curve": COST | {"test_baseline_loss": 2700.0}}
    assert lines(point(choice_cost=cost))[4].endswith(
        "Mind: predicting the training mean gives 2,700 there, which is no worse."
    )


def test_of_classes_the_accuracies_are_told_with_the_share_of_the_largest():
    scores = [
        ("validation", "loss", 0.25, 0.5),
        ("validation", "accuracy", 0.9512, 0.96),
        ("validation", "balanced_accuracy", 0.7, 0.5),
    ]
    names = ("partition", "metric", "value", "baseline")
    told = lines(point(scores=[dict(zip(names, each, strict=True)) for each in scores]))[2]
    assert "on the validation rows (accuracy 95.1 %, balanced accuracy 70.0 %)" in told
    assert (
        "; predicting the shares of the classes gives 5,361.5 (accuracy 96.0 %, balanced accuracy "
        "50.0 %)." in told
    )


def test_what_to_expect_is_told_of_seeds_or_cuts_where_it_is_known():
    told = lines(point(best_epoch={"sampling_unit": "run"}))[2]
    assert "Over new seeds, expect 2,650 ± 61.4 on average" in told
    assert told.endswith("at an epoch chosen by the other runs.")
    assert "Over new" not in lines(point(best_epoch={"left_out_margin": None}))[2]


def test_a_score_that_is_not_known_is_not_told():
    names = ("partition", "metric", "value", "baseline")
    unknown = [("validation", "rmse", 51.186, None), ("validation", "r2", None, None)]
    told = lines(point(scores=[dict(zip(names, each, strict=True)) for each in unknown]))[2]
    assert "2,620 on the validation rows (RMSE 51.19), 1,500.5" in told


def test_the_share_of_the_target_that_drowns_the_others_is_that_on_the_validation_rows():
    names = ("partition", "metric", "value", "baseline")
    rows = [
        *(("test", "loss_rooms", 1.0, 500.0), ("validation", "loss_price", 1.0, 95.0)),
        *(("validation", "loss_rooms", 1.0, 5.0), ("validation", "loss_age", 1.0, None)),
        *(("test", "loss_price", 1.0, 5.0), ("validation", "loss", 1.0, 9e9)),
    ]
    told = lines(point(scores=[dict(zip(names, each, strict=True)) for each in rows]))
    assert any(line.startswith("Mind: 95.0 % of the baseline's loss") for line in told)


@pytest.mark.parametrize(("small", "warned"), [(1.0, True), (5.0, True), (20.0, False)])
def test_a_target_that_drowns_the_others_is_named(small, warned):
    rows = [("price", 100.0), ("rooms", small)]
    scores = [
        {"partition": "validation", "metric": f"loss_{name}", "value": 1.0, "baseline": of}
        for name, of in rows
    ]
    told = [line for line in lines(point(scores=scores)) if line.startswith("Mind: ")]
    assert len(told) == warned
    assert all("that of price, so the epoch is chosen for it alone" in line for line in told)


def test_an_early_stopping_is_told_with_what_it_costs_at_most():
    told = lines(point(early_stopping={"regret_upper_percent": 50.0}))[6]
    assert (
        "for 0.4 % more validation loss on average (each unit is judged by what the others choose; the upper bound is 50.0 %"
        in told
    )


def test_an_early_stopping_that_saves_next_to_nothing_is_none():
    told = lines(point(early_stopping={"epochs_saved_percent": 0.04}))[6]
    assert told.startswith("Early stopping: none of the criteria replayed saves epochs")
    assert (
        "saves 0.1 % of the epochs"
        in lines(point(early_stopping={"epochs_saved_percent": 0.05}))[6]
    )


def test_an_early_stopping_that_cannot_be_relied_on_is_told_so():
    told = lines(point(early_stopping={"recommended": False, "regret_upper_percent": 1.5}))[6]
    assert told == (
        "Early stopping: none can be relied on; GL(5) saves 71.2 % of the epochs for 0.4 % more "
        "validation loss on average, but perhaps 1.5 % or more (each unit is judged by what the others "
        "choose)."
    )
    for units, runs in ((1, "this run,"), (4, "these 4 units,")):
        few = {"recommended": False, "regret_upper_percent": None, "units": units}
        told = lines(point(early_stopping=few))[6]
        assert told.startswith(f"Early stopping: on {runs} GL(5) would have saved 71.2 % of")
        assert told.endswith("; that is too few to say what it would do on others.")


@pytest.mark.parametrize(
    ("rows", "each", "size", "words"),
    [
        (353, 2, 200, "2 iterations: 200 training rows, then the other 153;"),
        (400, 2, 200, "2 iterations of 200 training rows;"),
        (353, 1, 353, "1 iteration: all 353 training rows at once;"),
        (1353, 7, 200, "7 iterations of 200 training rows, the last of 153;"),
        (353, 353, 1, "353 iterations of 1 training row;"),
        (20, 10, 2, "10 iterations of 2 training rows;"),
    ],
)
def test_an_epoch_is_told_in_batches(rows, each, size, words):
    facts = {"training_rows": rows, "iterations_per_epoch": each, "rows_per_batch": size}
    assert f"An epoch is {words}" in lines(point(batches=facts))[5]


# ---- several backends, points and datasets ----


def other(leads=False, standing="behind", above=3.0, comparison="3.0 % above", of=(), **changes):
    beside = {"standing": standing, "above_lowest_percent": above, "comparison": comparison}
    made = point(leads=leads, points=beside, **changes)
    made["of"] |= dict(of)
    return made


def test_backends_that_agree_are_told_as_one():
    shared = {"standing": "shares the lead", "of": {"backend": "jax"}}
    close = {"validation_loss": 2620.04 * (1 + 3e-16)}
    told = lines(point(), other(**shared, best_epoch=close))
    assert told[8:] == [
        "Both backends agree (numpy, jax): best epoch 1,200, lowest losses equal to within 2e-16 of "
        "their size."
    ]
    told = lines(point(), other(**shared), other(of={"backend": "torch"}))
    assert told[8:] == ["2 backends agree (numpy, jax): best epoch 1,200, lowest losses equal."]
    moved = {"validation_loss": 2640.0, "best_epoch": 1210}
    told = lines(point(), other(**shared, best_epoch=moved))
    assert told[8].endswith(
        "best epochs 1,200 to 1,210, lowest losses equal to within 0.008 of their size."
    )


@pytest.mark.parametrize(
    ("other_loss", "far"),
    [(1.5 * 2620.04, "equal to within 0.5 of their size."), (2620.04, "equal.")],
)
def test_how_far_backends_are_apart_is_told_as_a_share_of_the_lower_loss(other_loss, far):
    shared = {"standing": "shares the lead", "of": {"backend": "jax"}}
    told = lines(point(), other(**shared, best_epoch={"validation_loss": other_loss}))
    assert told[8].endswith(f"lowest losses {far}")


def test_backends_that_make_no_mistake_are_equal():
    none = {"validation_loss": 0.0}
    shared = {"standing": "shares the lead", "of": {"backend": "jax"}}
    told = lines(point(best_epoch=none), other(**shared, best_epoch=none))
    assert told[8].endswith("lowest losses equal.")


def test_every_point_has_a_line_the_lowest_losses_first():
    far = other(above=20.0, of={"batch_size": 8}, best_epoch={"censored": True, "best_epoch": 5000})
    near = other(of={"batch_size": 16}, verdict="it settles")
    gone = lost(
        "diabetes", leads=False, points={"standing": "diverged", "above_lowest_percent": None}
    )
    gone["of"]["batch_size"] = 1
    told = lines(far, gone, near, point())
    assert told[8:] == [
        "It leads 4 points:",
        "- batch_size 200: best epoch 1,200; the lowest validation loss; it overfits.",
        "- batch_size 16: best epoch 1,200; 3.0 % above; it settles.",
        "- batch_size 8: best epoch at least 5,000; 3.0 % above; it overfits.",
        "- batch_size 1: diverged: lower the rate.",
    ]
    told = lines(point(), other(standing="shares the lead", of={"batch_size": 8}))
    assert told[8] == "2 of 2 points share the lead:"


def test_of_many_points_twelve_are_told():
    many = [other(of={"batch_size": size}, above=float(size)) for size in range(1, 20)]
    told = lines(point(), *many)
    assert told[-2].startswith("- batch_size 11: ")
    assert told[-1] == "(8 more points: see points.csv)"
    assert lines(point(), *many[:13])[-1] == "(2 more points: see points.csv)"
    assert lines(point(), *many[:12])[-1] == "(1 more point: see points.csv)"
    assert lines(point(), *many[:11])[-1].startswith("- batch_size 11: ")


def test_what_is_hardly_above_the_leader_comes_behind_it():
    told = lines(other(above=0.5, of={"batch_size": 8}), point())
    assert [line.split(":")[0] for line in told[9:]] == ["- batch_size 200", "- batch_size 8"]


def test_several_datasets_take_three_lines_each_and_those_that_diverged_one():
    told = lines(point("a"), point("a", leads=False), lost("b"), point("c", verdict="it settles"))
    assert [line.split(".")[0] for line in told if "Anything" not in line] == [
        "a, batch_size 200, numpy: train 1,200 epochs, the best of 5,000",
        "Verdict: it overfits",
        "b, batch_size 200, numpy: diverged: lower the rate",
        "c, batch_size 200, numpy: train 1,200 epochs, the best of 5,000",
        "Verdict: it settles",
    ]
    assert len(told) == 7


@pytest.mark.parametrize(("datasets", "more"), [(10, None), (11, 4)])
def test_beyond_thirty_lines_the_last_says_how_many_more_there_are(datasets, more):
    told = lines(*(point(f"d{number}") for number in range(datasets)))
    assert len(told) == 30
    rest = f"({more} more lines: see points.csv and phases.csv)"
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


def test_in_brief_it_is_what_to_do_and_how_sure_that_is():
    told = in_brief({"answers": [point("a"), point("a", leads=False), lost("b")]})
    assert [line.split(" ")[0] for line in told] == ["a,", "Anything", "b,"]
    none_leads = in_brief({"answers": [lost("a", leads=False), lost("b", leads=False)]})
    assert [line[0] for line in none_leads] == ["a", "b"]


def test_where_nothing_is_recommended_no_line_is_empty():
    unsure = point("a", best_epoch={"objection": "still improving …", "censored": True})
    assert len(in_brief({"answers": [unsure]})) == 1
    assert [line.split(" ")[0] for line in lines(unsure, point("b"))] == [
        *("a,", "Verdict:"),
        *("b,", "Anything", "Verdict:"),
    ]
