"""A reader is found, called and believed only as far as its table holds together."""

import sys
import textwrap

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from curves.files import READERS, check, read, read_text, write
from epochwise.curves import readers
from epochwise.curves.histories import Logged
from epochwise.errors import CurvesError, PluginError
from epochwise.plugins import registry
from epochwise.plugins.registry import Registered
from helpers import PLUGINS

PLAIN = "epoch,train_loss,validation_loss\n1,0.5,0.75\n2,0.25,0.5\n"
COLUMNS = {"epoch": [1, 2], "train_loss": [0.5, 0.25], "validation_loss": [0.75, None]}


def own(read, **about) -> dict[str, Registered]:
    """Register a reader of one's own, and none besides."""
    return {"mine": Registered("mine", read, "mine_curves.py", about, "mine")}


def give(tmp_path, table, **options):
    path = write(tmp_path, "anything", "run.log")
    return readers.read(path, "mine", readers=own(lambda path: table), **options)


def test_a_plain_table_is_read_and_says_what_it_was_taken_for(tmp_path):
    history = read_text(tmp_path, PLAIN)
    assert history.reader == "table"
    assert history.unit == "epoch"
    assert history.taken == {name: name for name in PLAIN.split("\n")[0].split(",")}
    assert history.runs[0].epochs.dtype == np.int64
    assert history.guesses == {}
    check(history, epochs=[1, 2], train_loss=[0.5, 0.25], validation_loss=[0.75, 0.5])


@pytest.mark.versions
@pytest.mark.parametrize(
    "form",
    [
        dict,
        lambda columns: pa.table(columns),
        lambda columns: pd.DataFrame(columns),
        lambda columns: [
            dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)
        ],
        lambda columns: Logged(columns, "epoch", 1),
    ],
    ids=["mapping", "pyarrow", "pandas", "records", "Logged"],
)
def test_a_reader_may_give_a_table_in_any_form(tmp_path, form):
    history = give(tmp_path, form(COLUMNS))
    check(history, epochs=[1, 2], train_loss=[0.5, 0.25], validation_loss=[0.75, None])


def test_arrays_are_taken_and_left_as_they_are(tmp_path):
    arrays = {"epoch": np.arange(1, 4), "train_loss": np.array([3, 2, 1], np.float32)}
    history = give(tmp_path, arrays)
    assert history.runs[0].columns["train_loss"].dtype == np.float64
    assert arrays["train_loss"].dtype == np.float32


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        (3, "gives int for .*give a mapping"),
        ({"train_loss": [1]}, "no column 'epoch'"),
        ({"epoch": [1], "loss": [1]}, "unknown column 'loss'; there are: epoch"),
        ({"epoch": [1, 2], "train_loss": [1]}, "columns of different lengths"),
    ],
)
def test_a_reader_that_breaks_its_contract_is_named(tmp_path, table, sentence):
    with pytest.raises(PluginError, match=rf"^mine_curves\.py: .*{sentence}"):
        give(tmp_path, table)


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        ({"epoch": [], "train_loss": []}, "has no rows"),
        ({"epoch": [1], "train_loss": ["low"]}, r"row 1: train_loss is 'low', which is no number"),
        ({"epoch": [1], "train_loss": [None]}, "no value of a train or validation loss"),
        ({"epoch": [1], "test_loss": [1.0]}, "no value of a train or validation loss"),
        ({"epoch": [None], "train_loss": [1.0]}, "row 1 has a loss and no epoch that could"),
        ({"epoch": [-3], "train_loss": [1.0]}, "row 1 has the epoch -3; the least"),
        (
            {"epoch": [float("inf")], "train_loss": [1.0]},
            "row 1 has a loss and no epoch that could",
        ),
    ],
)
def test_a_table_that_holds_no_history_is_refused(tmp_path, table, sentence):
    with pytest.raises(CurvesError, match=sentence):
        give(tmp_path, table)


def test_what_a_reader_stumbles_over_is_a_sentence(tmp_path):
    def stumble(path):
        raise KeyError("epochs")

    path = write(tmp_path, "anything")
    with pytest.raises(CurvesError, match=r"reader 'mine' cannot read it \(KeyError: 'epochs'\)"):
        readers.read(path, "mine", readers=own(stumble))


def test_a_package_that_is_missing_is_named_with_what_installs_it(tmp_path):
    def lack(path):
        import no_such_package

        return no_such_package

    path = write(tmp_path, "anything")
    with pytest.raises(
        PluginError, match=r"needs what is not installed .*pip install no_such_package"
    ):
        readers.read(path, "mine", readers=own(lack, requires=("no_such_package",)))


