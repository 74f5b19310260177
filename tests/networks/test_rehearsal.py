"""What a network must do is tried on a few rows before any training."""

import numpy as np
import pytest

from epochwise.errors import PluginError
from epochwise.networks.rehearsal import differing, kind_of, last_batch, rehearse, source_of, told
from networks.running import problem

GOOD = {"seed": np.array(4), "iteration": np.array(0)}


class Counting:
    """Adds up what it draws, and what its class has counted."""

    drawn = 0
    hidden = False

    def __init__(self, state):
        Counting.drawn += 1
        self.total, self.calls = state.get("total", np.array(self.first())), 0

    def first(self):
        return 1.0

    def run_epoch(self, batches):
        self.calls += 1
        self.total = self.total + (self.calls if self.hidden else 1)

    def state(self):
        return {**GOOD, "total": self.total}


class Drawing(Counting):
    def first(self):
        return float(Counting.drawn)


class Hiding(Counting):
    hidden = True


def test_what_keeps_all_that_it_needs_passes():
    rehearse("mine_backend.py", Counting, problem(), GOOD)


@pytest.mark.parametrize(
    ("new", "sentence"),
    [
        (
            Drawing,
            "build gives another network each time it is called with one seed: total differs",
        ),
        (Hiding, "goes on from its saved state trains differently: total differs after one batch"),
    ],
)
def test_what_does_not_is_told(new, sentence):
    with pytest.raises(PluginError, match=rf"mine_backend\.py: .*{sentence}"):
        rehearse("mine_backend.py", new, problem(), GOOD)


def test_a_last_batch_of_one_row_is_part_of_the_sentence():
    class Failing(Counting):
        def run_epoch(self, batches):
            raise PluginError("mine_backend.py: no variance")

    with pytest.raises(
        PluginError, match=r"one row here \(16 training rows in batches of 5\).*as 6"
    ):
        rehearse("mine_backend.py", Failing, problem(batch_size=5), GOOD)
    with pytest.raises(PluginError, match=r"no variance$"):
        rehearse("mine_backend.py", Failing, problem(batch_size=6), GOOD)


def test_the_batch_is_the_shortest():
    lengths = {size: len(last_batch(problem(batch_size=size))[0]) for size in (1, 5, 6, 8, 16)}
    assert lengths == {1: 1, 5: 1, 6: 4, 8: 8, 16: 16}


def test_only_problems_of_one_kind_are_rehearsed_once():
    assert kind_of(problem()) == kind_of(problem())
    assert len({kind_of(problem(batch_size=n)) for n in (4, 6)}) == 2
    assert kind_of(problem("binary")) != kind_of(problem())


def test_states_are_compared_to_the_last_bit_and_nan_is_nan():
    one = {"a": np.array([1.0, np.nan]), "b": np.array("x")}
    assert differing(one, {name: array.copy() for name, array in one.items()}) == ""
    assert differing(one, one | {"a": np.array([np.nextafter(1, 2), np.nan])}) == "a"
    assert differing(one, {"a": one["a"]}) == differing({"a": one["a"]}, one) == "b"


def fails(rows):
    raise ValueError("no\n  variance")


def test_what_a_users_code_raises_is_told_with_file_and_line():
    line = fails.__code__.co_firstlineno + 1
    with (
        pytest.raises(
            PluginError, match=rf"{__file__}, line {line}: a batch raises ValueError: no var"
        ),
        told(source_of(fails), "a batch"),
    ):
        fails(1)
    with pytest.raises(PluginError, match=r"^as it is$"), told("mine_backend.py", "build"):
        raise PluginError("as it is")
