"""The tables that tools write, as their sources have them; tests/curves/test_real_*.py has the tools write them."""

import pytest

from curves.files import check, read, read_text, write
from epochwise.errors import CurvesError

KERAS = "epoch,accuracy,loss,val_accuracy,val_loss\n0,0.5,0.5,0.5,0.75\n1,0.6,0.25,NA,NA\n"
FASTAI = "epoch,train_loss,valid_loss,accuracy,time\n0,0.5,0.75,0.1,00:01\n1,0.25,0.5,0.2,00:01\n"
YOLO = (
    "                  epoch,             time,      train/box_loss,      train/cls_loss,      train/dfl_loss,"
    "   metrics/mAP50(B),        val/box_loss,        val/cls_loss,        val/dfl_loss,              lr/pg0\n"
    "                      1,              2.5,                 1.0,                 2.0,                 4.0,"
    "                0.1,                 1.5,                 2.5,                 4.5,                 0.1\n"
    "                      2,              5.0,                 0.5,                 1.0,                 2.0,"
    "                0.2,                 1.0,                 1.5,                 2.5,                 0.1\n"
)
WANDB = (
    '"Step","seed - 0 - val_loss","seed - 0 - val_loss__MIN","seed - 0 - val_loss__MAX","seed - 1 - val_loss",'
    '"seed - 1 - val_loss__MIN","seed - 1 - val_loss__MAX"\n'
    '"0","0.5","0.5","0.5","","",""\n"10","0.25","0.25","0.25","0.75","0.75","0.75"\n'
    '"20","","","","0.5","0.5","0.5"\n'
)
LIGHTNING = (
    "epoch,step,test_loss,train_loss_epoch,train_loss_step,val_loss\n"
    "0,0,,,,9.0\n0,1,,,4.0,\n0,3,,,3.0,\n0,3,,3.5,,\n1,5,,,2.0,\n1,7,,,,2.5\n1,7,,1.5,,\n2,8,7.0,,,\n2,8,,,,6.0\n"
)


def test_keras_counts_from_zero_and_writes_na(tmp_path):
    history = read_text(tmp_path, KERAS)
    assert history.reader == "keras"
    check(history, epochs=[1, 2], train_loss=[0.5, 0.25], validation_loss=[0.75, None])
    assert "epochs are counted from 0: 0 was read as epoch 1" in history.notes
    assert any("dropout on" in note for note in history.notes)


def test_keras_without_validation_has_no_validation_loss(tmp_path):
    history = read_text(tmp_path, "epoch,loss,val_loss\n0,0.5,NA\n1,0.25,NA\n")
    assert history.reader == "keras"
    assert set(history.runs[0].columns) == {"train_loss"}
    assert "validation_loss" not in history.taken
    assert history.guesses == {}


def test_a_file_like_that_of_keras_that_counts_from_one_is_one_s_own(tmp_path):
    history = read_text(tmp_path, "epoch,loss,val_loss\n1,0.5,0.75\n2,0.25,0.5\n")
    assert history.reader == "table"
    check(history, epochs=[1, 2])


def test_a_file_that_is_not_of_keras_is_not_counted_as_keras_does(tmp_path):
    with pytest.raises(CurvesError, match=r"no column 'loss', which Keras.*are: epoch, train_loss"):
        read(write(tmp_path, "epoch,train_loss,val_loss\n1,2,3\n"), "keras")


def test_what_keras_appended_needs_a_word(tmp_path):
    path = write(tmp_path, KERAS + KERAS.partition("\n")[2])
    with pytest.raises(
        CurvesError, match=r"backwards at line 4, from 1 to 0; .*restarts: continue"
    ):
        read(path)
    check(read(path, restarts="continue"), epochs=[1, 2, 3, 4], train_loss=[0.5, 0.25, 0.5, 0.25])
    two = read(path, restarts="new_run")
    assert [run.name for run in two.runs] == ["1", "2"]
    check(two, 1, epochs=[1, 2], validation_loss=[0.75, None])
    check(read(path, restarts="replace"), epochs=[1, 2], validation_loss=[0.75, None])


def test_fastai_smooths_and_repeats_its_header(tmp_path):
    history = read_text(tmp_path, FASTAI)
    assert history.reader == "fastai"
    check(history, epochs=[1, 2], train_loss=[0.5, 0.25], validation_loss=[0.75, 0.5])
    assert any("smoothed" in note for note in history.notes)
    twice = read_text(tmp_path, FASTAI + FASTAI, restarts="continue")
    check(twice, epochs=[1, 2, 3, 4])


def test_ultralytics_sums_the_parts_and_counts_from_one(tmp_path):
    history = read_text(tmp_path, YOLO, "results.csv")
    assert history.reader == "ultralytics"
    check(history, epochs=[1, 2], train_loss=[7, 3.5], validation_loss=[8.5, 5])
    assert history.taken["validation_loss"] == "val/box_loss + val/cls_loss + val/dfl_loss"
    one = read(tmp_path / "results.csv", validation_loss="val/box_loss")
    check(one, validation_loss=[1.5, 1])


def test_ultralytics_without_validation_is_told_apart(tmp_path):
    still = (
        YOLO.rstrip("\n").rpartition("\n")[0] + "\n" + YOLO.splitlines()[1].replace("1,", "2,", 1)
    )
    history = read_text(tmp_path, still, "results.csv")
    assert any("repeat the line before" in note for note in history.notes)
    columns = "epoch,time,train/box_loss,train/cls_loss,val/box_loss,val/cls_loss\n"
    zeros = columns + "1,1,3,2,0,0\n2,2,2,1,0,0\n3,3,1,1,1.5,1\n"  # the last is always validated
    history = read_text(tmp_path, zeros, "results.csv")
    check(history, train_loss=[5, 3, 2], validation_loss=[None, None, 2.5])
    assert any("validation loss of 0" in note for note in history.notes)


