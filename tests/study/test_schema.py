import copy
import inspect
import re

import pytest
from jsonschema import Draft202012Validator

from epochwise.errors import StudyError
from epochwise.plugins import registry
from epochwise.study import schema, yaml_files
from helpers import PLUGINS

pytestmark = pytest.mark.versions

GOOD = {"datasets": ["diabetes"]}


def test_the_schema_is_the_same_for_the_reader_of_studies():
    assert schema.schema() == yaml_files.read(schema.PATH)


def refused(study):
    with pytest.raises(StudyError) as error:
        schema.check(study, "my.yaml")
    return str(error.value)


def test_the_schema_is_one():
    Draft202012Validator.check_schema(schema.schema())


def properties(rule, path=()):
    """Every property of the schema with its path."""
    for name, inner in rule.get("properties", {}).items():
        yield (*path, name), inner
        yield from properties(inner, (*path, name))


def test_every_key_is_described_and_has_a_default_that_is_allowed():
    for path, rule in properties(schema.schema()):
        if path[0] in ("datasets", "sweep") and len(path) > 1:
            continue
        assert rule.get("description"), path
        if path in (
            ("title",),
            ("datasets",),
            ("curves",),
            ("stopping",),
        ):  # theirs depends on the study
            continue
        study = copy.deepcopy(GOOD)
        at = study
        for key in path[:-1]:
            at = at.setdefault(key, {})
        at[path[-1]] = rule["default"]
        schema.check(study, "my.yaml")


def test_every_example_is_allowed():
    for key, rule in schema.schema()["properties"].items():
        for example in rule.get("examples", []):
            schema.check((GOOD if key != "curves" else {}) | {key: example}, "my.yaml")


def dataset_options():
    """The options of datasets that the schema describes, by name."""
    forms = schema.schema()["properties"]["datasets"]["oneOf"]
    return forms[1]["additionalProperties"]["properties"]


def test_the_options_of_every_shipped_source_are_described():
    defaults: dict[str, list] = {"source": [], "task": [], "unit": []}
    for source in registry.load_all(PLUGINS, "datasets").values():
        for name, parameter in inspect.signature(source.value).parameters.items():
            defaults.setdefault(name, []).append(parameter.default)
    assert set(dataset_options()) == set(defaults)
    for name, rule in dataset_options().items():
        assert rule["description"].endswith("."), name
        alike = set(defaults[name])
        one = alike.pop() if len(alike) == 1 else None
        assert rule.get("default") == (None if one is inspect.Parameter.empty else one), name
        for example in rule.get("examples", []):
            schema.check({"datasets": {"x": {name: example}}}, "my.yaml")


def test_other_sources_may_have_other_options_and_the_same_with_another_meaning():
    options = {name: ["anything"] for name in dataset_options()}
    options |= {"source": "mine", "task": "regression", "unit": "CHF"}
    options |= {"file": "a.txt", "colour": "red"}
    schema.check({"datasets": {"x": options}}, "my.yaml")


def test_no_section_takes_unknown_keys():
    for path, rule in [((), schema.schema()), *properties(schema.schema())]:
        if rule.get("type") == "object" and path not in (
            ("sweep",),
            ("sweep", "points"),
            ("figures",),
            ("curves",),  # by names of one's own
        ):
            assert rule["additionalProperties"] is False, path


def test_defaults_are_scikit_learns():
    from sklearn.neural_network import MLPRegressor

    theirs = MLPRegressor().get_params()
    for key, rule in schema.hyperparameters().items():
        if key in ("epochs", "shuffle", "dtype", "device"):
            continue
        ours = rule["default"]
        assert (tuple(ours) if isinstance(ours, list) else ours) == theirs[key], key
    assert schema.hyperparameters()["epochs"]["default"] == theirs["max_iter"]


def test_fill_defaults_completes_and_keeps():
    given = {"datasets": ["diabetes"], "training": {"alpha": 0}, "partitions": {"n_splits": 3}}
    before = copy.deepcopy(given)
    filled = schema.fill_defaults(given)
    assert given == before
    assert filled["training"]["alpha"] == 0.0
    assert isinstance(filled["training"]["alpha"], float)
    assert filled["partitions"]["n_splits"] == 3
    assert filled["network"] == {"hidden_layer_sizes": [100], "activation": "relu"}
    schema.check(filled, "my.yaml")


def test_defaults_are_not_shared():
    schema.fill_defaults(GOOD)["network"]["hidden_layer_sizes"].append(1)
    assert schema.fill_defaults(GOOD)["network"]["hidden_layer_sizes"] == [100]


