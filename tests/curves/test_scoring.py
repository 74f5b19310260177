"""Scores and losses that may be negative: what is best, and what shares are shares of."""

import numpy as np
import pytest

from curves.files import read_text
from epochwise.columns import facts_of
from epochwise.curves.scoring import Judging, check_named, doubts, zero_of
from epochwise.curves.tabulating import Labelled, tabulate
from epochwise.errors import CurvesError

SCORES = "epoch,validation_loss,train_loss\n1,0.1,0.3\n2,0.9731,0.99\n3,0.7,\n"


def scored(folder, text=SCORES, **judging):
    one = read_text(folder, text, "a.csv")
    return tabulate({"mine": [Labelled(one)]}, {"mine": Judging(best="greatest", **judging)})


def test_a_score_is_kept_to_the_last_bit_and_its_loss_is_what_it_lacks(tmp_path):
    rows = scored(tmp_path).to_pydict()
    assert rows["validation_score"][1:] == [0.1, 0.9731, 0.7]
    assert rows["validation_loss"][1:] == [1 - 0.1, 1 - 0.9731, 1 - 0.7]
    assert rows["train_score"][1:] == [0.3, 0.99, None]
    assert rows["test_score"] == [None] * 4


def test_scores_have_names_and_losses_are_named_after_them(tmp_path):
    metrics = facts_of(scored(tmp_path, label="AUC").schema)["metrics"]["mine"]
    assert metrics == {"score": ["AUC", ""], "loss": ["1 - AUC", ""]}
    text = SCORES.replace("validation_loss", "val_acc").replace("0.9731", "97.31")
    one = read_text(tmp_path, text, "b.csv", validation_loss="val_acc")
    made = tabulate({"mine": [Labelled(one)]}, {"mine": Judging(best="greatest", out_of=100)})
    assert facts_of(made.schema)["metrics"]["mine"]["loss"] == ["100 - acc", ""]


def test_per_cent_where_shares_are_wanted_is_told(tmp_path):
    text = SCORES.replace("0.9731", "97.31")
    with pytest.raises(CurvesError, match=r"97\.31.*beyond 1.*\(per cent: out_of: 100\)"):
        scored(tmp_path, text)
    assert scored(tmp_path, text, out_of=100)["validation_loss"][2].as_py() == 100 - 97.31
    with pytest.raises(CurvesError, match=r"150.*where it has none, write its negative"):
        scored(tmp_path, text.replace("97.31", "150"), out_of=100)


@pytest.mark.parametrize(
    ("text", "judging", "said"),
    [
        (
            SCORES,
            {"best": "greatest", "out_of": 100},
            r"is 0\.9731, a share rather than per cent; le",
        ),
        (
            SCORES.replace("validation_loss", "val_auc"),
            {},
            "'val_auc' is a score by its name, and r",
        ),
        (
            SCORES.replace("train_loss", "accuracy"),
            {},
            r"'accuracy' is a score.*\(train_loss: false\)",
        ),
    ],
)
def test_what_was_taken_for_another_kind_is_told(tmp_path, text, judging, said):
    header = dict(
        zip(("validation_loss", "train_loss"), text.split("\n")[0].split(",")[1:], strict=True)
    )
    one = read_text(tmp_path, text, "a.csv", **header)
    with pytest.raises(CurvesError, match=said):
        tabulate({"mine": [Labelled(one)]}, {"mine": Judging(**judging)})


def test_a_loss_whose_name_sounds_like_a_score_is_one(tmp_path):
    text = "epoch,val_r2\n1,0.9\n2,0.5\n"
    falling = Labelled(read_text(tmp_path, text, "a.csv", validation_loss="val_r2"))
    assert tabulate({"mine": [falling]})["validation_loss"].to_pylist() == [None, 0.9, 0.5]


