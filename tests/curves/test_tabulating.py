"""From histories to a loss table: what was not measured is null, and how runs ended is told apart."""

import numpy as np
import pytest

from curves.files import read_text
from epochwise.columns import facts_of
from epochwise.curves import tabulating
from epochwise.curves.tabulating import Labelled, tabulate
from epochwise.errors import CurvesError
from epochwise.tables.reading import LossTable


def csv(*rows, header="epoch,train_loss,validation_loss"):
    return "\n".join([header, *rows]) + "\n"


def tabulated(folder, *texts, **options):
    histories = [
        read_text(folder, text, f"{number}.csv", **options) for number, text in enumerate(texts)
    ]
    return tabulate({"theirs": [Labelled(one) for one in histories]})


def test_every_epoch_has_a_row_and_what_was_not_measured_is_null(tmp_path):
    made = tabulated(tmp_path, csv("2,0.5,", "3,0.4,0.9", "5,0.2,0.8", "6,0.1,"))
    rows = made.to_pydict()
    assert rows["epoch"] == [0, 1, 2, 3, 4, 5]
    assert rows["train_loss"] == [None, None, 0.5, 0.4, None, 0.2]
    assert rows["validation_loss"] == [None, None, None, 0.9, None, 0.8]
    assert rows["test_loss"] == rows["iteration"] == rows["samples"] == [None] * 6
    assert (rows["dataset"][0], rows["backend"][0]) == ("theirs", "table")
    assert not [name for name in rows if name.endswith("_score")]
    assert facts_of(made.schema)["planned"] == [5]
    (curves,) = LossTable(made).curves()
    assert (curves.best, curves.planned, curves.diverged) == (5, 5, 0)
    assert np.isnan(curves.training_rows).all()


def test_a_run_that_was_stopped_is_not_one_that_diverged(tmp_path):
    stopped = csv("1,1,5", "2,1,4")
    long = csv("1,1,6", "2,1,5", "3,1,4")
    diverged = csv("1,1,5", "2,1,inf", "3,1,inf")
    made = tabulated(tmp_path, long, stopped, diverged)
    (curves,) = LossTable(made).curves()
    assert curves.last.tolist() == [3, 2, 1]
    assert curves.stopped.tolist() == [False, True, False]
    assert (curves.planned, curves.diverged, curves.horizon) == (2, 1, 2)
    assert curves.used.tolist() == [0, 1]
    assert curves.mean("validation_loss").tolist()[1:] == [5.5, 4.5]


def test_where_all_diverged_the_longest_says_how_far_it_was_to_go(tmp_path):
    long, short = csv("1,1,5", "2,1,inf", "9,1,inf"), csv("1,1,5", "2,1,inf")
    (curves,) = LossTable(tabulated(tmp_path, long, short)).curves()
    assert (curves.planned, curves.lost) == (9, True)


def test_a_training_loss_that_is_not_finite_after_the_end_is_divergence_too(tmp_path):
    (curves,) = LossTable(tabulated(tmp_path, csv("1,1,5", "2,inf,"))).curves()
    assert curves.lost
    (curves,) = LossTable(tabulated(tmp_path, csv("1,1,5", "2,1,"))).curves()
    assert not curves.lost


def test_runs_of_one_file_are_seeds_in_its_order(tmp_path):
    text = csv("1,b,5", "2,b,4", "1,a,7", "2,a,6", header="epoch,run,validation_loss")
    rows = tabulated(tmp_path, text, run="run").to_pydict()
    assert rows["seed"] == [0, 0, 0, 1, 1, 1]
    assert rows["validation_loss"] == [None, 5, 4, None, 7, 6]


def test_epochs_with_fractions_count_steps_where_there_are_any(tmp_path):
    header = "epoch,iteration,validation_loss"
    made = tabulated(tmp_path, csv("0.5,3,5", "1.0,6,4", header=header))
    assert facts_of(made.schema)["unit"] == "step"
    assert made["epoch"].to_pylist() == list(range(7))
    with pytest.raises(
        CurvesError, match=r"0\.csv: epoch 0\.5 is no whole number.*no column of steps"
    ):
        tabulated(tmp_path, csv("0.5,5", "1.0,4", header="epoch,validation_loss"))


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        ([csv("1,1,", "2,1,")], "0.csv: has no validation loss.*the option validation_loss"),
        ([csv("1,1,5", "6000000,1,4")], "0.csv: epoch 6,000,000 is beyond 5,000,000"),
    ],
)
def test_what_cannot_be_compared_is_refused(tmp_path, texts, said):
    with pytest.raises(CurvesError, match=said):
        tabulated(tmp_path, *texts)


