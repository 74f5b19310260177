"""Tables as tools write them, and a sentence for each that is none."""

import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from curves.files import check, read, read_text, write
from epochwise.errors import CurvesError

pytestmark = pytest.mark.versions

ROWS = [(1, 0.5, 0.75), (2, 0.25, None), (3, 0.125, 0.5)]
NAMES = ("epoch", "train_loss", "val_loss")


def separated(by: str, missing: str = "") -> str:
    lines = [by.join(NAMES)]
    return (
        "\n".join(lines + [by.join(missing if c is None else str(c) for c in row) for row in ROWS])
        + "\n"
    )


def records() -> list[dict]:
    return [dict(zip(NAMES, row, strict=True)) for row in ROWS]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.csv", separated(",")),
        ("a.csv", separated(";", "NA")),
        ("a.csv", "\ufeff" + separated(",", "null")),
        ("a.csv", separated(",").replace("\n", "\r\n")),
        ("a.csv", separated(" , ", "-")),
        ("a.csv", "\n" + separated(",")),
        ("a.tsv", separated("\t", "None")),
        ("a.txt", separated("\t")),
        ("a.txt", separated("   ", "NA")),
        ("a.jsonl", "\n".join(map(json.dumps, records()))),
        ("a.json", json.dumps(records())),
    ],
)
def test_the_same_history_however_it_is_written(tmp_path, name, text):
    history = read_text(tmp_path, text, name, reader="table")
    check(
        history, epochs=[1, 2, 3], train_loss=[0.5, 0.25, 0.125], validation_loss=[0.75, None, 0.5]
    )
    assert history.guesses == {
        "validation_loss": "took 'val_loss' as validation loss; validation_loss: says otherwise"
    }


def test_parquet_whatever_its_name(tmp_path):
    for name in ("a.parquet", "a.csv"):
        pq.write_table(pa.Table.from_pylist(records()), tmp_path / name)
        check(read(tmp_path / name), epochs=[1, 2, 3], validation_loss=[0.75, None, 0.5])


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "is empty"),
        (" \n\n", "is empty"),
        ("epoch,train_loss\n", "has a header but no rows.*columns are: epoch, train_loss"),
        ("# my run\nepoch,train_loss\n1,2\n", "line 2 has .*leave nothing above the names"),
        ("<!DOCTYPE html><html>", "is a page of the web"),
        ("1,0.5\n2,0.4\n", "the first line has numbers, such as '1'"),
        ("epoch,train_loss\n1,0.5,3\n2,0.4\n", "line 2 has 3 value.* names 2 column"),
        ("epoch,train_loss\n1\n2,0.4\n", "line 2 has 1 value"),
        ("epoch,train_loss,train_loss\n1,1,2\n", "the column name 'train_loss' stands twice"),
        (
            "epoch,train_loss\n1,0.5\n2,low\n",
            "line 3: column 'train_loss' has 'low' where a number",
        ),
        (
            "epoch;train_loss\n1;0,5\n",
            "has '0,5' where a number must stand; write decimals with a p",
        ),
        ("epoch,train_loss\none,0.5\n", "line 2: column 'epoch' has 'one'"),
        (
            "epoch,accuracy\n1,0.5\n",
            "no column is a train or validation loss.*are: epoch, accuracy",
        ),
        (
            "id,y\n1,0.5\n",
            "none is a loss by its name.*if not, name the files that are.*: 'id', 'y'",
        ),
        ("epoch,test_loss\n1,0.5\n", "no column is a train or validation loss"),
        (
            "time,train_loss\n1,0.5\n",
            "no column counts epochs.*add a column.*are: 'time', 'train_loss'",
        ),
        (
            "epoch,val_loss,valid_loss\n1,2,3\n",
            "'val_loss' and 'valid_loss' could each be the valid",
        ),
        ("epoch,loss/val/a,loss/val/b\n1,2,3\n", "'loss/val/a' and 'loss/val/b' could each"),
        ("epoch,train_loss\n1,NA\n2,\n", "no value of a train or validation loss in any row"),
        ("epoch,train_loss\n,0.5\n", "line 2 has a loss and no epoch that could"),
        ("epoch,train_loss\n-1,0.5\n", "line 2 has the epoch -1; the least that there can be is 0"),
        (b"epoch,train_loss\n1,0.5\n\xff\n", r"is no text in UTF-8 \(line 3\)"),
        (b"\x00\x01binary", r"is no text in UTF-8 \(line 1\)"),
        (b"PAR1 but not really", "cannot be read as Parquet"),
    ],
)
def test_a_bad_table_gets_a_sentence(tmp_path, text, sentence):
    with pytest.raises(CurvesError, match=rf"^{tmp_path}/losses\.csv: .*{sentence}"):
        read_text(tmp_path, text)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('{"epoch": 1, "train_loss": 0.5}\n{"epoch": 2,\n', "line 2 is no JSON"),
        ('{"epoch": 1, "train_loss": 0.5}\n3\n', "line 2: 3 is no object"),
        ('{"epoch": 1, "train_loss": "low"}\n', "line 1: column 'train_loss' has 'low'"),
        ('{"epoch": 1, "train_loss": [1, 2]}\n', r"line 1: column 'train_loss' has '?\[1, 2\]"),
    ],
)
def test_a_bad_json_lines_file_gets_a_sentence(tmp_path, text, sentence):
    with pytest.raises(CurvesError, match=rf"^{tmp_path}/a\.jsonl: {sentence}"):
        read_text(tmp_path, text, "a.jsonl")


