"""A table in pieces is the table, whether it lies in memory or in a file, and whatever the file says of itself."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from epochwise.tables import pieces
from epochwise.tables.pieces import RowGroups, Stretches

LENGTH = 4  # rows of a piece


def table(rows):
    """A column whose first piece is null throughout, one of losses, and one of words."""
    count = [None if row < LENGTH or row % 3 == 0 else 100 - row for row in range(rows)]
    words = pa.array([f"word {row // LENGTH}" for row in range(rows)], pa.string())
    columns = {"count": pa.array(count, pa.int64()), "word": words.dictionary_encode()}
    return pa.table(columns | {"loss": np.cos(np.arange(rows))})


@pytest.fixture(params=["memory", "file", "a file that says nothing"])
def made(request, tmp_path, monkeypatch):
    """Cut a table into pieces."""

    def make(whole):
        if request.param == "memory":
            monkeypatch.setattr(pieces, "GROUP", LENGTH)
            return Stretches(whole)
        told = request.param == "file"
        pq.write_table(whole, tmp_path / "a.parquet", LENGTH, write_statistics=told)
        return RowGroups(tmp_path / "a.parquet")

    return make


@pytest.mark.parametrize("rows", [1, 4, 5, 8, 11])
def test_pieces_put_together_are_the_table(made, rows):
    whole = table(rows)
    cut = made(whole)
    assert len(cut) == rows
    assert [cut.holding(row) for row in range(rows)] == [row // LENGTH for row in range(rows)]
    for name in whole.column_names:
        every = list(cut.each(name))
        assert [len(one) for one in every] == np.diff(cut.starts).tolist()
        assert [value for one in every for value in one.to_pylist()] == whole[name].to_pylist()
        assert cut.nulls(name) == whole[name].null_count
    assert cut.lowest("loss") == min(whole["loss"].to_pylist())
    known = [value for value in whole["count"].to_pylist() if value is not None]
    assert cut.lowest("count") == min(known, default=None)


@pytest.mark.parametrize("rows", [[], [0], [3, 4], [2, 9, 10], [10]])
def test_rows_of_any_pieces_are_taken_together(made, rows):
    whole = table(11)
    taken = made(whole).take(["word", "count"], np.array(rows, int))
    assert taken.column_names == ["word", "count"]
    assert (
        taken.to_pylist()
        == whole.select(["word", "count"]).take(pa.array(rows, pa.int64())).to_pylist()
    )
    assert taken.schema.field("count").type == pa.int64()


def test_what_a_file_says_of_itself_is_not_read(made, monkeypatch, request):
    """Neither what is missing nor the lowest number has to be looked for then."""
    cut, looked = made(table(11)), []
    read = type(cut).read
    monkeypatch.setattr(type(cut), "read", lambda *asked: looked.append(asked) or read(*asked))
    assert (cut.nulls("count"), cut.lowest("count")) == (6, 90)
    assert bool(looked) == (request.node.callspec.params["made"] != "file")
