"""Runs are told apart, in order and numbered from the first epoch trained; nothing is guessed in silence."""

import pytest

from curves.files import check, read_text
from epochwise.errors import CurvesError

HEADER = "epoch,train_loss,val_loss\n"


def losses(*epochs: float) -> str:
    return HEADER + "".join(f"{e},{10 - n},{20 - n}\n" for n, e in enumerate(epochs))


def test_numbers_that_begin_at_zero_are_read_as_counted_from_zero_and_said(tmp_path):
    history = read_text(tmp_path, losses(0, 1, 2))
    check(history, epochs=[1, 2, 3])
    assert history.guesses["first_epoch"] == (
        "epochs are counted from 0: 0 was read as epoch 1; first_epoch: 1 says that 0 is the untrained network"
    )
    said = read_text(tmp_path, losses(0, 1, 2), first_epoch=1)
    check(said, epochs=[0, 1, 2])
    assert "first_epoch" not in said.guesses
    check(read_text(tmp_path, losses(4, 9, 14), first_epoch=0), epochs=[5, 10, 15])
    check(read_text(tmp_path, losses(5, 10, 15)), epochs=[5, 10, 15])


@pytest.mark.parametrize(
    "text",
    [
        HEADER + "0,,3\n1,2,2\n2,1,1\n",
        "epoch,iteration,samples,train_loss\n0,0,0,3\n1,10,100,2\n2,20,200,1\n",
    ],
)
def test_an_epoch_zero_that_trained_nothing_is_the_untrained_network(tmp_path, text):
    history = read_text(tmp_path, text)
    check(history, epochs=[0, 1, 2])
    assert "epoch 0 is the untrained network" in history.notes


def test_what_pandas_calls_nothing_is_the_number_of_the_epoch(tmp_path):
    history = read_text(tmp_path, ",loss,val_loss\n0,3,4\n1,2,3\n")
    check(history, epochs=[1, 2], train_loss=[3, 2], validation_loss=[4, 3])
    assert "the first column, which has no name" in history.guesses["epoch"]
    with pytest.raises(CurvesError, match="no column counts epochs"):
        read_text(tmp_path, ",loss,val_loss\n0,3,4\n2,2,3\n")


def test_fractions_and_far_steps_stay_as_they_are(tmp_path):
    check(read_text(tmp_path, losses(0, 0.5, 1)), epochs=[0, 0.5, 1])
    steps = read_text(tmp_path, losses(0, 250, 500).replace("epoch", "step"))
    check(steps, epochs=[0, 250, 500])
    assert "step 0 was taken for the untrained network" in steps.guesses["first_epoch"]
    assert steps.unit == "step"
    assert read_text(tmp_path, losses(1, 2), unit="iteration").unit == "iteration"


def test_iterations_and_samples_go_along(tmp_path):
    history = read_text(tmp_path, "epoch,iteration,samples,train_loss\n1,10,100,2\n2,20,200,1\n")
    check(history, iteration=[10, 20], samples=[100, 200])


def test_an_epoch_on_two_lines_is_one_row_if_no_loss_stands_twice(tmp_path):
    text = HEADER + "1,3,\n1,,4\n2,2,\n2,,3\n3,1,\n"
    check(
        read_text(tmp_path, text),
        epochs=[1, 2, 3],
        train_loss=[3, 2, 1],
        validation_loss=[4, 3, None],
    )
    twice = HEADER + "1,3,\n1,,4\n1,2,\n2,1,1\n"
    with pytest.raises(
        CurvesError,
        match=r"epoch 1 has two values of train_loss, in line 2 and line 4; name the column",
    ):
        read_text(tmp_path, twice)
    check(read_text(tmp_path, twice, restarts="replace"), epochs=[1, 2], train_loss=[2, 1])


def test_epochs_that_go_backwards_need_a_word(tmp_path):
    text = losses(1, 2, 3, 2, 3, 4)
    with pytest.raises(CurvesError, match="go backwards at line 5, from 3 to 2"):
        read_text(tmp_path, text)
    check(
        read_text(tmp_path, text, restarts="replace"), epochs=[1, 2, 3, 4], train_loss=[10, 7, 6, 5]
    )
    again = losses(1, 2, 1, 2, 1)
    check(read_text(tmp_path, again, restarts="continue"), epochs=[1, 2, 3, 4, 5])
    now_and_then = read_text(tmp_path, losses(5, 10, 5, 10), restarts="continue")
    check(now_and_then, epochs=[5, 10, 15, 20])
    from_zero = read_text(tmp_path, losses(4, 9, 4, 9), restarts="continue", first_epoch=0)
    check(from_zero, epochs=[5, 10, 15, 20])
    untrained = read_text(tmp_path, losses(0, 1, 2, 0, 1), restarts="continue", first_epoch=1)
    check(untrained, epochs=[0, 1, 2, 3], train_loss=[10, 9, 7, 6])
    names = [run.name for run in read_text(tmp_path, again, restarts="new_run").runs]
    assert names == ["1", "2", "3"]


def test_runs_that_restart_keep_their_names(tmp_path):
    text = "run,epoch,train_loss\nb,1,4\na,1,3\nb,2,2\nb,1,1\nc,1,\n"
    history = read_text(tmp_path, text, run="run", restarts="new_run")
    assert [run.name for run in history.runs] == ["b", "b #2", "a"]  # c measured nothing
    check(history, 0, epochs=[1, 2], train_loss=[4, 2])
    check(history, 1, epochs=[1], train_loss=[1])


def test_an_epoch_that_measured_nothing_was_trained_all_the_same(tmp_path):
    check(read_text(tmp_path, "epoch,val_loss\n1,\n2,4\n3,\n"), epochs=[1, 2, 3])


def test_lines_without_an_epoch_or_a_loss_count_for_nothing(tmp_path):
    check(read_text(tmp_path, HEADER + "1,3,4\n,,\n2,2,3\n"), epochs=[1, 2])
    with pytest.raises(CurvesError, match="line 3 has a loss and no epoch that could"):
        read_text(tmp_path, HEADER + "1,3,4\n,2,\n2,2,3\n")
