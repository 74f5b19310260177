import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.model_selection import KFold, RepeatedKFold, train_test_split

from epochwise.data import partitions
from epochwise.errors import DataError


def rule(**changes):
    defaults = {
        "method": "hold_out",
        "validation_size": 0.2,
        "test_size": 0,
        "n_splits": 5,
        "random_state": 42,
        "stratify": "auto",
    }
    return defaults | changes


def balanced(rows, classes):
    return st.permutations([i % classes for i in range(rows)]).map(np.array)


@st.composite
def unbalanced(draw, rows, classes):
    """Classes of any sizes; the smallest still has a row for each part of any rule."""
    least = draw(st.lists(st.integers(8, 10), min_size=classes - 1, max_size=classes - 1))
    labels = np.repeat(np.arange(classes), [rows - sum(least), *least])
    return np.array(draw(st.permutations(labels.tolist())))


@st.composite
def cases(draw):
    """Any rule that fits its rows, with or without classes."""
    rows = draw(st.integers(30, 120))
    classes = draw(st.one_of(st.none(), st.integers(2, 3)))
    labels = None
    if classes:
        labels = draw(unbalanced(rows, classes) if draw(st.booleans()) else balanced(rows, classes))
    sizes = st.one_of(st.floats(0.1, 0.4), st.integers(4, 10))
    chosen = rule(
        method=draw(st.sampled_from(["hold_out", "k_fold"])),
        validation_size=draw(sizes),
        test_size=draw(st.one_of(st.just(0), sizes)),
        n_splits=draw(st.integers(2, 5)),
        random_state=draw(st.integers(0, 2**32 - 1)),
    )
    return rows, labels, chosen, draw(st.integers(0, 12))


@settings(max_examples=60)
@given(cases())
def test_partitions_are_disjoint_complete_and_the_same_again(case):
    rows, labels, chosen, fold = case
    parts = partitions.cut(rows, labels, chosen, fold)
    together = np.concatenate(list(parts.values()))
    np.testing.assert_array_equal(np.sort(together), np.arange(rows))
    assert ("test" in parts) == bool(chosen["test_size"])
    again = partitions.cut(rows, labels, chosen, fold)
    for name, part in parts.items():
        np.testing.assert_array_equal(again[name], part)


@settings(max_examples=60)
@given(cases())
def test_stratification_keeps_the_shares(case):
    rows, labels, chosen, fold = case
    if labels is None:
        return
    shares = np.bincount(labels) / rows
    parts = partitions.cut(rows, labels, chosen, fold)
    for part in parts.values():
        counts = np.bincount(labels[part], minlength=len(shares))
        # no class is more than two rows away: a row for each of the two cuts
        assert np.abs(counts - shares * len(part)).max() <= 2


@settings(max_examples=30)
@given(cases())
def test_every_row_is_validated_once_in_each_repeat_and_test_stays(case):
    rows, labels, chosen, repeat = case
    chosen = chosen | {"method": "k_fold"}
    splits = chosen["n_splits"]
    folds = [
        partitions.cut(rows, labels, chosen, repeat % 3 * splits + split) for split in range(splits)
    ]
    validated = np.concatenate([fold["validation"] for fold in folds])
    test = folds[0].get("test", np.array([], int))
    np.testing.assert_array_equal(np.sort(validated), np.setdiff1d(np.arange(rows), test))
    for fold in folds[1:]:
        np.testing.assert_array_equal(fold.get("test", np.array([], int)), test)


def test_repeats_and_seeds_cut_anew():
    first = partitions.cut(100, None, rule(), 0)["validation"]
    assert set(first) != set(partitions.cut(100, None, rule(), 1)["validation"])
    assert set(first) != set(partitions.cut(100, None, rule(random_state=1), 0)["validation"])
    folds = rule(method="k_fold")
    assert set(partitions.cut(100, None, folds, 0)["validation"]) != set(
        partitions.cut(100, None, folds, 5)["validation"]
    )


@pytest.mark.parametrize("size", [0.2, 0.33, 10])
@pytest.mark.parametrize("labels", [None, np.arange(442) % 3])
def test_one_hold_out_is_train_test_split(size, labels):
    train, validation = train_test_split(
        np.arange(442), test_size=size, random_state=7, stratify=labels
    )
    parts = partitions.cut(442, labels, rule(validation_size=size, random_state=7), 0)
    np.testing.assert_array_equal(parts["train"], train)
    np.testing.assert_array_equal(parts["validation"], validation)


