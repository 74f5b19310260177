"""The answer for files that other tools left, by the command that people type."""

import json
import re

import numpy as np
import pytest
from click.testing import CliRunner

from answers.made import loss_table, read, valleys
from epochwise.__main__ import main
from epochwise.answers import best_epoch, phases
from epochwise.answers.case import Case
from epochwise.answers.of_files import answer_files
from epochwise.answers.settings import AnswerSettings
from helpers import PLUGINS

VALLEYS = valleys(6, noise=0.001, spread=2.0)


def keras(folder, validation, names="seed-{}.csv", train=None):
    """Write a file for each run as Keras does, from epoch 1 on; a NaN is left blank."""
    folder.mkdir(exist_ok=True)
    for run, losses in enumerate(np.atleast_2d(validation)):
        rows = [
            f"{epoch},{0.5 * loss if train is None else train},{'' if np.isnan(loss) else repr(loss)}"
            for epoch, loss in enumerate(losses.tolist())
        ]
        text = "\n".join(["epoch,loss,val_loss", *rows])
        (folder / names.format(run)).write_text(f"{text}\n", encoding="utf-8")
    return folder


def ask(*arguments, code=0):
    done = CliRunner().invoke(main, ["answer", *map(str, arguments), "--plugins", str(PLUGINS)])
    assert done.exit_code == code, done.output
    return done.output


def test_our_own_curves_written_as_keras_does_have_the_same_answer(tmp_path):
    """All but what needs the untrained network, whose loss Keras does not log."""
    ours = read(loss_table(np.where(np.arange(61) > 0, VALLEYS, np.nan), train=VALLEYS / 2))
    ours = ours.curves()[0]
    case = Case(ours, AnswerSettings.of())
    found = answer_files([keras(tmp_path / "runs", VALLEYS[:, 1:])], PLUGINS, None, {})
    (answer,) = found["answers"]
    own = best_epoch.row(case) | {
        "sampling_unit": "history",
        "note": "over runs that differ from each other as these do",
    }
    theirs = answer["best_epoch"]
    for name, value in own.items():
        assert theirs[name] == (
            pytest.approx(value, rel=1e-12) if isinstance(value, float) else value
        )
    assert answer["phases"]["verdict"] == phases.row(case)["verdict"]
    assert found["unit"] == "epoch"
    assert [file["reader"] for file in found["files"]] == ["keras"] * 6


def test_it_says_what_the_files_were_taken_for_and_what_was_guessed(tmp_path):
    folder = keras(tmp_path / "runs", VALLEYS[:, 1:])
    first, *others = ask(folder).splitlines()
    assert first == (
        f"{folder}/seed-0.csv and 5 more: read as keras (epoch 'epoch', train_loss 'loss', "
        "validation_loss 'val_loss'); 6 runs, epochs 1 to 60."
    )
    assert "Note: epochs are counted from 0: 0 was read as epoch 1" in others
    guessed = (
        "Guessed: took 'val_loss' as validation loss (--option validation_loss=... says otherwise)"
    )
    assert guessed in others
    told = others[others.index("") + 1 :]
    best = int(VALLEYS.mean(axis=0).argmin())
    assert told[0] == f"runs: train {best} epochs, the best of 60."
    assert "(95 % sure; 6 runs)" in told[1]
    assert told[1].endswith(
        "differ from each other as these do; of cuts of one data set it is too sure."
    )
    assert "n_repeats" not in "".join(told)


def test_a_folder_of_folders_several_files_or_one_are_all_runs(tmp_path):
    keras(tmp_path / "a", VALLEYS[:1, 1:], "metrics.csv")
    keras(tmp_path / "b", VALLEYS[1:2, 1:], "metrics.csv")
    (tmp_path / "notes.txt").write_text("nothing of ours\n")
    whole, both = ask(tmp_path), ask(tmp_path / "a/metrics.csv", tmp_path / "b/metrics.csv")
    assert whole == both
    assert "2 runs, epochs 1 to 60" in whole
    assert f"\n{tmp_path.name}: train " in whole
    assert "one run, epochs 1 to 60" in ask(tmp_path / "a/metrics.csv")
    assert "\nmetrics: train " in ask(tmp_path / "a/metrics.csv")


def test_runs_that_were_stopped_are_compared_up_to_where_all_of_them_came(tmp_path):
    folder = keras(tmp_path / "runs", VALLEYS[:, 1:])
    keras(folder, VALLEYS[:1, 1:51])
    told = ask(folder)
    assert (
        "The runs ended at epochs 50 to 60; they are compared up to 50, which all of them reached."
        in told
    )
    assert "the best of 50." in told


