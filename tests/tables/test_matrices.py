"""Whatever is read when, every matrix is the table's, and little of it is in memory."""

from collections import Counter

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from answers.made import arrow, loss_table
from epochwise.errors import DataError
from epochwise.tables import matrices
from epochwise.tables.matrices import Matrices
from epochwise.tables.pieces import RowGroups
from epochwise.tables.reading import LossTable

POINTS, RUNS, EPOCHS = 7, 3, 5


@pytest.fixture(scope="module")
def losses():
    """Every point's validation losses, (points, runs, epochs + 1)."""
    return np.random.default_rng(0).random((POINTS, RUNS, EPOCHS + 1))


@pytest.fixture(scope="module")
def file(losses, tmp_path_factory):
    """A loss table of small row groups, in which the folds come first, then the points."""
    import pandas as pd

    parts = [
        loss_table(losses[point, [fold]], alpha=point).assign(fold=fold)
        for fold in range(RUNS)
        for point in range(POINTS)
    ]
    path = tmp_path_factory.mktemp("table") / "losses.parquet"
    pq.write_table(arrow(pd.concat(parts)), path, row_group_size=4)
    return path


def small(monkeypatch, together=2 * RUNS * (EPOCHS + 1), kept=600):
    monkeypatch.setattr(matrices, "TOGETHER", together)
    monkeypatch.setattr(matrices, "KEPT", kept)


@given(
    order=st.lists(st.tuples(st.integers(0, POINTS - 1), st.sampled_from(["validation", "train"])))
)
def test_in_whatever_order_they_are_asked_for(order, file, losses):
    with pytest.MonkeyPatch.context() as patch:
        small(patch)
        every = LossTable(file).curves()
        for point, partition in order:
            found = every[point].losses[f"{partition}_loss"]
            np.testing.assert_array_equal(every[point].validation, losses[point])
            if partition == "validation":
                np.testing.assert_array_equal(found, losses[point])


def test_what_is_kept_is_bounded_and_what_is_read_in_order_is_read_once(file, monkeypatch):
    small(monkeypatch)
    reads = Counter()
    read = RowGroups.read

    def counted(self, number, columns):
        reads.update((number, column) for column in columns)
        return read(self, number, columns)

    table = LossTable(file)
    every = table.curves()
    monkeypatch.setattr(RowGroups, "read", counted)
    sizes = []
    for one in every:
        for _ in range(3):
            assert one.losses["validation_loss"].shape == one.losses["train_loss"].shape
        held = table._matrices._kept
        sizes.append(sum(m.nbytes for own in held.values() for ms in own.values() for m in ms))
    window = 2 * 2 * RUNS * (EPOCHS + 1) * 8  # two points, two columns
    assert max(sizes) <= max(window, 600)
    assert len(table._matrices._kept) == 1
    needed = {
        (piece, column, run % POINTS // 2)  # a window has two points
        for run in range(POINTS * RUNS)
        for column in ("validation_loss", "train_loss")
        for piece in range(run * (EPOCHS + 1) // 4, ((run + 1) * (EPOCHS + 1) - 1) // 4 + 1)
    }
    assert reads == Counter((piece, column) for piece, column, _ in needed)


def test_what_was_read_last_is_kept_up_to_so_many_bytes(file, monkeypatch):
    small(monkeypatch, kept=2 * 2 * RUNS * (EPOCHS + 1) * 8)  # two windows
    table, held = LossTable(file), []
    for one in table.curves():
        assert one.validation.shape == (RUNS, EPOCHS + 1)
        held.append(list(table._matrices._kept))
    assert held == [[0], [0], [0, 1], [0, 1], [1, 2], [1, 2], [2, 3]]


def test_a_matrix_that_others_may_see_cannot_be_changed(file):
    with pytest.raises(ValueError, match="read-only"):
        LossTable(file).curves()[0].validation[0, 0] = 1


def test_every_point_is_a_window_of_its_own_where_it_is_large(file, losses, monkeypatch):
    small(monkeypatch, together=1, kept=0)
    table = LossTable(file)
    for one, expected in zip(table.curves(), losses, strict=True):
        np.testing.assert_array_equal(one.validation, expected)
        assert len(table._matrices._kept) == 1


@pytest.mark.parametrize(
    ("together", "windows"),
    [
        (2 * RUNS * (EPOCHS + 1), [0, 0, 1, 1, 2, 2, 3]),
        (2 * RUNS * (EPOCHS + 1) - 1, [0, 1, 2, 3, 4, 5, 6]),
        (1, [0, 1, 2, 3, 4, 5, 6]),
        (10**6, [0] * POINTS),
    ],
)
def test_neighbours_are_read_together_as_far_as_is_allowed(file, monkeypatch, together, windows):
    small(monkeypatch, together=together)
    table = LossTable(file)
    table.curves()
    assert table._matrices._windows == windows


@pytest.mark.parametrize("statistics", [True, False])
def test_a_file_that_says_nothing_of_its_columns_is_read_to_the_same_end(tmp_path, statistics):
    table = loss_table([[3.0, 1, 2], [3, 2, np.nan]])
    pq.write_table(
        arrow(table), tmp_path / "a.parquet", row_group_size=2, write_statistics=statistics
    )
    (one,) = LossTable(tmp_path / "a.parquet").curves()
    assert one.partitions() == ["train", "validation"]
    assert one.last.tolist() == [2, 1]
    spoilt = arrow(table.assign(train_loss=[3.0, 1, 2, 3, -2, 1][: len(table)]))
    pq.write_table(spoilt, tmp_path / "b.parquet", row_group_size=2, write_statistics=statistics)
    with pytest.raises(DataError, match="holds -2; a loss cannot be negative"):
        LossTable(tmp_path / "b.parquet").curves()


def test_the_names_are_known_without_reading():
    read = []
    made = matrices.Deferred({"a": lambda: read.append("a"), "b": lambda: read.append("b")})
    assert (list(made), len(made), "a" in made, "c" in made) == (["a", "b"], 2, True, False)
    assert not read
    assert made["b"] is None
    assert read == ["b"]


def test_matrices_hold_what_runs_have(file):
    pieces = RowGroups(file)
    starts = np.arange(0, len(pieces) + 1, EPOCHS + 1)
    one, other = (Matrices(pieces, starts, points) for points in ([[0], [1]], [[1], [0]]))
    np.testing.assert_array_equal(one.get(0, "validation_loss"), other.get(1, "validation_loss"))
