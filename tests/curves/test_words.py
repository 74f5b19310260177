"""What names of columns say."""

import pytest

from epochwise.curves.words import is_loss, is_score, words_of


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("valLoss", ["val", "loss"]),
        ("val/loss_epoch", ["val", "loss"]),
        ("Train Losses", ["train", "loss"]),
        ("train_loss_step", ["train", "loss", "step"]),
    ],
)
def test_a_name_is_cut_into_words(name, words):
    assert words_of(name) == words


@pytest.mark.parametrize("name", ["val_acc", "eval.auc", "metrics/mAP50-95(B)", "r2_score", "F1"])
def test_scores_are_known_by_their_names(name):
    assert is_score(name)
    assert not is_loss(name)


@pytest.mark.parametrize("name", ["val_loss", "dice_loss", "test_error", "losses"])
def test_losses_are_known_by_their_names(name):
    assert is_loss(name)
    assert not is_score(name)


def test_of_most_names_nothing_is_known():
    assert not is_loss("val_nll")
    assert not is_score("val_nll")