def test_sizes_are_shares_of_all_rows():
    parts = partitions.cut(200, None, rule(validation_size=0.25, test_size=0.2), 0)
    assert {name: len(part) for name, part in parts.items()} == {
        "train": 110,
        "validation": 50,
        "test": 40,
    }


def test_the_first_repeat_of_k_fold_is_scikit_learns():
    parts = partitions.cut(50, None, rule(method="k_fold", random_state=3), 2)
    # RepeatedKFold hands each repeat a generator, not the number itself
    random_state = np.random.RandomState(3)
    splits = list(KFold(5, shuffle=True, random_state=random_state).split(np.arange(50)))
    np.testing.assert_array_equal(parts["train"], splits[2][0])
    np.testing.assert_array_equal(parts["validation"], splits[2][1])


@given(st.lists(st.sampled_from(partitions.PARTITIONS), min_size=1, max_size=40))
def test_a_column_is_obeyed(words):
    parts = partitions.by_column(words, "part")
    for name, rows in parts.items():
        assert all(words[row] == name for row in rows)
    assert sum(len(rows) for rows in parts.values()) == len(words)
    assert ("test" in parts) == ("test" in words)
    assert {"train", "validation"} <= parts.keys()


def test_too_few_rows_for_a_fold():
    with pytest.raises(DataError, match="set at most 3"):
        partitions.cut(7, None, rule(method="k_fold", n_splits=4), 0)
    folds = rule(method="k_fold", n_splits=3)
    assert len(partitions.cut(7, None, folds, 0)["validation"]) == 3


def test_each_fold_needs_two_rows_and_a_hold_out_has_no_folds():
    folds = rule(method="k_fold", n_splits=4)
    assert [len(part) for part in partitions.cut(8, None, folds, 3).values()] == [6, 2]
    parts = partitions.cut(6, None, rule(validation_size=2, n_splits=5), 0)
    assert [len(part) for part in parts.values()] == [4, 2]


@pytest.mark.parametrize(
    ("sizes", "asked"),
    [
        ({"validation_size": 5000}, "validation_size: 5000"),
        ({"validation_size": 5, "test_size": 5}, "test_size: 5 and validation_size: 5"),
        ({"validation_size": 9, "test_size": 0.1}, "test_size: 0.1 and validation_size: 9"),
        ({"method": "k_fold", "n_splits": 2, "test_size": 10}, "test_size: 10"),
    ],
)
def test_sizes_that_leave_no_row_to_train_on_are_told_by_their_keys(sizes, asked):
    with pytest.raises(DataError) as error:
        partitions.cut(10, None, rule(**sizes), 0)
    assert str(error.value) == (
        f"partitions: with {asked}, none of the 10 rows is left to train on; set less, or bring more rows."
    )


def test_a_size_of_1_is_one_row_not_all_of_them():
    parts = partitions.cut(6, None, rule(validation_size=1, test_size=1), 0)
    assert [len(part) for part in parts.values()] == [4, 1, 1]
    with pytest.raises(DataError, match=r"the validation partition has 1 row;"):
        partitions.check("mine", parts)


@pytest.mark.parametrize(
    ("changes", "fewest"),
    [
        ({}, 2),
        ({"test_size": 0.2}, 3),
        ({"method": "k_fold", "n_splits": 3}, 3),
        ({"method": "k_fold", "n_splits": 3, "test_size": 4}, 4),
    ],
)
def test_a_class_needs_a_row_for_each_part_that_it_is_put_in(changes, fewest):
    def labels(rare):
        return np.repeat([0, 1, 2], [20, 20, rare])

    partitions.check_classes("abc", labels(fewest), rule(**changes))
    for rows in (fewest - 1, 0):
        with pytest.raises(DataError, match=rf"class c has {rows} row.* into {fewest} parts"):
            partitions.check_classes("abc", labels(rows), rule(**changes))


def test_every_class_needs_a_training_row():
    partitions.check_trained("mine", "abc", np.array([2, 0, 1]))
    for labels, name in [([0, 1], "c"), ([1, 2], "a")]:
        with pytest.raises(DataError, match=f"'mine': class {name} has no row in the train"):
            partitions.check_trained("mine", "abc", np.array(labels))


def test_every_fold_of_every_repeat_is_scikit_learns():
    folds = rule(method="k_fold", n_splits=3)
    theirs = list(RepeatedKFold(n_splits=3, n_repeats=12, random_state=42).split(np.arange(20)))
    for fold in range(36):
        parts = partitions.cut(20, None, folds, fold)
        np.testing.assert_array_equal(parts["train"], theirs[fold][0])
        np.testing.assert_array_equal(parts["validation"], theirs[fold][1])
