from answers.made import REGISTRY
from epochwise.answers.criteria import parse_criteria
from epochwise.answers.default_criteria import DEFAULT, names_of


def test_the_default_is_prechelts_fourteen_and_five_of_patience():
    labels = [criterion.label for criterion in parse_criteria(None, REGISTRY)]
    assert labels == [
        *(f"GL({alpha})" for alpha in (1, 2, 3, 5)),
        *(f"PQ({alpha})" for alpha in (0.5, 0.75, 1, 2, 3)),
        *(f"UP({s})" for s in (2, 3, 4, 6, 8)),
        *(f"patience({epochs})" for epochs in (10, 20, 50, 100, 200)),
    ]
    assert len(DEFAULT) == 19


def test_the_default_list_is_made_of_what_is_registered_under_these_names():
    assert names_of(None) == ["GL", "PQ", "UP", "patience"]
    nested = {"criterion": "moving_average", "window": 3, "of": {"criterion": "GL", "alpha": 5}}
    assert names_of([nested, {"criterion": "UP", "s": 1}, "oops"]) == ["moving_average", "GL", "UP"]
    assert names_of([]) == []
