"""What the tests of networks share: problems, and training in segments through files."""

from dataclasses import replace

import numpy as np

from epochwise.conformance.cases import small_problem
from epochwise.errors import PluginError
from epochwise.plugins.registry import Registered
from epochwise.training import host, states
from epochwise.training.parameters import own_start
from epochwise.training.segment import Segment


def problem(task="regression", own=(), **changed):
    """A small problem at a study's defaults, batches of 6+6+4 rows, with hyperparameters of one's own."""
    made = small_problem(
        task, **{"hidden_layer_sizes": (100,), "batch_size": 6, "standardised": False} | changed
    )
    return replace(
        made, hyperparameters=replace(made.hyperparameters, own=tuple(dict(own).items()))
    )


def trained(trainer, made, folder, ends=(8,), seeds=(3, 5)):
    """Train segment after segment, each from the file that the one before left; curves and end state."""
    state, curves, start = own_start(seeds), [], 0
    for end in ends:
        one = trainer(made, state)
        segment = Segment(seeds, start, end, "every_epoch")
        curves.append(host.train("mine", one, made, segment, np.ones(len(seeds), bool))[0])
        states.save(folder / "state.npz", one.state())
        state, start = states.load(folder / "state.npz"), end
    return np.concatenate(curves), state


def require_same_bytes(one, other):
    """Compare curves and end states to the last bit."""
    assert one[0].tobytes() == other[0].tobytes()
    assert one[1].keys() == other[1].keys()
    for name, array in one[1].items():
        assert array.tobytes() == other[1][name].tobytes(), name


def sentence_of(trainer, made):
    """Give what a trainer says when it refuses to start."""
    try:
        trainer(made, own_start((0,)))
    except PluginError as error:
        return str(error)
    raise AssertionError("it starts")


def registered(trainer):
    return Registered("mine", trainer, "mine_backend.py", {}, "mine")