def test_validations_every_few_epochs_say_how_well_the_best_epoch_is_known(tmp_path):
    sparse = np.where(np.arange(1, 61) % 4 == 0, VALLEYS[:, 1:], np.nan)
    told = ask(keras(tmp_path / "runs", sparse))
    assert "Up to 4 epochs passed between two validations" in told
    best = int(re.search(r"train (\d+) epochs", told)[1])
    assert best % 4 == 0
    assert abs(best - VALLEYS.mean(axis=0).argmin()) <= 4


def test_steps_are_called_steps(tmp_path):
    log = "".join(
        f"step {250 * i}: train loss 1.0, val loss {2 + (i - 9) ** 2:.4f}\n" for i in range(20)
    )
    (tmp_path / "train.log").write_text(log)
    told = ask(tmp_path / "train.log")
    assert "train: train 2,250 steps, the best of 4,750." in told
    assert "epoch" not in told.split("\n\n")[1]


def test_losses_that_may_be_negative_are_told_as_shares_of_their_fall(tmp_path):
    told = ask(keras(tmp_path / "runs", VALLEYS[:, 1:] - 5))
    best = int(VALLEYS.mean(axis=0)[1:].argmin()) + 1
    assert f"runs: train {best} epochs, the best of 60." in told
    assert (
        f"of how far the validation loss fell after epoch {max(1, best // 10)} (95 % sure" in told
    )
    least = VALLEYS.mean(axis=0)[1:].min() - 5
    assert f"There, the loss is {least:.5g} on the validation rows" in told
    assert "As the loss may be negative, per cent are not of it but of" in told
    assert "more validation loss" not in told


def test_a_score_is_chosen_by_its_greatest_value_and_told_as_itself(tmp_path):
    scores = 1 - VALLEYS[:, 1:] / 10
    asked = ["--option", "best=greatest", "--option", "validation_loss=val_loss"]
    told = ask(keras(tmp_path / "runs", scores), *asked, "--option", "label=AUC")
    best = int(VALLEYS.mean(axis=0)[1:].argmin()) + 1
    assert f"runs: train {best} epochs, the best of 60." in told
    assert "more validation error (1 - AUC) (95 % sure" in told
    assert f"There, AUC is {scores.mean(axis=0).max():.5g} on the validation rows." in told
    assert "loss" not in told.split("\n\n")[1]
    assert "train" not in told.splitlines()[0]  # Keras's training loss is no score


def test_a_curve_that_only_rises_is_not_held_against_a_network_that_nobody_measured(tmp_path):
    told = ask(keras(tmp_path / "runs", np.linspace(1, 2, 40), train=0.1))
    assert "untrained" not in told
    assert "overfits after 1: validation loss rises 100.0 % by 40" in told
    told = ask(keras(tmp_path / "both", np.linspace(1, 2, 40)))
    assert (
        "after 1, training gets worse: validation loss rises 100.0 % by 40, and training loss rises as well: lower "
        "the learning rate" in told
    )


def test_for_programs_it_is_json(tmp_path):
    found = json.loads(ask(keras(tmp_path / "runs", VALLEYS[:, 1:]), "--json"))
    assert found["answers"][0]["of"] == {"dataset": "runs"}
    assert len(found["files"]) == 6


def test_options_reach_the_reader(tmp_path):
    (tmp_path / "a.csv").write_text("ep,mine,other\n0,3,9\n1,2,9\n2,4,1\n")
    options = [f"--option={one}" for one in ("epoch=ep", "validation_loss=mine", "first_epoch=1")]
    told = ask(tmp_path / "a.csv", "--reader", "table", *options)
    assert "one run, epochs 0 to 2" in told
    assert "train 1 epoch, the best of 2" in told


@pytest.mark.parametrize(
    ("files", "arguments", "said"),
    [
        ({"a.csv": "", "b.csv": "epoch,loss\n1,2\n"}, ["a.csv", "b.csv"], ["a.csv: is empty", ""]),
        ({"a.csv": "epoch,val_loss\n1,x\n", "b.csv": ""}, ["a.csv", "b.csv"], ["'x'", "b.csv"]),
        ({}, ["gone.csv"], ["gone.csv: no such file"]),
        (
            {"d/notes.md": "words"},
            ["d"],
            ["d: has neither the answer.json of a study nor a file that"],
        ),
        (
            {"a.csv": "epoch,val_loss\n1,2\n"},
            ["a.csv", "--reader", "kreas"],
            ["Did you mean 'keras'"],
        ),
    ],
)
def test_mistakes_are_sentences_for_every_file_with_exit_status_2(
    tmp_path, monkeypatch, files, arguments, said
):
    monkeypatch.chdir(tmp_path)
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    told = ask(*arguments, code=2)
    assert all(one in told for one in said)
    assert "Traceback" not in told


