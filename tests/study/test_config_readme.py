"""config/README.md says of every key what the schema says, and of every option what the code says."""

import inspect
import re
from pathlib import Path

import pytest
import yaml

from epochwise.plugins import registry
from epochwise.study import schema, yaml_files
from epochwise.study import study as studies
from helpers import PLUGINS, ROOT

README = (ROOT / "config" / "README.md").read_text(encoding="utf-8")
PROPERTIES = schema.schema()["properties"]
SECTIONS = [key for key, rule in PROPERTIES.items() if rule.get("additionalProperties") is False]


def rows(heading: str) -> list[dict[str, str]]:
    """The rows of the first table below a heading, by the names of its columns."""
    text = re.split(rf"^#+ {heading}.*$", README, flags=re.M)[1]
    table = re.search(r"(?:^\|.*\n)+", text, flags=re.M)[0].splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in table]
    return [dict(zip(cells[0], line, strict=True)) for line in cells[2:]]


def read(cell: str):
    """Read what a cell of a table shows."""
    return yaml_files.parse(cell.strip("`"), "config/README.md")


def keys():
    """Every documented key as (path, row, rule)."""
    for row in rows("Every key"):
        key = row["key"].strip("`")
        yield (key,), row, PROPERTIES.get(key)
    for section in SECTIONS:
        for row in rows(f"`{section}`"):
            key = row["key"].strip("`")
            yield (section, key), row, PROPERTIES[section]["properties"].get(key)


KEYS = list(keys())
OF_CURVES = PROPERTIES["curves"]["additionalProperties"]["properties"]


def test_every_key_of_curves_is_documented_as_the_schema_has_it():
    documented = {row["key"].strip("`"): row for row in rows("Curves")}
    assert list(documented) == list(OF_CURVES)
    for key, row in documented.items():
        rule = OF_CURVES[key]
        assert row["what it is"] == rule["description"].strip().rstrip(".")
        assert row["allowed"] == schema.allowed(rule)
        default = row["default"]
        assert read(default) == rule["default"] if "default" in rule else default[0] != "`"
        one = {"files": "a.csv"} | read(row["example"])
        schema.check({"curves": {"mine": one}}, "config/README.md")


def test_the_example_of_curves_is_a_study(tmp_path):
    (text,) = re.findall(r"```yaml\n(curves:\n.*?)```", README, flags=re.S)
    for seed in range(2):
        file = tmp_path / f"runs/lr=0.1/seed-{seed}/metrics.csv"
        file.parent.mkdir(parents=True)
        file.touch()
    (tmp_path / "example.yaml").write_text(text)
    study = studies.load(tmp_path / "example.yaml")
    assert [one.swept for one in study.points().values()] == [{"learning_rate": 0.1}]


def test_every_key_is_documented_once():
    documented = [path for path, _, _ in KEYS]
    expected = [(key,) for key in PROPERTIES if key not in SECTIONS]
    expected += [(part, key) for part in SECTIONS for key in PROPERTIES[part]["properties"]]
    assert sorted(documented) == sorted(expected)


@pytest.mark.parametrize(("path", "row", "rule"), KEYS, ids=[".".join(k[0]) for k in KEYS])
def test_a_key_is_documented_as_the_schema_has_it(path, row, rule):
    assert row["what it is"]
    assert row["unit"]
    if "default" in rule:
        assert read(row["default"]) == rule["default"]
    else:
        assert not row["default"].startswith("`")
    if "allowed" in row:
        assert row["allowed"] == schema.allowed(rule)


@pytest.mark.parametrize(("path", "row", "rule"), KEYS, ids=[".".join(k[0]) for k in KEYS])
def test_an_example_is_allowed_and_is_not_the_default(path, row, rule):
    example = read(row["example"])
    assert list(example) == [path[-1]]
    assert example[path[-1]] != rule.get("default")
    for section in reversed(path[:-1]):
        example = {section: example}
    base = {} if path == ("curves",) else {"datasets": ["diabetes"]}
    schema.check({**base, **example}, "config/README.md")


def sources():
    """Every documented option as {source: {option: default}}."""
    found: dict[str, dict[str, str]] = {}
    name = ""
    for row in rows("Datasets"):
        name = row["source"].strip("`") or name
        found.setdefault(name, {})[row["option"].strip("`")] = row["default"].strip("`")
    return found


def test_every_source_and_option_is_documented_with_its_default():
    registered = registry.load_all(PLUGINS, "datasets")
    documented = sources()
    for name, source in registered.items():
        assert f"`{name}`" in README, name
        parameters = inspect.signature(source.value).parameters
        assert list(documented.get(name, {})) == list(parameters), name
        for option, parameter in parameters.items():
            default = parameter.default
            plain = default in (None, parameter.empty)
            assert documented[name][option] == ("" if plain else str(default)), option


STUDIES = re.findall(r"```yaml\n((?:datasets|sweep):\n.*?)```", README, flags=re.S)


@pytest.mark.parametrize("text", STUDIES)
def test_the_examples_are_studies(text, tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data/houses.csv").touch()
    base = "" if text.startswith("datasets") else "datasets: [diabetes]\n"
    path = tmp_path / "example.yaml"
    path.write_text(base + text)
    assert studies.load(path).points()


def test_there_are_examples():
    assert len(STUDIES) == 3


@pytest.mark.parametrize(
    "path", sorted((ROOT / "config/studies").glob("*.yaml")), ids=lambda p: p.stem
)
def test_a_shipped_study_is_complete(path):
    study = studies.load(path)
    first = path.read_text(encoding="utf-8").splitlines()[0]
    target = first.removeprefix("# yaml-language-server: $schema=")
    assert (path.parent / target).resolve() == schema.PATH.resolve()
    assert study.resolved["title"] != path.stem
    assert study.resolved["description"].endswith(".")


def test_the_default_is_the_tutorials_study():
    config = yaml.safe_load((ROOT / "config/config.yaml").read_text(encoding="utf-8"))
    assert config == {"studies": ["diabetes"]}
    shipped = {path.stem for path in Path(ROOT / "config/studies").glob("*.yaml")}
    assert {"diabetes", "batch_size", "under_and_overfitting", "classification", "seeds"} <= shipped


def test_every_option_of_a_figure_is_documented_as_it_is_checked():
    from epochwise.figures import choose

    documented: dict[str, dict[str, tuple[str, str]]] = {}
    name = ""
    for row in rows("Figures"):
        name = row["figure"].strip("`") or name
        told = row["allowed"], row["default"].strip("`")
        documented.setdefault(name, {})[row["option"].strip("`")] = told
    registered = registry.load_all(PLUGINS, "figures")
    expected = {figure: one.about.get("options", {}) for figure, one in registered.items()}
    expected["all"] = choose.COMMON
    assert documented == {
        figure: {
            key: (choose.in_words(rule), rule[0] or "what it shows") for key, rule in own.items()
        }
        for figure, own in expected.items()
        if own
    }
