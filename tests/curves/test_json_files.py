"""Histories in JSON: the lists of Keras, boosted trees and scikit-learn, and the state of a Hugging Face Trainer."""

import json
from pathlib import Path

import pytest

from curves.files import check, read, write
from epochwise.curves.histories import History
from epochwise.errors import CurvesError

SUMMARY = {"epoch": 2.0, "step": 8, "train_loss": 9.9, "train_runtime": 1.0}


def read_json(folder: Path, content, name: str = "history.json", **options) -> History:
    return read(write(folder, json.dumps(content), name), **options)


def state(*entries) -> dict:
    keys = ("epoch", "step")
    return {
        "best_metric": None,
        "log_history": [dict(zip(keys, e, strict=False)) | e[2] for e in entries],
    }


ENTRIES = [
    (0, 0, {"eval_loss": 8.0}),
    (0.5, 2, {"loss": 4.0, "grad_norm": 1.0}),
    (1.0, 4, {"loss": 3.0}),
    (1.0, 4, {"eval_loss": 3.5, "eval_runtime": 0.1}),
    (1.25, 5, {"loss": 2.5}),
    (2.0, 8, {"loss": 1.5}),
    (2.0, 8, {"eval_loss": 2.5}),
]


def test_the_lists_of_keras_have_no_epochs(tmp_path):
    history = read_json(tmp_path, {"loss": [3, 2, 1], "mae": [1, 1, 1], "val_loss": [4, 3, None]})
    assert (history.reader, history.unit) == ("lists", "epoch")
    check(history, epochs=[1, 2, 3], train_loss=[3, 2, 1], validation_loss=[4, 3, None])
    check(read(tmp_path / "history.json", first_epoch=1), epochs=[0, 1, 2])


def test_lists_with_their_epochs_or_within_a_history(tmp_path):
    content = {"epoch": [5, 10], "train_loss": [2, 1], "val_loss": [3, None]}
    history = read_json(tmp_path, content)
    check(history, epochs=[5, 10], train_loss=[2, 1], validation_loss=[3, None])
    assert history.taken["epoch"] == "epoch"
    within = {"history": {"loss": [2, 1], "val_loss": [3, 2]}, "config": {"rate": 0.1}}
    check(read_json(tmp_path, within), epochs=[1, 2], train_loss=[2, 1], validation_loss=[3, 2])


def test_names_in_the_plural_are_those_of_losses(tmp_path):
    history = read_json(tmp_path, {"train_losses": [2, 1], "val_losses": [3, 2]})
    check(history, train_loss=[2, 1], validation_loss=[3, 2])


def test_a_shorter_validation_list_needs_its_rhythm(tmp_path):
    content = {"loss": [5, 4, 3, 2, 1], "val_loss": [6, 5]}
    with pytest.raises(
        CurvesError, match=r"'val_loss' has 2 values and .* 5; .*validation_freq: .*such as 2"
    ):
        read_json(tmp_path, content)
    history = read_json(tmp_path, content, validation_freq=2)
    check(history, validation_loss=[None, 6, None, 5, None])
    for wrong in (3, 0, "two"):
        with pytest.raises(CurvesError, match="'val_loss' has 2 values"):
            read_json(tmp_path, content, validation_freq=wrong)


def test_boosted_trees_name_their_sets(tmp_path):
    light = {"training": {"l2": [3, 2], "auc": [1, 1]}, "valid_1": {"l2": [4, 3], "auc": [1, 1]}}
    history = read_json(tmp_path, light)
    assert history.unit == "iteration"
    check(history, epochs=[1, 2], train_loss=[3, 2], validation_loss=[4, 3])
    assert history.taken["validation_loss"] == "valid_1.l2"
    assert "validation_loss" in history.guesses


@pytest.mark.parametrize("metric", ["Logloss", "poisson-nloglik", "RMSE"])
def test_losses_are_known_however_they_are_written(tmp_path, metric):
    content = {"learn": {metric: [3, 2]}, "validation": {metric: [4, 3], "AUC": [1, 1]}}
    check(read_json(tmp_path, content), train_loss=[3, 2], validation_loss=[4, 3])


def test_two_sets_that_could_each_be_the_validation_set_are_named(tmp_path):
    content = {"validation_0": {"logloss": [3, 2]}, "validation_1": {"logloss": [4, 3]}}
    with pytest.raises(
        CurvesError, match=r"'validation_0\.logloss' and .*first set is often the training set"
    ):
        read_json(tmp_path, content)
    history = read_json(tmp_path, content, train_loss="validation_0.logloss")
    check(history, train_loss=[3, 2], validation_loss=[4, 3])
    history = read_json(tmp_path, content, validation_loss="validation_1.logloss")
    assert set(history.runs[0].columns) == {"validation_loss"}


def test_two_losses_of_one_set_are_named(tmp_path):
    with pytest.raises(CurvesError, match=r"'valid\.rmse' and 'valid\.mae' could each"):
        read_json(tmp_path, {"valid": {"rmse": [2, 1], "mae": [1, 1]}})


@pytest.mark.parametrize("form", ["{}-logloss-mean", "{} logloss-mean"])
@pytest.mark.parametrize("held_out", ["test", "valid"])
def test_what_cross_validation_calls_test_is_the_validation_loss(tmp_path, form, held_out):
    content = {
        form.format("train"): [2, 1],
        form.format(held_out): [3, 2],
        "test-logloss-std": [1, 1],
    }
    check(read_json(tmp_path, content), epochs=[1, 2], train_loss=[2, 1], validation_loss=[3, 2])