def test_a_last_line_that_is_being_written_is_left_out(tmp_path):
    history = read_text(tmp_path, "epoch,train_loss,val_loss\n1,0.5,0.75\n2,0.2")
    check(history, epochs=[1], train_loss=[0.5])
    assert "line 3, the last, is cut short and was left out" in history.notes


def test_lines_are_counted_with_cells_of_several_lines(tmp_path):
    text = 'epoch,note,train_loss\n1,"two\nlines",0.5\n\n2,x,low\n'
    with pytest.raises(CurvesError, match="line 5: column 'train_loss' has 'low'"):
        read_text(tmp_path, text)


def test_what_diverged_is_infinite_and_what_was_not_measured_is_nan(tmp_path):
    text = "epoch,train_loss,val_loss\n1,0.5,0.5\n2,inf,\n3,nan,\n4,nan,\n"
    infinity = float("inf")
    check(
        read_text(tmp_path, text),
        train_loss=[0.5, infinity, infinity, infinity],
        validation_loss=[0.5, None, None, None],
    )


def test_a_loop_that_writes_nan_where_it_does_not_validate_has_not_diverged(tmp_path):
    rows = [f"{e},{1 / e},{0.5 if e % 3 == 0 else 'nan'}" for e in range(1, 9)]
    history = read_text(tmp_path, "epoch,train_loss,val_loss\n" + "\n".join(rows) + "\n")
    check(history, validation_loss=[None, None, 0.5, None, None, 0.5, None, None])


def test_columns_that_are_named_are_taken_summed_or_left_out(tmp_path):
    path = write(tmp_path, "step,a,b,val_loss,t\n10,1,2,3,4\n20,5,6,7,8\n")
    history = read(path, train_loss=["a", "b"], test_loss="t")
    check(history, epochs=[10, 20], train_loss=[3, 11], validation_loss=[3, 7], test_loss=[4, 8])
    assert history.unit == "step"
    assert history.taken["train_loss"] == "a + b"
    alone = read(path, validation_loss=False, train_loss="a", epoch="t")
    assert set(alone.runs[0].columns) == {"train_loss"}
    with pytest.raises(
        CurvesError, match=r"validation_loss: unknown column 'vall_loss'.*Did you mean"
    ):
        read(path, validation_loss="vall_loss")
    with pytest.raises(CurvesError, match=r"unknown column 'epochs'; there are: a, b"):
        read(path, epoch="epochs")


def test_a_column_tells_the_runs_apart(tmp_path):
    path = write(tmp_path, "seed,epoch,train_loss\n7,1,3\n7,2,2\n8,1,5\n7,3,1\n")
    history = read(path, run="seed")
    assert [run.name for run in history.runs] == ["7", "8"]
    check(history, 0, epochs=[1, 2, 3], train_loss=[3, 2, 1])
    check(history, 1, epochs=[1], train_loss=[5])