def test_files_that_count_different_things_are_not_mixed(tmp_path):
    one = read_text(tmp_path, csv("1,1,5"), "a.csv")
    two = read_text(tmp_path, csv("1,1,5"), "b.csv", unit="step")
    with pytest.raises(
        CurvesError, match=r"epochs in .*a.csv and steps in .*b.csv; study them apart, or"
    ):
        tabulate({"theirs": [Labelled(one), Labelled(two)]})


def test_what_is_not_finite_is_null_and_only_after_the_last_loss_is_it_divergence(tmp_path):
    made = tabulated(tmp_path, csv("1,1,5", "2,1,inf", "3,inf,4"))
    assert made["validation_loss"].to_pylist() == [None, 5, None, 4]
    assert made["train_loss"].to_pylist() == [None, 1, 1, None]
    longer = csv("1,1,5", "2,1,4", "3,1,3", "4,1,2")
    both = tabulated(tmp_path, csv("1,1,5", "2,1,inf", "3,inf,4"), longer)
    assert facts_of(both.schema)["planned"] == [3, 3]


def test_the_first_epoch_with_a_fraction_is_told_whichever_run_has_it(tmp_path):
    text = csv("1.0,a,5", "2.0,a,4", "1.0,b,5", "1.5,b,4", header="epoch,run,validation_loss")
    with pytest.raises(CurvesError, match=r"epoch 1\.5 is no whole number"):
        tabulated(tmp_path, text, run="run")


def test_of_several_runs_the_one_is_told_that_has_no_losses(tmp_path):
    text = csv("1,a,5", "1,b,inf", header="epoch,run,validation_loss")
    with pytest.raises(CurvesError, match=r"0\.csv, run 'b': has no validation loss"):
        tabulated(tmp_path, text, run="run")


def test_the_most_epochs_there_may_be_are_allowed(tmp_path, monkeypatch):
    monkeypatch.setattr(tabulating, "MOST_EPOCHS", 3)
    assert len(tabulated(tmp_path, csv("1,1,5", "3,1,4"))) == 4
    with pytest.raises(CurvesError, match="epoch 4 is beyond 3"):
        tabulated(tmp_path, csv("1,1,5", "2,1,4", "4,1,4"))


def test_each_dataset_has_a_zero_of_its_own_that_no_diverged_run_moves(tmp_path):
    def zeros(**texts):
        named = {
            name: [
                Labelled(read_text(tmp_path, text, f"{name}-{n}.csv")) for n, text in enumerate(own)
            ]
            for name, own in texts.items()
        }
        return facts_of(tabulate(named).schema)["zeros"]

    fell = csv("1,1,5", "2,1,-4", "3,1,-2")
    alone = zeros(mine=[fell])
    assert alone == {"mine": {"zero": -13, "since": 1}}
    assert zeros(other=[csv("1,1,9", "2,1,8")], mine=[fell]) == alone
    assert zeros(mine=[fell, csv("1,1,1", "2,1,inf")]) == alone


def test_it_says_between_which_epochs_the_runs_of_a_file_lie(tmp_path):
    text = csv(
        "2,a,5", "3,a,4", "1,b,5", "5,b,4", "2,c,5", "4,c,4", header="epoch,run,validation_loss"
    )
    (file,) = facts_of(tabulated(tmp_path, text, run="run").schema)["files"]
    assert (file["first"], file["last"], file["runs"]) == (1, 5, ["a", "b", "c"])


def test_files_of_several_readers_and_labels_of_several_kinds(tmp_path):
    one = read_text(tmp_path, csv("1,1,5"), "a.csv")
    two = read_text(tmp_path, csv("0,1,5", header="epoch,loss,val_loss"), "b.csv")
    rows = tabulate(
        {"mine": [Labelled(one, {"size": 1}), Labelled(two, {"size": "big"})]}
    ).to_pydict()
    assert set(rows["backend"]) == {"several readers"}
    assert rows["size"] == ["1", "1", "big", "big"]
