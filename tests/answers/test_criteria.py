import numpy as np
import pytest

from answers.made import REGISTRY
from epochwise.answers.criteria import parse_criteria
from epochwise.answers.moving_average import MovingAverage
from epochwise.answers.prechelt import GeneralisationLoss
from epochwise.answers.stopping import Patience
from epochwise.errors import PluginError, StudyError
from epochwise.study import schema


def test_parameters_reach_the_criterion_and_criteria_nest():
    specs = [
        {"criterion": "GL", "alpha": 5, "strip": 10},
        {"criterion": "patience", "patience": 3, "counting": "scikit_learn"},
        {"criterion": "moving_average", "window": 4, "of": {"criterion": "GL", "alpha": 2}},
    ]
    assert parse_criteria(specs, REGISTRY) == [
        GeneralisationLoss(5, 10),
        Patience(3, counting="scikit_learn"),
        MovingAverage(4, GeneralisationLoss(2)),
    ]


def test_an_empty_list_replays_nothing():
    assert parse_criteria([], REGISTRY) == []


def test_a_criterion_of_ones_own_comes_in_by_the_same_door():
    class Third:
        def __init__(self, epoch, **others):
            self.label = f"third({epoch}, {others})"

        def stops(self, train, validation):
            return np.full(len(validation), 3)

    (criterion,) = parse_criteria([{"criterion": "third", "epoch": 3, "x": 1}], {"third": Third})
    assert criterion.label == "third(3, {'x': 1})"


def test_what_makes_no_criterion_is_named():
    with pytest.raises(PluginError, match="'broken' made a dict, which has no `label`"):
        parse_criteria([{"criterion": "broken"}], {"broken": lambda: {}})


@pytest.mark.parametrize(
    ("specs", "sentence"),
    [
        ([{"criterion": "GLL", "alpha": 5}], "unknown criterion 'GLL'.*GL, PQ, UP.*mean 'GL'"),
        ([{"criterion": "GL", "alpa": 5}], "unknown parameter 'alpa'.*mean 'alpha'"),
        ([{"criterion": "GL"}], "'GL' lacks alpha"),
        ([{"criterion": "GL", "alpha": "five"}], "alpha is 'five'; it must be a number from 0"),
        ([{"criterion": "GL", "alpha": -1}], "alpha is -1"),
        ([{"criterion": "GL", "alpha": float("nan")}], "alpha is nan"),
        ([{"criterion": "GL", "alpha": True}], "alpha is True"),
        ([{"criterion": "PQ", "alpha": 1, "floor": "low"}], "floor is 'low'"),
        (
            [{"criterion": "GL", "alpha": 5, "strip": 0}],
            "strip is 0; it must be a whole",
        ),
        ([{"criterion": "UP", "s": 2.5}], "s is 2.5; it must be a whole number"),
        ([{"criterion": "patience", "patience": None}], "patience is None"),
        (
            [{"criterion": "patience", "patience": 3, "counting": "torch"}],
            "'keras' or",
        ),
        (
            [{"criterion": "patience", "patience": 3, "counting": "scikit_learn", "warmup": 2}],
            "warmup must be 0",
        ),
        ([{"criterion": "moving_average", "window": 3, "of": "GL"}], "of is 'GL'"),
        ([{"criterion": "moving_average", "window": 3, "of": {"criterion": "G"}}], "criterion 'G'"),
        ([{"criterion": "GL", "alpha": {"criterion": "UP", "s": 2}}], "alpha is UpStrips"),
        ([{"alpha": 5}], "names no criterion"),
        (["GL"], "names no criterion"),
        ([{"criterion": ["GL"]}], "names no criterion"),
        ("GL", "no list of criteria"),
        ({"criterion": "GL"}, "no list of criteria"),
        (5, "no list of criteria"),
        ([{"criterion": "GL", "alpha": 5}] * 2, r"GL\(5\) is listed more than once"),
        ([{"criterion": "UP", "s": s} for s in (3, 1, 2, 1, 3)], r"UP\(3\), UP\(1\) is listed"),
    ],
)
def test_a_mistake_gets_a_sentence(specs, sentence):
    with pytest.raises(StudyError, match=f"(?s)^stopping: .*{sentence}"):
        parse_criteria(specs, REGISTRY)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("interval", 0),
        ("interval", 1.0),
        ("interval", "wide"),
        ("resamples", 0),
        ("resamples", 10.5),
        ("rise", -0.1),
        ("tail", True),
    ],
)
def test_a_threshold_outside_its_range_gets_a_sentence(key, value):
    with pytest.raises(StudyError, match=rf"answer\.{key}: .* is not allowed; it must be"):
        schema.check({"datasets": ["iris"], "answer": {key: value}}, "mine.yaml")