@pytest.mark.parametrize(
    ("rows", "best", "notes"),
    [
        (
            "1,0.1\n2,0.5\n3,0.4\n",
            "lowest",
            ["'fid' is lowest where it begins; if its greatest va"],
        ),
        ("1,0.1\n2,0.5\n3,0.4\n", "greatest", []),
        ("1,0.5\n2,0.1\n3,0.4\n", "lowest", []),
    ],
)
def test_what_only_rises_may_be_a_score(tmp_path, rows, best, notes):
    one = read_text(tmp_path, f"epoch,fid\n{rows}", "a.csv", validation_loss="fid")
    made = tabulate({"mine": [Labelled(one)]}, {"mine": Judging(best)})
    told = facts_of(made.schema)["files"][0]["notes"]
    assert [note[: len(said)] for note, said in zip(told, notes, strict=True)] == notes


def test_r2_below_zero_is_a_score_like_any(tmp_path):
    made = scored(tmp_path, SCORES.replace("0.1,0.3", "-5,-4"))
    assert made["validation_loss"][1].as_py() == 6
    assert facts_of(made.schema)["zeros"] == {}


def falls(scale=1.0, shift=0.0):
    epoch = np.arange(101)
    curve = 10 * np.exp(-epoch / 10) + 0.0005 * (epoch - 60.0) ** 2 * (epoch > 60)
    return {"validation_loss": scale * np.stack([curve - 0.1, curve + 0.1]) + shift}


def test_losses_that_are_never_negative_have_the_usual_zero():
    assert zero_of([falls(shift=5)]) is None


def test_shares_are_of_the_fall_from_a_tenth_of_the_way_to_the_best():
    mean = falls(shift=-5)["validation_loss"].mean(axis=0)
    best = int(mean.argmin())
    found = zero_of([falls(shift=-5)])
    assert found["since"] == best // 10 == 6
    assert mean[best] - found["zero"] == pytest.approx(mean[6] - mean[best])


@pytest.mark.parametrize(("scale", "shift"), [(1, -5), (1, -500), (3, -5), (0.01, -7)])
def test_neither_unit_nor_shift_change_what_two_per_cent_are(scale, shift):
    found, losses = zero_of([falls(scale, shift)]), falls(scale, shift)["validation_loss"]
    mean = losses.mean(axis=0)
    share = (mean - mean.min()) / (mean.min() - found["zero"])
    usual, told = falls(1, -5)["validation_loss"].mean(axis=0), zero_of([falls(1, -5)])
    assert share == pytest.approx((usual - usual.min()) / (usual.min() - told["zero"]))


def test_the_best_setting_says_it_and_odd_curves_have_a_zero_below_them():
    worse, better = falls(shift=-5), falls(scale=2, shift=-25)
    assert zero_of([worse, better]) == zero_of([better])
    rising = {"validation_loss": np.linspace(-3, -1, 20)[np.newaxis]}
    assert zero_of([rising])["zero"] == -5
    flat = {"validation_loss": np.full((1, 5), -2.0)}
    assert zero_of([flat])["zero"] == -4
    sparse = np.where(np.arange(101) % 7 == 3, falls(shift=-5)["validation_loss"], np.nan)
    assert np.isfinite(zero_of([{"validation_loss": sparse}])["zero"])


def test_a_negative_training_loss_alone_is_enough():
    losses = falls(shift=5) | {"train_loss": np.full((2, 101), -1.0)}
    assert zero_of([losses]) is not None


def test_a_loss_is_called_what_it_is_said_to_be():
    assert Judging(label="NLL").labels("val_x") == {"loss": ("NLL", "")}
    assert Judging().labels("val_x") == {"loss": ("loss", "")}


@pytest.mark.parametrize(
    ("judging", "options"),
    [
        (Judging(), {"validation_loss": "val_acc", "train_loss": "loss"}),
        (Judging("greatest", out_of=100), {"validation_loss": "val_acc", "train_loss": "acc"}),
    ],
)
def test_what_goes_together_is_not_refused(judging, options):
    check_named(judging, options)


@pytest.mark.parametrize(
    ("greatest", "out_of", "hint"),
    [
        *((1.5, 1, True), (99.5, 1, True), (100, 1, True), (100.5, 1, False)),
        *((0.9, 0.5, False), (1, 0.5, False)),
    ],
)
def test_per_cent_are_thought_of_where_they_may_be(tmp_path, greatest, out_of, hint):
    with pytest.raises(CurvesError, match=f"a score of {greatest:g} in") as caught:
        scored(
            tmp_path, SCORES.replace("0.9731", str(greatest)).replace("0.99", "0.4"), out_of=out_of
        )
    assert ("(per cent: out_of: 100)" in str(caught.value)) == hint


