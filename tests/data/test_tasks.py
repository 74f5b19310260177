"""What a target asks for: where that is plain, where it is not, and which targets ask for nothing."""

from decimal import Decimal

import pyarrow as pa
import pytest

from epochwise.data.datasets import Dataset
from epochwise.data.tasks import check_exact, class_names, settle_task
from epochwise.errors import DataError

pytestmark = pytest.mark.versions


def settle(*targets, wanted=None):
    names = ["y", "z"][: len(targets)]
    table = pa.table(dict(zip(names, targets, strict=True)))
    return settle_task("mine", table, Dataset(table, [], names), wanted)


def refusal(*targets, wanted=None):
    with pytest.raises(DataError) as error:
        settle(*targets, wanted=wanted)
    return str(error.value).removeprefix("dataset 'mine': ")


# ---- which task ----


@pytest.mark.parametrize("number", [int, float])
def test_up_to_twenty_whole_numbers_may_be_either_and_more_are_quantities(number):
    values = [number(value) for value in range(21)]
    assert settle(values) == ("regression", [])
    assert refusal(values[:20]).startswith(
        "the target 'y' has 20 different whole numbers, which may"
    )
    assert settle(values[:20], wanted="regression") == ("regression", [])
    assert settle(values[:20], wanted="classification")[0] == "multiclass"


def test_two_whole_numbers_are_classes_and_other_numbers_and_several_targets_are_quantities():
    assert settle([3, 1, 3, 1]) == ("binary", ["1", "3"])
    assert settle([0.5, 1.0, 0.5, 1.0]) == ("regression", [])
    assert settle([0, 1, 1], [5, 5, 6]) == ("regression", [])


def test_whole_floats_are_called_as_whole_numbers_and_others_as_they_are():
    assert class_names(pa.chunked_array([[1.0, 2.0]])) == ["1", "2"]
    assert class_names(pa.chunked_array([[1.0, 2.5]])) == ["1.0", "2.5"]
    assert class_names(pa.chunked_array([["1.0", "a"]])) == ["1.0", "a"]


# ---- what asks for nothing ----


def test_a_target_of_one_value_is_refused_whichever_task_is_wanted():
    same = "has one value in all 3 rows, 7; there is nothing to learn from it"
    for wanted in (None, "regression"):
        assert refusal([7, 7, 7], wanted=wanted).startswith(f"the target 'y' {same}")
        assert refusal([1, 2, 3], [7, 7, 7], wanted=wanted).startswith(f"the target 'z' {same}")
    one = "the target has one class only, '7'."
    assert refusal([7, 7, 7], wanted="classification") == one
    assert refusal(["7", "7"], wanted="classification") == one


# ---- numbers and texts ----


def test_a_few_numbers_among_texts_are_classes_and_a_few_texts_among_numbers_a_mistake():
    half = ["a", "1.5", "b", "2.5"]
    assert settle(half) == ("multiclass", ["1.5", "2.5", "a", "b"])
    said = refusal([*half, "3.5"])
    assert said.startswith("the target 'y' has 'a' in row 1 among numbers; correct it, or set task")


def test_numbers_of_any_type_that_are_not_plain_are_told_by_where_they_stand():
    text = "'y' has '1.5' in row 1, a number written as text"
    assert refusal(["1.5", "2.5"]) == (
        f"the target {text}; save it as numbers, or set task: classification."
    )
    assert refusal(["1.5", "2.5"], wanted="regression") == (
        f"task regression needs numbers, but the target {text}; correct it, or set task: classification."
    )
    assert "the target 'z' has '3' in row 1, a number written as text" in refusal(
        [1, 2], ["3", "4"], wanted="regression"
    )
    assert "the target 'z' has 'x' in row 2; correct" in refusal(
        ["1", "2"], ["3", "x"], wanted="regression"
    )
    assert "and several targets must all be numbers" in refusal([1, 2], ["3", "x"])
    assert "'y' has True in row 1" in refusal([True, False], wanted="regression")
    assert "'y' has None in row 2" in refusal(["1", None], wanted="regression")


def test_classification_takes_one_target():
    assert refusal([1, 2], [3, 4], wanted="classification") == (
        "classification takes one target column, not y, z."
    )


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        (["n/k", "1,037", " 1,200 "], "has '1,037' in row 2, which looks like a number with"),
        (["$5", " $7", "$9"], "has '$5' in row 1, which looks like a number with the unit '$'"),
        (["2020-01-03", "2020-01-04"], "has dates, such as '2020-01-03'; list it under dates"),
    ],
)
def test_numbers_and_dates_that_would_become_classes_are_refused(values, sentence):
    assert refusal(values).startswith(f"the target 'y' {sentence}")
    assert settle(values, wanted="classification")[1] == sorted(values)


# ---- whole numbers that floats do not tell apart ----


def exact(*numbers):
    check_exact("mine", "a", pa.chunked_array([pa.array(numbers)]))


@pytest.mark.parametrize("number", [2**53 + 1, -(2**53) - 1])
def test_a_whole_number_that_no_float_equals_is_refused_with_its_row(number):
    with pytest.raises(DataError, match=f"column 'a' has the whole number {number} in row 3; bey"):
        exact(1, None, number)
    with pytest.raises(DataError, match=f"{number} in row 1"):
        exact(number, 2 * number, 2 * number)
    with pytest.raises(DataError, match=f"column 'y' has the whole number {number}"):
        settle([1, 2, number], wanted="regression")
    with pytest.raises(DataError, match=f"column 'z' has the whole number {number}"):
        settle([1, 2, 3], [1, 2, number])


def test_numbers_that_floats_equal_are_fine_however_large():
    exact(2**53, -(2**53))
    exact(2**60, None, 1)
    exact(None, 0)
    exact(*[None] * 2)
    exact(1e300, 2.0**53 + 2)
    check_exact("mine", "a", pa.chunked_array([pa.array([], pa.int64())]))
    check_exact("mine", "a", pa.chunked_array([pa.array([None], pa.int64())]))
    check_exact("mine", "a", pa.chunked_array([pa.array([Decimal(1)])]))
