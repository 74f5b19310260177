"""Job sizes follow from the study: enough jobs for many cores, and none too small to be worth a start."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epochwise.study.job_sizes import ENOUGH, LEAST, LONGEST, MOST_WEIGHTS, Work, sizes

AUTO = {"seeds_per_job": "auto", "epochs_per_job": "auto"}


def seeds(runs, epochs, layers=(16,), megabytes=0):
    return sizes(AUTO, runs, Work(epochs, layers, megabytes * 1_000_000))[0]


@pytest.mark.parametrize(
    ("runs", "epochs", "expected"),
    [
        (1, 5000, 1),
        (10, 5000, 1),  # 10 jobs start at once
        (30, 5000, 3),
        (1000, 5000, 10),  # 50,000 epochs are enough
        (10, 20, 25),  # one job
        (100_000, 20, 2500),
        (100_000, 5000, 100),  # 1,000 jobs
        (1_001_000, 5000, 1001),  # 1,000 jobs
        (110, 500, 11),  # 10 jobs
        (1000, 49_999, 2),  # one run is not quite enough
        (10, 499, 2),  # nor is it worth a job
    ],
)
def test_small_networks(runs, epochs, expected):
    assert seeds(runs, epochs) == expected


def test_large_data_and_networks_count_for_more():
    assert seeds(10, 20) == 25
    assert seeds(10, 20, megabytes=1) == 25  # as small as those that come from no file
    assert seeds(10, 20, megabytes=160) == 1
    assert seeds(10, 20, [256, 256, 256]) == 2  # 13 times as much: 260 in a run, 500 in a job
    assert seeds(100, 5, [100_000]) == 10  # one hidden layer: how many inputs is not known


def test_the_weights_of_all_seeds_of_a_job_fill_no_more_than_128_mb():
    assert seeds(10**6, 5, [1023, 1023]) == 16  # of a million weights each


@pytest.mark.parametrize(
    ("work", "epochs"),
    [
        (Work(5, [16]), 1_000_000),
        (Work(5, [10_000], 1_000_000), 1_000_000),  # small ones
        (Work(5, [16], 1_000_001), 999_999),
        (Work(5, [20_000], 5_000_000), 100_000),
    ],
)
def test_a_segment_has_a_million_epochs_of_a_small_network_on_small_data(work, epochs):
    assert sizes(AUTO | {"seeds_per_job": 1}, 10, work) == (1, epochs)


def test_what_a_study_says_stands():
    assert sizes({"seeds_per_job": 7, "epochs_per_job": 9}, 10**6, Work(1, [16])) == (7, 9)
    assert sizes(AUTO | {"epochs_per_job": 9}, 10, Work(5000, [16])) == (1, 9)
    assert sizes(AUTO | {"seeds_per_job": 100}, 10, Work(50_000, [16])) == (100, 10_000)


@given(
    runs=st.integers(1, 10**7),
    epochs=st.integers(1, 10**8),
    layers=st.lists(st.integers(1, 10**5), max_size=20),
    size=st.integers(0, 10**12),
)
def test_no_size_is_out_of_bounds(runs, epochs, layers, size):
    work = Work(epochs, layers, size)
    own, segment = sizes(AUTO, runs, work)
    assert own >= 1
    assert segment >= 1
    assert own == 1 or own * work.weights <= MOST_WEIGHTS
    assert segment == 1 or own * segment * work.units <= LONGEST
    if own > max(1, -(-runs // 1000)):  # more than it must be: then no more than is enough
        assert (own - 1) * epochs * work.units < max(ENOUGH, LEAST)
