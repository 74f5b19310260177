from inspect import Parameter, Signature

import numpy as np
import pyarrow as pa
import pytest
from sklearn import datasets as bundled

from epochwise import parquet
from epochwise.data import loading
from epochwise.data.datasets import Dataset, read_facts
from epochwise.data.loading import digest, settle
from epochwise.errors import DataError, DataWarning, PluginError
from epochwise.plugins import registry
from helpers import PLUGINS

pytestmark = pytest.mark.versions

SOURCES = registry.load_all(PLUGINS, "datasets")


@pytest.mark.parametrize(
    ("name", "task", "rows", "features", "outputs"),
    [
        ("diabetes", "regression", 442, 10, 1),
        ("linnerud", "regression", 20, 3, 3),
        ("breast_cancer", "binary", 569, 30, 2),
        ("wine", "multiclass", 178, 13, 3),
        ("digits", "multiclass", 1797, 64, 10),
        ("iris", "multiclass", 150, 4, 3),
    ],
)
def test_bundled(name, task, rows, features, outputs):
    table, facts = loading.load(name, SOURCES, {"source": name})
    original = getattr(bundled, f"load_{name}")()
    assert (facts.task, facts.rows, len(facts.features)) == (task, rows, features)
    assert (len(facts.classes) or len(facts.target)) == outputs
    ours = np.column_stack([table[column] for column in [*facts.features, *facts.target]])
    np.testing.assert_array_equal(ours, np.column_stack([original.data, original.target]))


@pytest.mark.parametrize(
    ("name", "options", "task", "shape"),
    [
        ("friedman1", {"rows": 50, "features": 7, "noise": 0.5, "seed": 3}, "regression", (50, 8)),
        ("make_regression", {"rows": 40, "targets": 2, "seed": 1}, "regression", (40, 22)),
        ("make_classification", {"rows": 60, "classes": 3, "noise": 0.1}, "multiclass", (60, 21)),
        ("moons", {"rows": 30, "noise": 0.1, "seed": 5}, "binary", (30, 3)),
    ],
)
def test_generators(name, options, task, shape):
    table, facts = loading.load("any", SOURCES, {"source": name, **options})
    assert facts.task == task
    assert table.shape == shape
    again, _ = loading.load("any", SOURCES, {"source": name, **options})
    assert again.equals(table)
    other, _ = loading.load("any", SOURCES, {"source": name, **options, "seed": 99})
    assert not other.equals(table)


def test_a_generators_noise_counts():
    quiet, _ = loading.load("any", SOURCES, {"source": "friedman1", "noise": 0.0})
    loud, _ = loading.load("any", SOURCES, {"source": "friedman1", "noise": 9.0})
    assert np.std(loud["target"]) > np.std(quiet["target"])


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"source": "diabetis"}, "unknown source 'diabetis'; there are: .*Did you mean 'diabetes'"),
        ({"source": "diabetes", "rows": 5}, "unknown option 'rows'; there are: task"),
        (
            {"source": "friedman1", "features": 2},
            "friedman1: The 'features' parameter of friedman1 must be .* instead; change the",
        ),
        ({"source": "moons", "noise": "much"}, "moons: .*noise"),
        ({"source": "moons", "rows": 2}, "needs at least 4"),
    ],
)
def test_wrong_options(options, expected):
    with pytest.raises(DataError, match=expected):
        loading.load("mine", SOURCES, options)


@pytest.mark.parametrize("name", ["source", "task", "unit"])
def test_an_option_that_every_dataset_has_cannot_be_a_sources_own(name):
    def own(**options):
        raise AssertionError("it is not loaded")

    own.__signature__ = Signature([Parameter(name, Parameter.KEYWORD_ONLY, default="km")])
    sources = {"own": registry.Registered("own", own, "mine_datasets.py")}
    told = f"mine_datasets.py: the dataset 'own' has an option '{name}', which every dataset has"
    with pytest.raises(PluginError, match=told):
        loading.load("mine", sources, {"source": "own"})


