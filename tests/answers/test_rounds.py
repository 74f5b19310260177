"""When a study that goes on until it is sure enough may stop."""

import numpy as np
import pandas as pd
import pytest

from answers.made import loss_table, read, valleys
from epochwise.answers.rounds import judge
from epochwise.answers.settings import AnswerSettings

SETTINGS = AnswerSettings.of(resamples=100, looks=4)
SHARP = valleys(10, noise=0.0001, spread=0.5)
VAGUE = valleys(10, noise=0.3, spread=20.0, seed=1)
FALLING = np.linspace(2, 1, 61) + 0.001 * np.random.default_rng(0).random((10, 61))


def table(*datasets):
    frames = [
        loss_table(validation).assign(dataset=f"d{number}")
        for number, validation in enumerate(datasets)
    ]
    return read(pd.concat(frames, ignore_index=True), epochs=60)


@pytest.mark.parametrize(
    ("datasets", "enough"),
    [
        ([SHARP], True),
        ([VAGUE], False),
        ([SHARP, VAGUE], False),
        ([VAGUE, SHARP], False),
        ([SHARP, FALLING], True),
    ],
)
def test_every_dataset_must_be_sure_enough_or_gain_nothing_from_more(datasets, enough):
    judged = judge(table(*datasets), SETTINGS)
    assert judged["enough"] is enough
    assert list(judged["leaders"]) == [f"d{number}" for number in range(len(datasets))]
    assert {one["sampling_units"] for one in judged["leaders"].values()} == {10}


def test_sure_enough_is_what_the_study_says():
    cost = judge(table(VAGUE), SETTINGS)["leaders"]["d0"]["safe_cost_percent"]
    assert cost in (5.0, 10.0)
    for asked, enough in ((cost, True), (0.999 * cost, False)):
        settings = AnswerSettings.of(resamples=100, looks=4, sure_within=asked / 100)
        assert judge(table(VAGUE), settings)["enough"] is enough


def test_without_a_safe_range_it_is_not_sure_enough():
    wandering = valleys(5, noise=1.0, spread=40.0)
    judged = judge(table(wandering), SETTINGS)
    assert judged["leaders"]["d0"]["safe_cost_percent"] is None
    assert judged["enough"] is False


def test_the_point_that_leads_is_judged_alone():
    frames = [loss_table(SHARP, alpha=1), loss_table(VAGUE + 1, alpha=2)]
    assert judge(read(pd.concat(frames), epochs=60), SETTINGS)["enough"] is True


def test_a_study_whose_every_run_diverged_or_that_is_no_better_than_a_constant_ends():
    gone = SHARP.copy()
    gone[:, 40:] = np.nan
    assert judge(table(gone), SETTINGS)["enough"] is True
    constant = {"training_mean": {"validation_loss": 0.5}}
    assert judge(read(loss_table(VAGUE), epochs=60, baselines=constant), SETTINGS)["enough"] is True


def test_each_look_has_its_share_of_what_may_be_wrong():
    assert AnswerSettings.of(interval=0.9, looks=4).confidence == pytest.approx(0.975)
    assert AnswerSettings.of(interval=0.9).confidence == pytest.approx(0.9)