def test_options_are_checked_against_those_of_the_reader(tmp_path):
    path = write(tmp_path, PLAIN)
    with pytest.raises(CurvesError, match=r"unknown option 'val_loss'; there are: .*Did you mean"):
        read(path, val_loss="validation_loss")
    with pytest.raises(CurvesError, match=r"reader 'log': unknown option 'run'"):
        read(path, "log", run="seed")
    with pytest.raises(CurvesError, match=r"the option 'key' is missing"):
        readers.read(path, "mine", readers=own(lambda path, key: COLUMNS))
    with pytest.raises(CurvesError, match=r"unit: unknown unit 'epochs'.*Did you mean 'epoch'"):
        read(path, unit="epochs")
    with pytest.raises(
        CurvesError, match="first_epoch: is 7; it is 0 where the file counts from 0"
    ):
        read(path, first_epoch=7)
    with pytest.raises(CurvesError, match="restarts: unknown word 'resume'"):
        read(path, restarts="resume")


def test_a_reader_is_guessed_by_who_is_surest_and_refused_where_two_are_alike(tmp_path):
    path = write(tmp_path, PLAIN)
    sure = own(lambda path: COLUMNS, recognises=lambda path, head: head.startswith(b"epoch,train"))
    assert readers.read(path, readers=sure | READERS).reader == "mine"
    twin = {"twin": Registered("twin", sure["mine"].value, "", sure["mine"].about)}
    with pytest.raises(CurvesError, match=r"by several readers; .*reader: mine or twin"):
        readers.read(path, readers=sure | twin)


def test_a_reader_that_cannot_tell_is_not_taken_and_one_that_stumbles_is_named(tmp_path):
    def stumble(path, head):
        return head[5000]

    def refuse(path, head):
        raise PermissionError

    path = write(tmp_path, PLAIN)
    assert readers.read(path, readers=own(dict, recognises=refuse) | READERS).reader == "table"
    with pytest.raises(PluginError, match=r"mine_curves\.py: `recognises` of reader 'mine' fails"):
        readers.read(path, readers=own(dict, recognises=stumble))


def test_options_can_be_checked_before_any_file_is_there(tmp_path):
    path = tmp_path / "none.csv"
    readers.check_options(path, READERS["table"], {"restarts": "replace", "validation_loss": "a"})
    with pytest.raises(CurvesError, match="restarts: unknown word"):
        readers.check_options(path, READERS["table"], {"restarts": "again"})
    with pytest.raises(CurvesError, match="unknown option 'validation_loss'"):
        readers.check_options(path, READERS["log"], {"validation_loss": "a"})


def test_a_file_that_no_reader_knows_or_that_is_not_there(tmp_path):
    with pytest.raises(CurvesError, match="by no reader; name the one to take: reader: dvclive or"):
        read(write(tmp_path, "bytes", "weights.bin"))
    with pytest.raises(CurvesError, match="no such file or directory; give the path"):
        read(tmp_path / "none.csv")
    with pytest.raises(CurvesError, match=r"unknown reader 'kera'.* Did you mean 'keras'"):
        read(write(tmp_path, PLAIN), "kera")
    with pytest.raises(CurvesError, match=r"is a folder, and no reader .*name the files.*/\*\.csv"):
        read(tmp_path / ".")
    with pytest.raises(
        CurvesError, match=r"is a folder, and reader 'keras' reads files; name those"
    ):
        read(tmp_path / ".", "keras")


def test_every_shipped_reader_recognises_files_and_says_what_it_needs():
    assert set(READERS) >= {"table", "keras", "lightning", "huggingface", "tensorboard", "mlflow"}
    for one in READERS.values():
        assert callable(one.about["recognises"]), one.name


def test_readers_are_found_without_being_named(tmp_path):
    assert readers.read(write(tmp_path, PLAIN)).reader == "table"
    assert readers.load_readers(PLUGINS).keys() == READERS.keys()


def test_a_plugin_in_the_folder_is_a_reader(tmp_path):
    text = """
    from epochwise.api import hookimpl

    @hookimpl
    def register_curves(register):
        register("mine", read, recognises=lambda path, head: path.suffix == ".mine")

    def read(path, scale=1.0):
        return {"epoch": [1, 2], "train_loss": [scale, scale / 2]}
    """
    write(tmp_path, textwrap.dedent(text), "mine_curves.py")
    found = registry.load_all(tmp_path, "curves")
    history = readers.read(write(tmp_path, "", "a.mine"), readers=found, scale=4.0)
    check(history, epochs=[1, 2], train_loss=[4.0, 2.0])


def test_reading_a_text_imports_nothing_slow(tmp_path):
    import subprocess

    path = write(tmp_path, PLAIN)
    code = f"""
import sys
from epochwise.curves.readers import load_readers, read
read({str(path)!r}, readers=load_readers(__import__("pathlib").Path({str(PLUGINS)!r})))
print([one for one in ("pandas", "pyarrow", "scipy", "tensorboard") if one in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr
