"""Points and folds that share a job: each is in one, and the folders' names tell which."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epochwise.study.job_sizes import ENOUGH, LEAST, cells_per_job
from epochwise.study.sharing import Share, existing_shares, pack, parse

POINTS = st.text("abc=.,+~- 0", min_size=1, max_size=60)
FOLDS = st.sets(st.integers(0, 99), min_size=1, max_size=12).map(sorted)


@given(st.dictionaries(POINTS, FOLDS, min_size=1, max_size=30), st.integers(1, 200))
def test_every_cell_is_in_one_job(folds_of, per_job):
    jobs = list(pack(folds_of, per_job))
    cells = [cell for one in jobs for cell in one.cells]
    assert sorted(cells) == sorted((f, point) for point, folds in folds_of.items() for f in folds)
    assert all(len(one.cells) <= per_job for one in jobs)
    assert all(one.fits for one in jobs)
    assert [parse(one.fold, one.point) for one in jobs] == jobs


@pytest.mark.parametrize(
    ("per_job", "sizes"),
    [
        (1, [1] * 12),
        (2, [2, 1] * 4),  # two folds of a point
        (3, [3] * 4),
        (5, [3] * 4),
        (6, [6, 6]),
        (11, [9, 3]),
        (12, [12]),
    ],
)
def test_folds_share_a_job_before_points_do(per_job, sizes):
    folds_of = dict.fromkeys("abcd", (0, 1, 2))
    assert [len(one.cells) for one in pack(folds_of, per_job)] == sizes


def test_points_on_other_folds_have_jobs_of_their_own():
    jobs = list(pack({"a": [0, 1], "b": [1], "c": [0, 1]}, 100))
    assert jobs == [Share((0, 1), ("a", "c")), Share((1,), ("b",))]
    assert jobs[0].path == "fold-0-1/a@c"
    assert jobs[0].cells == [(0, "a"), (1, "a"), (0, "c"), (1, "c")]


def test_names_too_long_for_a_folder_are_halved():
    points = [letter * 150 for letter in "abc"]
    assert [one.points for one in pack(dict.fromkeys(points, (0,)), 3)] == [(p,) for p in points]
    wide = "ä" * 99, "ö" * 99  # bytes count, of which each letter has two
    assert [one.points for one in pack(dict.fromkeys(wide, (0,)), 2)] == [(p,) for p in wide]
    apart = list(range(0, 200, 2))  # 100 numbers
    (one, *more) = pack({"a": apart}, 1000)
    assert len(more) > 0
    assert one.fold.startswith("0+2+4")


def test_what_jobs_have_shared_is_found_by_its_folders(tmp_path):
    names = [
        "fold-0-2/a@b",
        "fold-0-2/a",
        "fold-1/a@b",
        "fold-1/a",
        "fold-0-9999999999/a",
        "fold-x/a@b",
    ]
    for name in names:
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "fold-1" / "c@d").touch()
    assert [one.path for one in existing_shares(tmp_path)] == sorted(names[:3])
    assert existing_shares(tmp_path / "nowhere") == []


@pytest.mark.parametrize(
    ("units", "cells", "expected"),
    [
        (LEAST, 10**6, 1),  # enough for a job of its own
        (LEAST - 1, 10, 2),
        (20, 12, 25),  # all in one job
        (20, 300, 30),  # 10 jobs
        (20, 10**6, ENOUGH // 20),
        (1.5, 1, 334),
    ],
)
def test_what_is_small_is_put_together_until_it_is_enough(units, cells, expected):
    assert cells_per_job(units, cells) == expected
