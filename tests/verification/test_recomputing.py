"""How what was made again is held against what is there."""

import numpy as np
import pandas as pd
import pytest

from epochwise import parquet
from epochwise.errors import DataError
from epochwise.verification.recomputing import compare

HERE = {"pandas": [pd.__version__], "numpy": [np.__version__]}
OLDER = {"pandas": ["1.0"], "numpy": [np.__version__]}
TABLE = pd.DataFrame({"epoch": [0, 1], "loss": [1.0, 0.5], "backend": ["a", "b"]})


@pytest.fixture
def found(tmp_path):
    """Compare tables and texts: those that are there, those made again, the versions that made the first."""

    def run(there, again, versions=HERE):
        for name, content in (("there", there), ("again", again)):
            (tmp_path / name).mkdir()
            if name == "there":
                write(content, tmp_path / name)

        def make(folder):
            if isinstance(again, Exception):
                raise again
            write(again, folder)

        one = compare("tables", make, tmp_path / "there", tmp_path / "again", versions)
        return one.outcome, one.said

    return run


def write(content, folder):
    for name, one in content.items():
        if isinstance(one, str):
            (folder / name).write_text(one)
        elif name.endswith(".csv"):
            one.to_csv(folder / name, index=False)
        else:
            one.to_parquet(folder / name, index=False)


def moved(by):
    return TABLE.assign(loss=TABLE["loss"] * (1 + by))


def test_the_same_bytes_hold_whatever_the_versions(found):
    outcome, said = found({"a.csv": TABLE, "b.tex": "x"}, {"a.csv": TABLE, "b.tex": "x"}, OLDER)
    assert (outcome, said) == ("holds", "byte for byte the same when made again: a.csv, b.tex")


@pytest.mark.parametrize("name", ["a.csv", "a.parquet"])
def test_with_the_same_versions_any_other_byte_fails(found, name):
    outcome, said = found({name: TABLE}, {name: moved(1e-15)})
    assert (outcome, said) == ("fails", f"made again, these are others: {name}")


@pytest.mark.parametrize("name", ["a.csv", "a.parquet"])
def test_with_other_versions_values_may_move_by_a_rounding(found, name):
    outcome, said = found({name: TABLE}, {name: moved(1e-12)}, OLDER)
    assert outcome == "holds"
    assert f"made with pandas 1.0, here {pd.__version__}" in said


@pytest.mark.parametrize(
    "other",
    [moved(1e-6), TABLE.head(1), TABLE.rename(columns={"loss": "x"}), moved(np.nan), "junk"],
)
def test_but_not_by_more_nor_may_anything_else_differ(found, other):
    assert found({"a.csv": TABLE}, {"a.csv": other}, OLDER)[0] == "fails"


def test_with_other_versions_a_text_that_differs_is_left_open_and_a_missing_table_is_not(found):
    outcome, said = found({"a.tex": "x"}, {"a.tex": "y"}, OLDER)
    assert outcome == "not checked"
    assert "as do those of a.tex" in said


def test_what_is_missing_there_fails(found):
    assert found({}, {"a.csv": TABLE}, OLDER)[0] == "fails"


def test_what_it_would_be_made_from_may_be_elsewhere(found):
    outcome, said = found({}, FileNotFoundError(2, "No such file", "raw.parquet"))
    assert (outcome, said) == ("not checked", "[Errno 2] No such file: 'raw.parquet'")


def test_so_may_what_a_reader_of_our_own_asks_for(found, tmp_path):
    with pytest.raises(DataError) as told:
        parquet.read(tmp_path / "raw.parquet")
    outcome, said = found({}, told.value)
    assert outcome == "not checked"
    assert "raw.parquet: there is no such file" in said


@pytest.mark.parametrize("error", [DataError("a.csv: is damaged."), KeyError("loss")])
def test_what_cannot_be_made_again_fails(found, error):
    outcome, said = found({}, error)
    assert outcome == "fails"
    assert "damaged" in said or "cannot be made again (KeyError: 'loss')" in said