@pytest.mark.parametrize(
    ("scores", "out_of", "refused"),
    [
        ("0.5,1,0.7", 1, False),
        ("0.5,,1", 100, True),
        ("0.5,1.5,1", 100, False),
        ("0,0,0", 100, False),
    ],
)
def test_the_greatest_score_there_can_be_is_one_and_shares_are_no_per_cent(
    tmp_path, scores, out_of, refused
):
    rows = [f"{epoch},{score}\n" for epoch, score in enumerate(scores.split(","), 1)]
    text = "".join(["epoch,validation_loss\n", *rows])
    if not refused:
        assert scored(tmp_path, text, out_of=out_of)
        return
    with pytest.raises(CurvesError, match="is 1, a share rather than per cent"):
        scored(tmp_path, text, out_of=out_of)


@pytest.mark.parametrize(
    ("scores", "refused"), [("0.5,0.4,0.9", True), ("0.5,0.6,0.5", False), (",,", False)]
)
def test_what_is_called_a_score_is_no_loss_if_it_ends_above_where_it_began(
    tmp_path, scores, refused
):
    rows = [f"{epoch},{2 - epoch / 4},{one}\n" for epoch, one in enumerate(scores.split(","), 1)]
    text = "".join(["epoch,val_loss,accuracy\n", *rows])
    one = read_text(tmp_path, text, "a.csv", validation_loss="val_loss", train_loss="accuracy")
    if not refused:
        assert len(tabulate({"mine": [Labelled(one)]})) == 4
        return
    with pytest.raises(CurvesError, match="'accuracy' is a score by its name, and rises"):
        tabulate({"mine": [Labelled(one)]})


@pytest.mark.parametrize(
    ("name", "runs", "doubted"),
    [
        ("fid", ["0.1,0.1,0.5"], True),
        ("fid", ["0.1,0.5"], True),
        ("fid", ["0.5,0.5,0.5"], False),
        ("fid", ["0.1,0.2,0.5", "0.5,0.2,0.1"], False),
        ("val_loss", ["0.1,0.2,0.5"], False),
    ],
)
def test_a_score_is_thought_of_where_every_run_is_lowest_where_it_begins(
    tmp_path, name, runs, doubted
):
    rows = [
        f"{epoch},{run},{one}\n"
        for run, losses in enumerate(runs)
        for epoch, one in enumerate(losses.split(","), 1)
    ]
    text = "".join([f"epoch,run,{name}\n", *rows])
    history = read_text(tmp_path, text, "a.csv", validation_loss=name, run="run")
    assert bool(doubts(history, Judging())) == doubted


@pytest.mark.parametrize(
    ("losses", "zero", "since"),
    [
        ([10, 5, 3, 1, -1, -2, 0], -9, 1),  # a tenth of the way is never before epoch 1
        ([np.nan, -3, -2, -1], -5, None),  # it does not fall: the whole range
        ([0, 0], -1, None),
        (np.abs(np.arange(100.0) - 89), -81, 8),
    ],
)
def test_where_shares_are_counted_from(losses, zero, since):
    own = {"validation_loss": np.array([losses], float), "train_loss": np.array([[-1.0]])}
    unknown = {"validation_loss": np.full((1, len(losses)), np.nan)}
    assert zero_of([unknown, own]) == {"zero": zero, "since": since}


def test_a_loss_of_zero_is_not_negative():
    assert zero_of([{"validation_loss": np.array([[1.0, 0.0]])}]) is None


def test_a_run_may_lack_what_the_others_of_its_file_have(tmp_path):
    text = "epoch,run,val_loss,accuracy\n1,a,5,0.5\n2,a,4,0.4\n1,b,5,\n2,b,4,\n"
    columns = {"validation_loss": "val_loss", "train_loss": "accuracy", "run": "run"}
    made = tabulate({"mine": [Labelled(read_text(tmp_path, text, "a.csv", **columns))]})
    assert made["train_loss"].to_pylist() == [None, 0.5, 0.4, None, None, None]
