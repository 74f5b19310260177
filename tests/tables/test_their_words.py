"""What others have counted and measured is called by its name."""

import pytest

from epochwise.tables.their_words import in_their_words


@pytest.mark.parametrize(
    ("text", "options", "said"),
    [
        ("train 3 epochs; an epoch, Epoch 4", {}, "train 3 epochs; an epoch, Epoch 4"),
        ("train 3 epochs; an epoch", {"unit": "step"}, "train 3 steps; a step"),
        ("An epoch", {"unit": "iteration"}, "An iteration"),
        ("Epoch (passes over training rows)", {"unit": "step"}, "Step"),
        ("epochwise", {"unit": "step"}, "epochwise"),
        ("Loss, the losses, lossless", {"scored": True}, "Error, the errors, lossless"),
        ("2 % more validation loss", {}, "2 % more validation loss"),
        ("2 % more validation loss", {"shares": True}, "2 % of how far the validation loss fell"),
    ],
)
def test_words(text, options, said):
    assert in_their_words(text, **options) == said
