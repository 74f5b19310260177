"""What a backend has not said that it honours is refused, unless it is the default."""

import pytest

from epochwise.errors import PluginError
from epochwise.plugins.honours import require_honoured
from epochwise.plugins.registry import Registered

DEFAULTS = {"alpha": 0.0001, "activation": "relu", "solver": "adam"}


def ask(honours, **values):
    about = {} if honours is None else {"honours": honours}
    require_honoured(Registered("mine", object, "mine_backend.py", about), values, DEFAULTS)


@pytest.mark.parametrize(
    ("honours", "values"),
    [
        ({"alpha": ...}, {"alpha": 5}),
        ({"activation": ["tanh", "relu"]}, {"activation": "tanh"}),
        ({"activation": "tanh"}, {"activation": "tanh"}),
        ({"activation": ("tanh",)}, {"activation": "tanh"}),
        ({}, DEFAULTS),
        (None, DEFAULTS),
        ({}, {"task": "binary"}),  # where there is no default, silence is consent
    ],
)
def test_what_is_honoured_or_left_at_its_default_passes(honours, values):
    ask(honours, **values)


@pytest.mark.parametrize(
    ("honours", "values", "sentence"),
    [
        ({}, {"alpha": 5}, r"'mine' has not said that it honours alpha, which is 5 here.* 0\.0001"),
        (None, {"alpha": 5}, "has not said that it honours alpha"),
        ({"alpha": [1, 2]}, {"alpha": 5}, r"'mine' has no alpha 5; it has: 1, 2\."),
        ({"activation": "tanh"}, {"activation": "tan"}, r"no activation 'tan'; it has: tanh\."),
        ({"alpha": [1]}, {"alpha": 0.0001}, "has no alpha 0.0001"),  # its word, not the default
        ({"alpha": ...}, {"alpha": 5, "solver": "sgd"}, "honours solver, which is 'sgd'"),
        ({"task": ["binary"]}, {"task": "regression"}, "no task 'regression'; it has: binary"),
    ],
)
def test_anything_else_is_refused_with_what_there_is(honours, values, sentence):
    with pytest.raises(PluginError, match=sentence):
        ask(honours, **values)


def test_a_backends_own_hyperparameters_pass_and_those_of_others_do_not():
    own = {"dropout": {"type": "number", "default": 0.5}}
    mine = Registered("mine", object, "mine_backend.py", {"hyperparameters": own})
    require_honoured(mine, {"dropout": 0.1, "alpha": 0.0001}, DEFAULTS)
    with pytest.raises(PluginError, match="honours alpha, which is 5 here"):
        require_honoured(mine, {"dropout": 0.1, "alpha": 5}, DEFAULTS)
    with pytest.raises(PluginError, match="'mine' has no hyperparameter 'momenta'; leave it or"):
        require_honoured(mine, {"dropout": 0.1, "momenta": 5}, DEFAULTS)
