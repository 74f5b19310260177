import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

from epochwise.data.datasets import Dataset
from epochwise.data.loading import settle
from epochwise.data.standardise import cut_rows, read_scaler, standardise
from epochwise.errors import DataError, DataWarning
from epochwise.study.schema import fill_defaults

pytestmark = pytest.mark.versions

IMPUTES = pytest.mark.filterwarnings("ignore:.* missing. impute fills in")
BOTH = {"features": True, "target": True}
ROWS = 40


def make(seed=0, task="regression", missing="error"):
    """A dataset of three numbers and a category, and its first hold-out with a test partition."""
    rng = np.random.default_rng(seed)
    columns = {f"x{i}": rng.normal(i, 1 + i, ROWS) for i in range(3)}
    columns["colour"] = rng.choice(["red", "green", "blue"], ROWS)
    if missing == "impute":
        columns = {name: with_gaps(values, rng) for name, values in columns.items()}
    if task == "regression":
        columns |= {"y": rng.normal(100, 20, ROWS), "z": rng.normal(size=ROWS)}
        target = ["y", "z"]
    else:
        columns["y"] = rng.permutation(["a", "b", "c", "d"][: int(task)] * (ROWS // int(task)))
        target = ["y"]
    names = ["x0", "x1", "x2", "colour"]
    dataset = Dataset(pa.table(columns), names, target, None, ["colour"], None, missing)
    return settle("mine", dataset, None)


def with_gaps(values, rng):
    """Leave out a third of the values, whichever partition they may fall into."""
    gaps = rng.permutation(ROWS) < ROWS // 3
    return [None if gap else value for gap, value in zip(gaps, values.tolist(), strict=True)]


def rule(**changes):
    filled = fill_defaults({"datasets": ["x"], "partitions": {"test_size": 0.2, **changes}})
    return filled["partitions"]


def test_numbers_become_mean_0_and_variance_1_on_the_training_rows():
    table, facts = make()
    parts = cut_rows(table, facts, rule(), 0)
    arrays, scaler = standardise(table, facts, parts, BOTH)
    x = arrays["train_x"][:, :3]
    np.testing.assert_allclose(x.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(x.std(axis=0), 1)
    np.testing.assert_allclose(arrays["train_y"].std(axis=0), 1)
    assert abs(arrays["validation_x"][:, :3].mean()) > 1e-3
    assert scaler.features == ["x0", "x1", "x2", "colour=blue", "colour=green", "colour=red"]
    assert scaler.rows == {"train": 24, "validation": 8, "test": 8}


def test_the_numbers_are_those_of_standard_scaler_after_train_test_split():
    table, facts = make()
    x = np.column_stack([table[name] for name in ("x0", "x1", "x2")])
    train, validation = train_test_split(x, test_size=0.25, random_state=42)
    scaler = StandardScaler().fit(train)
    parts = cut_rows(table, facts, rule(test_size=0, validation_size=0.25), 0)
    arrays, _ = standardise(table, facts, parts, BOTH)
    np.testing.assert_array_equal(arrays["train_x"][:, :3], scaler.transform(train))
    np.testing.assert_array_equal(arrays["validation_x"][:, :3], scaler.transform(validation))


def test_targets_keep_their_own_units_beside_the_standardised():
    table, facts = make()
    parts = cut_rows(table, facts, rule(), 0)
    arrays, scaler = standardise(table, facts, parts, BOTH)
    for name in parts:
        back = arrays[f"{name}_y"] * scaler.target_scale + scaler.target_mean
        np.testing.assert_allclose(back, arrays[f"{name}_target"])
        original = np.column_stack([table["y"], table["z"]])[parts[name]]
        np.testing.assert_array_equal(arrays[f"{name}_target"], original)
    arrays, scaler = standardise(table, facts, parts, {"features": True, "target": False})
    np.testing.assert_array_equal(arrays["train_y"], arrays["train_target"])
    assert scaler.target_mean is None


def test_features_can_be_left_as_they_are():
    table, facts = make()
    parts = cut_rows(table, facts, rule(), 0)
    arrays, scaler = standardise(table, facts, parts, {"features": False, "target": False})
    original = np.column_stack([table[name] for name in ("x0", "x1", "x2")])
    np.testing.assert_array_equal(arrays["test_x"][:, :3], original[parts["test"]])
    assert scaler.mean == []


@IMPUTES
@settings(max_examples=40)
@given(
    seed=st.integers(0, 2**16),
    task=st.sampled_from(["regression", "2", "4"]),
    method=st.sampled_from(["hold_out", "k_fold"]),
    fold=st.integers(0, 6),
    missing=st.sampled_from(["error", "impute"]),
)
def test_no_leak(seed, task, method, fold, missing):
    """Whatever the validation and test rows hold, the training arrays and the scaler stay."""
    table, facts = make(seed, task, missing)
    parts = cut_rows(table, facts, rule(method=method, random_state=seed), fold)
    train_gaps = [table[name].take(parts["train"]).null_count for name in facts.features]
    assert all(train_gaps) == (missing == "impute")
    arrays, scaler = standardise(table, facts, parts, BOTH)
    assert all(np.isfinite(array).all() for array in arrays.values())
    changed, _ = standardise(_spoil(table, parts["train"], seed), facts, parts, BOTH)
    _, scaler_of_changed = standardise(_spoil(table, parts["train"], seed), facts, parts, BOTH)
    for name in ("train_x", "train_y", "train_target", "train_rows"):
        np.testing.assert_array_equal(arrays[name], changed[name])
    assert scaler == scaler_of_changed
    assert (arrays["validation_x"] != changed["validation_x"]).any()


def _spoil(table, train, seed):
    """Change every value outside the training rows."""
    rng = np.random.default_rng(seed)
    for place, name in enumerate(table.column_names):
        values = np.array(table[name].to_pylist(), object)
        outside = np.setdiff1d(np.arange(ROWS), train)
        if pa.types.is_floating(table[name].type):
            values[outside] = rng.normal(1e6, 1e5, len(outside))
        elif name == "colour":
            values[outside] = "never seen"
        else:
            values[outside] = rng.permutation(values[outside])
        table = table.set_column(place, name, pa.array(values.tolist()))
    return table


def test_a_category_that_training_rows_do_not_have_is_all_zeros():
    table, facts = make()
    parts = cut_rows(table, facts, rule(), 0)
    arrays, _ = standardise(_spoil(table, parts["train"], 0), facts, parts, BOTH)
    assert not arrays["validation_x"][:, 3:].any()
    np.testing.assert_array_equal(arrays["train_x"][:, 3:].sum(axis=1), 1)


@IMPUTES
def test_missing_values_are_imputed_from_training_rows():
    numbers = [1.0, 2.0, 6.0, None, 1000.0, None, 0.0, 0.0]
    colours = ["red", "red", "blue", None, "blue", None, "blue", "blue"]
    table = pa.table({"x": numbers, "c": colours, "y": np.arange(8) * 0.1})
    dataset = Dataset(table, ["x", "c"], ["y"], None, ["c"], None, "impute")
    table, facts = settle("mine", dataset, None)
    parts = {"train": np.array([0, 1, 2, 3]), "validation": np.array([4, 5, 6, 7])}
    arrays, _ = standardise(table, facts, parts, {"features": False, "target": False})
    assert arrays["train_x"][3].tolist() == [3.0, 0.0, 1.0]  # mean of 1, 2, 6; red
    assert arrays["validation_x"][1].tolist() == [3.0, 0.0, 1.0]


def test_constant_features_are_named_in_a_warning():
    table = pa.table({"same": [1.0] * 8, "x": np.arange(8) * 1.5, "y": np.arange(8) * 0.1})
    table, facts = settle("mine", Dataset(table, ["same", "x"], ["y"]), None)
    parts = {"train": np.arange(6), "validation": np.arange(6, 8)}
    with pytest.warns(DataWarning, match="dataset 'mine': 1 feature.* nothing: same"):
        arrays, scaler = standardise(table, facts, parts, BOTH)
    assert scaler.constant == ["same"]
    assert not arrays["train_x"][:, 0].any()


@pytest.mark.parametrize(("task", "outputs"), [("2", 1), ("4", 4)])
def test_classes_are_one_hot_or_one_column(task, outputs):
    table, facts = make(task=task)
    parts = cut_rows(table, facts, rule(), 0)
    arrays, scaler = standardise(table, facts, parts, BOTH)
    labels = np.array(table["y"].to_pylist())[parts["train"]]
    y = arrays["train_y"]
    assert y.shape == (len(labels), outputs)
    numbers = y.argmax(axis=1) if outputs > 1 else y[:, 0].astype(int)
    assert [scaler.classes[number] for number in numbers] == labels.tolist()
    np.testing.assert_array_equal(arrays["train_target"], y)


@pytest.mark.parametrize("stratify", ["auto", True, False])
def test_stratify_is_obeyed(stratify):
    table, facts = make(task="4")
    parts = cut_rows(table, facts, rule(stratify=stratify, test_size=0), 0)
    labels = np.array(table["y"].to_pylist())[parts["validation"]]
    counts = sorted(np.unique(labels, return_counts=True)[1].tolist())
    assert (counts == [2, 2, 2, 2]) == (stratify in ("auto", True))


def test_the_files_own_column_cuts():
    words = ["train"] * 5 + ["test"] * 2 + ["validation"] * 3
    table = pa.table({"x": np.arange(10.0), "y": np.arange(10) / 7, "part": words})
    table, facts = settle("mine", Dataset(table, ["x"], ["y"], partition="part"), None)
    parts = cut_rows(table, facts, rule(), 0)
    assert {name: rows.tolist() for name, rows in parts.items()} == {
        "train": [0, 1, 2, 3, 4],
        "validation": [7, 8, 9],
        "test": [5, 6],
    }
    arrays, _ = standardise(table, facts, parts, BOTH)
    assert arrays["test_x"].shape == (2, 1)


def test_a_dataset_that_brings_its_own_cut_has_one_fold():
    words = ["train"] * 5 + ["validation"] * 5
    table = pa.table({"x": np.arange(10.0), "y": np.arange(10) / 7, "part": words})
    table, facts = settle("mine", Dataset(table, ["x"], ["y"], partition="part"), None)
    with pytest.raises(DataError, match="dataset 'mine': its column 'part' cuts the rows in one"):
        cut_rows(table, facts, rule(method="k_fold"), 1)


def test_the_scaler_survives_a_file(tmp_path):
    table, facts = make()
    _, scaler = standardise(table, facts, cut_rows(table, facts, rule(), 0), BOTH)
    scaler.save(tmp_path / "scaler.json")
    assert read_scaler(tmp_path / "scaler.json") == scaler


def test_a_feature_is_constant_where_the_training_rows_have_one_value_whatever_the_others_have():
    varied, same = np.arange(8) * 1.5, np.full(8, 2.5)
    once, outside = same.copy(), same.copy()
    once[5], outside[6:] = 3.0, 7.0  # varies in one training row; outside of them alone
    columns = {"once": once, "outside": outside, "x": varied, "same": same}
    table = pa.table({**columns, "y": np.arange(8) * 0.1})
    table, facts = settle("mine", Dataset(table, list(columns), ["y"]), None)
    parts = {"train": np.arange(6), "validation": np.arange(6, 8)}
    with pytest.warns(DataWarning, match=r"2 features .* nothing: outside, same$"):
        _, scaler = standardise(table, facts, parts, BOTH)
    assert scaler.constant == ["outside", "same"]


@pytest.mark.parametrize(("number", "more"), [(10, False), (11, True)])
def test_a_warning_names_ten_constant_features(number, more):
    names = [f"c{i:02}" for i in range(number)]
    columns = {name: [1.0] * 8 for name in names} | {"x": np.arange(8.0), "y": np.arange(8) * 0.1}
    table, facts = settle("mine", Dataset(pa.table(columns), [*names, "x"], ["y"]), None)
    parts = {"train": np.arange(6), "validation": np.arange(6, 8)}
    told = ", ".join(names[:10]) + (r", \.\.\." if more else "")
    with pytest.warns(DataWarning, match=rf"{number} features .* nothing: {told}$"):
        standardise(table, facts, parts, BOTH)


@IMPUTES
def test_whole_numbers_become_floats_and_a_feature_that_training_rows_lack_stays():
    columns = {"n": [1, 2, 3, 4, 5, 6], "gap": [None, None, None, None, 1.0, 2.0]}
    table = pa.table({**columns, "y": [10, 20, 30, 40, 55, 65]})
    dataset = Dataset(table, ["n", "gap"], ["y"], "regression", [], None, "impute")
    table, facts = settle("mine", dataset, None)
    parts = {"train": np.arange(4), "validation": np.arange(4, 6)}
    with pytest.warns(DataWarning, match="nothing: gap"):
        arrays, _ = standardise(table, facts, parts, {"features": False, "target": False})
    assert arrays["train_x"].shape == (4, 2)
    for name in ("train_x", "train_y", "validation_target"):
        assert arrays[name].dtype == np.float64


def test_single_precision_becomes_double():
    table = pa.table({name: pa.array(np.arange(8) / 3, pa.float32()) for name in ("x", "y")})
    table, facts = settle("mine", Dataset(table, ["x"], ["y"]), None)
    parts = {"train": np.arange(6), "validation": np.arange(6, 8)}
    for scale in (True, False):
        arrays, _ = standardise(table, facts, parts, {"features": scale, "target": scale})
        assert {a.dtype for n, a in arrays.items() if n[-4:] != "rows"} == {np.dtype(float)}