def test_weights_and_biases_has_a_column_for_each_run(tmp_path):
    history = read_text(tmp_path, WANDB, "wandb_export.csv")
    assert history.reader == "wandb"
    assert history.unit == "step"
    assert [run.name for run in history.runs] == ["seed - 0", "seed - 1"]
    check(history, 0, epochs=[0, 10], validation_loss=[0.5, 0.25])
    check(history, 1, epochs=[10, 20], validation_loss=[0.75, 0.5])
    assert "first_epoch" in history.guesses
    with pytest.raises(CurvesError, match="columns without a run's name, such as 'train_loss'"):
        read_text(tmp_path, "epoch,train_loss\n1,2\n", reader="wandb")


def test_lightning_has_an_epoch_on_several_lines_and_tests_at_the_end(tmp_path):
    history = read_text(tmp_path, LIGHTNING, "metrics.csv")
    assert history.reader == "lightning"
    check(history, epochs=[0, 1, 2], train_loss=[None, 3.5, 1.5], validation_loss=[9, None, 2.5])
    assert "test_loss" not in history.runs[0].columns
    assert any("untrained" in note for note in history.notes)
    assert any("left out" in note for note in history.notes)
    write(tmp_path, LIGHTNING, "version_0/metrics.csv")
    check(read(tmp_path / "version_0", validation_loss=False), epochs=[0, 1, 2])


def test_lightning_with_a_plain_loss_and_lines_of_callbacks_without_an_epoch(tmp_path):
    text = (
        "epoch,step,loss,lr-SGD,train_lr,val_loss\n,0,,0.1,0.1,\n0,3,,,,0.5\n0,3,0.25,,,\n,4,,0.1,0.1,\n"
        "1,7,,,,0.25\n1,7,0.125,,,\n2,8,,,,0.25\n"
    )
    history = read_text(tmp_path, text)
    check(history, epochs=[1, 2], train_loss=[0.25, 0.125], validation_loss=[0.5, 0.25])


def test_lightning_without_training_losses_still_knows_what_came_after(tmp_path):
    text = "epoch,step,val_loss\n0,3,0.5\n1,7,0.25\n2,8,0.25\n"
    check(read_text(tmp_path, text), epochs=[1, 2], validation_loss=[0.5, 0.25])
    goes_on = "epoch,step,val_loss\n0,3,0.5\n1,7,0.25\n2,11,0.125\n"
    check(read_text(tmp_path, goes_on), epochs=[1, 2, 3])
    one_batch = "epoch,step,val_loss\n0,0,0.5\n1,1,0.25\n2,2,0.125\n"
    check(read_text(tmp_path, one_batch), epochs=[1, 2, 3])
    with pytest.raises(CurvesError, match="has no column 'step'; was it written by a Trainer"):
        read_text(tmp_path, "epoch,val_loss\n0,1\n", reader="lightning")
    with pytest.raises(CurvesError, match="has no rows; was an epoch trained"):
        read_text(tmp_path, "epoch,step,val_loss\n,1,0.5\n")
    with pytest.raises(CurvesError, match="run: such a file is of one run"):
        read_text(tmp_path, text, run="seed")


def test_dvclive_has_a_file_for_each_metric(tmp_path):
    folder = tmp_path / "dvclive" / "plots" / "metrics"
    train = write(folder, "step\tloss\n0\t0.5\n1\t0.25\n2\t0.125\n", "train/loss.tsv")
    write(folder, "step\tloss\n1\t0.75\n", "eval/loss.tsv")
    write(folder, "step\tname\n1\tsgd\n", "train/name.tsv")
    for path in (tmp_path / "dvclive", tmp_path, folder, train):
        history = read(path)
        assert (history.reader, history.unit) == ("dvclive", "step")
        check(history, epochs=[1, 2, 3], train_loss=[0.5, 0.25, 0.125])
        check(history, validation_loss=[None, 0.75, None])
    with pytest.raises(CurvesError, match="has no metrics of DVCLive"):
        read(write(tmp_path, "", "else/where/loss.tsv"), "dvclive")


NANOGPT = (
    "number of parameters: 10.65M\nstep 0: train loss 4.2874, val loss 4.2823\niter 0: loss 4.2654, time 3 ms\n"
    "step 250: train loss 1.9662, val loss 2.0625\nstep 500: train loss nan, val loss nan\n"
)


def test_what_nanogpt_prints(tmp_path):
    history = read_text(tmp_path, NANOGPT, "train.log")
    assert (history.reader, history.unit) == ("log", "step")
    infinity = float("inf")
    check(history, epochs=[0, 250, 500], train_loss=[4.2874, 1.9662, infinity])
    check(history, validation_loss=[4.2823, 2.0625, infinity])
    own = "Epoch 1/2 | train_loss=0.5 | val_loss=0.75\nEpoch 2/2 | train_loss=0.25 | val_loss=0.5\n"
    check(read_text(tmp_path, own, "own.log"), epochs=[1, 2], validation_loss=[0.75, 0.5])
    with pytest.raises(CurvesError, match="has no line such as 'step 2000: train loss"):
        read_text(tmp_path, "nothing here\n", "train.log", reader="log")
    with pytest.raises(CurvesError, match="line 1: 'high' is no number"):
        read_text(tmp_path, "step 1: train loss high, val loss 3.1\n", "train.log")