def test_scores_of_scikit_learn_are_no_losses(tmp_path):
    content = {"loss_curve_": [3, 2], "validation_scores_": [0.5, 0.75]}
    history = read_json(tmp_path, content)
    check(history, epochs=[1, 2], train_loss=[3, 2])
    assert set(history.runs[0].columns) == {"train_loss"}
    assert any("L2 penalty" in note for note in history.notes)
    with pytest.raises(CurvesError, match="no list is a train or validation loss"):
        read_json(tmp_path, {"validation_scores_": [0.5, 0.75]})


def test_gradient_boosting_of_scikit_learn_begins_with_the_untrained_model(tmp_path):
    history = read_json(tmp_path, {"train_score_": [-3, -2, -1], "validation_score_": [-4, -3, -2]})
    check(history, epochs=[0, 1, 2], train_loss=[3, 2, 1], validation_loss=[4, 3, 2])
    check(read_json(tmp_path, {"train_score_": [3, 2, 1]}), epochs=[1, 2, 3], train_loss=[3, 2, 1])


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[1, 2]", r"is no object; it must be such as \{\"loss\": \[0\.5"),
        ('{"a": 1}', "has no list of numbers"),
        ('{"loss": [1,\n2,', "line 2 is no JSON"),
        ('{"loss": [1, "low"]}', r"loss\[1\] is 'low', which is no number"),
        ('{"loss": [true]}', r"loss\[0\] is 'True'"),
        ('{"accuracy": [1]}', "no list is a train or validation loss.*The lists are: accuracy"),
        ('{"loss": [NaN, NaN], "val_loss": []}', None),
    ],
)
def test_lists_that_are_none(tmp_path, text, sentence):
    path = write(tmp_path, text, "history.json")
    if sentence is None:
        infinity = float("inf")
        check(read(path), train_loss=[infinity, infinity])
        return
    with pytest.raises(CurvesError, match=sentence):
        read(path, "lists")


def test_evaluations_are_the_grid_and_training_losses_averaged_in_between(tmp_path):
    content = state(*ENTRIES, (2.0, 8, SUMMARY), (2.0, 8, {"eval_loss": 1.25}))
    history = read_json(tmp_path, content, "trainer_state.json")
    assert history.reader == "huggingface"
    weighted = (1 * 2.5 + 3 * 1.5) / 4  # an entry is the mean over the steps since the last
    check(history, epochs=[0, 1, 2], iteration=[0, 4, 8], validation_loss=[8, 3.5, 2.5])
    check(history, train_loss=[None, 3.5, weighted])
    assert any("mean of the whole run" in note for note in history.notes)
    assert not any("fractions" in note for note in history.notes)


def test_epochs_are_fractions_where_evaluations_are(tmp_path):
    entries = [
        (0.25, 1, {"eval_loss": 2.0}),
        (0.5, 2, {"loss": 4.0}),
        (0.75, 3, {"eval_loss": 1.0}),
    ]
    history = read_json(tmp_path, state(*entries), "trainer_state.json")
    check(history, epochs=[0.25, 0.75], train_loss=[None, 4], validation_loss=[2, 1])
    assert any("fractions" in note for note in history.notes)
    alone = read_json(tmp_path, state(entries[0], entries[2]), "trainer_state.json")
    assert not any("training losses" in note for note in alone.notes)


def test_without_evaluations_what_was_logged_is_the_grid(tmp_path):
    entries = [(0.5, 2, {"loss": 4.0}), (1.0, 4, {"loss": float("nan")})]
    history = read_json(tmp_path, state(*entries), "any.json")
    check(history, epochs=[0.5, 1], train_loss=[4, float("inf")])


def test_several_evaluation_sets_need_a_word(tmp_path):
    entries = [
        (1.0, 4, {"loss": 4.0}),
        (1.0, 4, {"eval_a_loss": 2.0}),
        (1.0, 4, {"eval_b_loss": 3.0}),
    ]
    with pytest.raises(
        CurvesError, match="'eval_a_loss' and 'eval_b_loss' could each be the validation"
    ):
        read_json(tmp_path, state(*entries), "trainer_state.json")
    path = tmp_path / "trainer_state.json"
    both = read(path, validation_loss="eval_a_loss", test_loss="eval_b_loss")
    check(both, epochs=[1], train_loss=[4], validation_loss=[2], test_loss=[3])
    with pytest.raises(CurvesError, match="validation_loss: give one name, not 2"):
        read(path, validation_loss=["eval_a_loss", "eval_b_loss"])


def test_the_last_checkpoint_of_a_folder_counts(tmp_path):
    for step, loss in ((4, 4.0), (12, 1.0)):
        text = json.dumps(state((step / 4, step, {"loss": loss})))
        write(tmp_path, text, f"checkpoint-{step}/trainer_state.json")
    check(read(tmp_path), epochs=[3], train_loss=[1])


@pytest.mark.parametrize(
    "text", ["{}", '{"log_history": []}', '{"log_history": [{"loss": 1}]}', "[", "3"]
)
def test_a_state_without_a_history(tmp_path, text):
    with pytest.raises(CurvesError, match="has no log_history with steps and epochs"):
        read(write(tmp_path, text, "trainer_state.json"))


def test_options_that_say_nothing_of_json_are_refused(tmp_path):
    with pytest.raises(CurvesError, match="unknown option 'run'; there are: best, first_epoch"):
        read_json(tmp_path, {"loss": [2, 1]}, run="seed")
    with pytest.raises(CurvesError, match="unknown option 'epoch'"):
        read_json(tmp_path, state(*ENTRIES), "trainer_state.json", epoch="step")


def test_a_state_without_a_loss(tmp_path):
    with pytest.raises(CurvesError, match="log_history has no loss; was the training logged"):
        read_json(tmp_path, state((1.0, 2, {"grad_norm": 1.0})), "trainer_state.json")