def of(target, **options):
    target = pa.chunked_array([target])
    table = pa.table({"x": pa.array(np.arange(len(target)) * 1.5), "y": target})
    return Dataset(table, ["x"], ["y"], **options)


@pytest.mark.parametrize(
    ("target", "task", "classes"),
    [
        ([0.5, 1.5, 2.5, 0.1], "regression", []),
        (list(range(30)), "regression", []),
        ([0, 1, 1, 0], "binary", ["0", "1"]),
        ([1.0, 2.0, 1.0, 2.0], "binary", ["1", "2"]),
        ([True, False, True, True], "binary", ["False", "True"]),
        (["b", "a", "c", "a"], "multiclass", ["a", "b", "c"]),
    ],
)
def test_the_task_is_inferred_where_it_is_plain(target, task, classes):
    _, facts = settle("mine", of(target), None)
    assert (facts.task, facts.classes) == (task, classes)


def test_whole_numbers_are_ambiguous_until_the_study_says():
    with pytest.raises(DataError, match="set task: regression or task: classification"):
        settle("mine", of([0, 1, 2, 3]), None)
    assert settle("mine", of([0, 1, 2, 3]), "regression")[1].task == "regression"
    _, facts = settle("mine", of([10, 9, 2, 1]), "classification")
    assert facts.classes == ["1", "2", "9", "10"]  # in their order as numbers


def test_the_study_overrides_what_the_dataset_says():
    assert settle("mine", of([0, 1, 1, 0], task="classification"), "regression")[1].task == (
        "regression"
    )


def test_rows_with_missing_values_are_dropped_wherever_the_dataset_comes_from():
    with pytest.warns(DataWarning, match="leaves out 1 of 5 rows"):
        table, facts = settle("mine", of([1.5, None, 2.5, 3.5, 4.5], missing="drop_rows"), None)
    assert facts.rows == 4
    assert table["x"].to_pylist() == [0.0, 3.0, 4.5, 6.0]


@pytest.mark.parametrize(("folds", "refused"), [(1, False), (3, True)])
def test_a_source_that_cuts_its_rows_has_one_fold(folds, refused):
    table = pa.table({"x": np.arange(8.0), "y": np.arange(8) / 7, "part": ["train"] * 8})
    made = registry.Registered("own", lambda: Dataset(table, ["x"], ["y"], partition="part"), "")
    options = {"source": "own"}
    if not refused:
        assert loading.load("mine", {"own": made}, options, folds)[1].partition == "part"
        return
    with pytest.raises(DataError, match=r"its column 'part' cuts the rows in one way, .* 3 cuts"):
        loading.load("mine", {"own": made}, options, folds)


def test_facts_survive_a_file(tmp_path):
    _, facts = settle("mine", of(["b", "a", "c", "a"]), None)
    facts.save(tmp_path / "raw.json")
    assert read_facts(tmp_path / "raw.json") == facts


def test_the_digest_sees_every_value_name_and_type():
    table = pa.table({"a": [1.0, 2.0], "b": ["x", None]})
    same = pa.table({"a": pa.chunked_array([[1.0], [2.0]]), "b": ["x", None]})
    others = [
        pa.table({"a": [1.0, 2.5], "b": ["x", None]}),
        pa.table({"a": [1.0, 2.0], "b": ["y", None]}),
        pa.table({"a": [1.0, 2.0], "c": ["x", None]}),
        pa.table({"a": [1, 2], "b": ["x", None]}),
    ]
    assert digest(same) == digest(table)
    assert len({digest(one) for one in [table, *others]}) == 5


def test_the_same_table_gives_the_same_bytes(tmp_path):
    table, _ = loading.load("moons", SOURCES, {"source": "moons"})
    for name in ("one", "two"):
        parquet.write(table, tmp_path / name)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_a_unit_is_no_option_of_the_source():
    table, facts = loading.load("easy", SOURCES, {"source": "friedman1", "rows": 40, "unit": "CHF"})
    assert (table.num_rows, facts.task) == (40, "regression")