def test_the_folder_of_a_study_is_given_alone(tmp_path):
    for name in "ab":
        (tmp_path / name).mkdir()
        (tmp_path / name / "answer.json").write_text("{}")
    told = ask(tmp_path / "a", tmp_path / "b", code=1)
    assert f"{tmp_path}/a is the folder of a study; give one such folder, alone." in told


def test_an_option_without_a_value_is_told(tmp_path):
    assert "'first_epoch' is not KEY=VALUE" in ask(tmp_path, "--option", "first_epoch", code=1)


def test_runs_that_were_validated_after_different_epochs_are_not_called_divergent(tmp_path):
    epoch = np.arange(1, 61)
    even, odd = (np.where(epoch % 2 == rest, VALLEYS[0, 1:], np.nan) for rest in (0, 1))
    told = ask(keras(tmp_path / "runs", np.stack([even, odd])))
    assert "no two epochs after which all runs were validated" in told
    assert "learning rate" not in told
    told = ask(keras(tmp_path / "one", np.where(epoch == 7, VALLEYS[0, 1:], np.nan), train=1))
    assert "validated after one epoch alone" in told


def test_where_runs_were_stopped_the_end_is_not_called_that_of_training(tmp_path):
    folder = keras(tmp_path / "runs", VALLEYS[:, 1:])
    keras(folder, VALLEYS[:1, 1:8])
    assert "train longer than 7 epochs. The validation loss was still falling where the first" in (
        ask(folder)
    )
    keras(folder, VALLEYS[:1, 1 : int(VALLEYS.mean(axis=0).argmin())])  # hardly falling any more
    told = ask(folder)
    assert (
        "The validation loss was lowest where the first runs were stopped, so more may be" in told
    )
    assert "which all of them reached. Without those that ended first, more could be seen." in told
    assert "lowest at the end" not in told


def test_what_was_guessed_of_the_first_epoch_is_said_as_an_option(tmp_path):
    (tmp_path / "a.csv").write_text("epoch,train_loss,validation_loss\n0,2,3\n1,1,2\n2,1,3\n")
    told = ask(tmp_path / "a.csv")
    assert "as epoch 1 (--option first_epoch=1 says that 0 is the untrained network)\n" in told


def test_a_folder_is_searched_for_what_a_reader_knows(tmp_path):
    folder = keras(tmp_path / "runs", VALLEYS[:, 1:])
    (folder / "notes.json").write_text('{"loss": [1, 2]}')
    assert "seed-0.csv and 5 more: read as keras" in ask(folder, "--reader", "keras")


def test_settings_that_are_taken_for_one_are_told(tmp_path):
    for rate in ("0.1", "0.01"):
        keras(tmp_path / f"lr={rate}", VALLEYS[:2, 1:])
    told = ask(tmp_path)
    assert "Note: the files differ in lr (0.01, 0.1) and are taken for runs of one setting" in told
    assert "differ in" not in ask(tmp_path / "lr=0.1")


def test_runs_are_called_by_what_their_files_have_in_common(tmp_path, monkeypatch):
    folder = keras(tmp_path / "lr.v2", VALLEYS[:2, 1:])
    monkeypatch.chdir(folder)
    for arguments, name in (
        ([folder], "lr.v2"),
        (["."], "runs"),
        (["seed-0.csv", "seed-1.csv"], "runs"),
    ):
        assert f"\n{name}: train " in ask(*arguments)


def test_a_folder_that_is_a_run_counts_once_with_the_files_in_it(tmp_path):
    for run, losses in enumerate(VALLEYS[:2, 1:].tolist()):
        rows = [f"{epoch},{10 * epoch},{loss}\n" for epoch, loss in enumerate(losses)]
        folder = tmp_path / f"version_{run}"
        folder.mkdir()
        (folder / "metrics.csv").write_text("".join(["epoch,step,val_loss\n", *rows]))
    (answer,) = answer_files([tmp_path], PLUGINS, None, {})["answers"]
    assert answer["best_epoch"]["runs"] == 2