BAD = [
    ({}, "the key 'datasets' is missing"),
    ({"dataset": ["x"]}, "unknown key 'dataset'; there are: .*Did you mean 'datasets'"),
    ({"training": {"epoch": 5}}, "unknown key in training 'epoch'.*Did you mean 'epochs'"),
    ({"training": []}, r"training: \[\] is not allowed; it must be a mapping"),
    ({"training": {"epochs": 0}}, "training.epochs: 0 is not allowed; .* at least 1"),
    ({"training": {"epochs": -5}}, "training.epochs: -5 is not allowed"),
    ({"training": {"epochs": True}}, "training.epochs: true is not allowed; .* a whole number"),
    ({"training": {"epochs": 5.0}}, "training.epochs: 5.0 is not allowed; .* a whole number"),
    ({"training": {"epochs": "many"}}, "training.epochs: 'many' is not allowed"),
    ({"training": {"epochs": None}}, "training.epochs: an empty value is not allowed"),
    (
        {"training": {"epochs": 10**12}},
        "training.epochs: 1000000000000 is not .* at most 100000000",
    ),
    ({"training": {"solver": "lbfgs"}}, "'lbfgs' is not allowed; it must be one of adam, sgd"),
    ({"training": {"alpha": -0.1}}, "training.alpha: -0.1 is not allowed; .* at least 0"),
    ({"training": {"alpha": "0.1"}}, "training.alpha: '0.1' is not allowed; it must be a number"),
    ({"training": {"learning_rate_init": 0}}, "it must be a number above 0"),
    ({"training": {"momentum": 1.5}}, "momentum: 1.5 is not .* of at least 0 and of at most 1"),
    ({"training": {"beta_1": 1}}, "beta_1: 1 is not allowed; .* below 1"),
    ({"training": {"batch_size": 0}}, "batch_size: 0 is not .* at least 1 .* or auto"),
    ({"training": {"batch_size": "whole"}}, "batch_size: 'whole' is not allowed"),
    ({"training": {"nesterovs_momentum": 1}}, "it must be true or false"),
    ({"network": {"hidden_layer_sizes": 128}}, "hidden_layer_sizes: 128 is not .* a list"),
    ({"network": {"hidden_layer_sizes": [0]}}, "network.hidden_layer_sizes.0: 0 is not allowed"),
    ({"network": {"activation": "swish"}}, "one of identity, logistic, tanh, relu"),
    ({"seeds": 0}, "seeds: 0 is not allowed"),
    ({"seeds": [1, 1]}, r"seeds: \[1, 1\] has a value twice; list each once"),
    ({"seeds": [-1]}, r"seeds.0: -1 is not allowed; it must be a whole number of at least 0"),
    ({"seeds": [2**32]}, "seeds.0: .* is not allowed; .* of at most 4294967295"),
    ({"datasets": []}, "datasets: .* is not allowed"),
    ({"datasets": ["a b"]}, "datasets.0: 'a b' cannot be a name; use letters"),
    ({"datasets": [1]}, "datasets.0: 1 is not allowed; it must be a name"),
    ({"datasets": {"../x": {}}}, "datasets: '../x' cannot be a name; use letters"),
    ({"datasets": {"x": 3, "a b": {}}}, "datasets: 'a b' cannot be a name; use letters"),
    ({"datasets": {"x": {"file": 3}}}, "datasets.x.file: 3 is not allowed; it must be a text"),
    ({"datasets": {"x": 3}}, "datasets.x: 3 is not allowed; it must be a mapping or empty"),
    (
        {"datasets": {"x": {"task": "regresion"}}},
        "datasets.x.task: 'regresion' is not allowed; it must be one of regression, classification",
    ),
    ({"datasets": 3}, "datasets: 3 is not allowed; it must be a list.* or a mapping"),
    ({"backends": []}, "backends: .* is not allowed"),
    ({"backends": ["numpy", "numpy"]}, r"backends: \[.*\] has a value twice; list each once"),
    ({"backends": "numpy"}, "backends: 'numpy' is not allowed; it must be a list"),
    ({"partitions": {"validation_size": 0}}, "validation_size: 0 is not allowed"),
    ({"partitions": {"validation_size": 1.5}}, "validation_size: 1.5 is not allowed"),
    ({"partitions": {"n_splits": 1}}, "n_splits: 1 is not allowed"),
    ({"partitions": {"stratify": 1}}, "stratify: 1 is not .* one of auto, true, false"),
    ({"partitions": {"method": "loo"}}, "one of hold_out, k_fold"),
    ({"sweep": {"alpha": 0.1}}, "sweep.alpha: 0.1 is not allowed; it must be a list"),
    ({"sweep": {"alpha": []}}, "sweep.alpha"),
    ({"sweep": {"points": {"a b": {}}}}, "sweep.points: 'a b' cannot be a name"),
    ({"title": 3}, "title: 3 is not allowed; it must be a text"),
    ({"figures": {"loss_curves": 3}}, "figures.loss_curves: 3 is not allowed"),
]


@pytest.mark.parametrize(("changes", "expected"), BAD)
def test_what_is_not_allowed_is_told_in_a_sentence(changes, expected):
    study = changes if "dataset" in changes or not changes else {**GOOD, **changes}
    sentence = refused(study)
    assert sentence.startswith("my.yaml: ")
    assert sentence.endswith((".", "?"))
    assert "\n" not in sentence
    assert re.search(expected, sentence), sentence


@pytest.mark.parametrize("study", [None, [], "x", 3])
def test_a_file_that_is_no_mapping(study):
    assert "the file: " in refused(study)


def test_long_values_are_cut_short():
    assert len(refused(GOOD | {"title": ["x"] * 5000})) < 400


def test_of_several_mistakes_the_one_first_by_name_is_told():
    study = {"training": {"tol": -1, "alpha": -1}, "seeds": 0, "datasets": ["a b", 3]}
    assert "datasets.0" in refused(study)
    del study["datasets"][0]
    assert "datasets.0: 3" in refused(study)
    assert "seeds: 0" in refused(GOOD | {"training": study["training"], "seeds": 0})
    assert "training.alpha" in refused(GOOD | {"training": study["training"]})


def test_the_key_that_is_unknown_is_named_among_known_ones():
    mixed = {"alpha": 1, "epoch": 5, "tol": 1}
    assert "unknown key in training 'epoch'" in refused(GOOD | {"training": mixed})


def test_a_study_that_goes_on_until_it_is_sure_may_have_the_fewest_units_that_say_how_sure():
    rule = schema.schema()["properties"]["answer"]["properties"]["max_units"]
    assert rule["minimum"] == schema.FEWEST_UNITS


def test_a_name_is_matched_to_its_very_end():
    with pytest.raises(StudyError, match=r"datasets: 'a\\n' cannot be a name"):
        schema.check({"datasets": {"a\n": {}}}, "my.yaml")
