"""Which code each rule depends on, held against what Python itself imports."""

import ast
import pkgutil
import shutil
import subprocess
import sys

import pytest

import epochwise
from epochwise.planning.reruns import Code
from helpers import PLUGINS, ROOT

SCRIPTS = ROOT / "workflow" / "scripts"
CODE = Code(SCRIPTS, PLUGINS)


def by_syntax(text):
    """Name the library's modules that a piece of code imports, by its syntax tree."""
    found = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("epochwise"):
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            found |= {name.partition(".")[2] for name in [node.module, *names]}
    return found & set(CODE.modules)


def test_the_imports_of_every_module_are_those_of_its_syntax_tree():
    assert len(CODE.modules) > 60
    for name, text in CODE.modules.items():
        if name != "api":
            assert CODE.modules_in(text) == by_syntax(text), name


def test_the_modules_are_all_that_python_finds_but_packages():
    found = pkgutil.walk_packages(epochwise.__path__, "epochwise.")
    assert set(CODE.modules) == {m.name.partition(".")[2] for m in found if not m.ispkg}


def test_a_name_of_the_door_leads_to_its_home_only_where_it_comes_through_the_door():
    assert CODE.modules_in("from epochwise.api import table") == {"api", "parquet"}
    assert CODE.modules_in("from epochwise.page.parts import table") == {"page.parts"}


def test_of_what_is_named_only_modules_count():
    assert CODE.named_in("'epochwise.answers.cost:rows', 'epochwise.nowhere:x'") == {"answers.cost"}


def test_the_files_that_a_module_mentions_are_those_of_its_package(tmp_path):
    code = Code(SCRIPTS, PLUGINS)
    code.library = tmp_path
    names = [f"{letter}.css" for letter in "eacbfd"]
    for folder in ("one", "two", "one/deep"):
        (tmp_path / folder).mkdir()
        for name in (*names, "__init__.py", "other.py", "a.typed"):
            (tmp_path / folder / name).touch()
    text = f"# reads {' '.join(names[1:])} with other.py, a.typed"
    for name in ("top", "one/reader", "one/deep/reader"):
        (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")
    found = {name: [str(f.relative_to(tmp_path)) for f in data] for name, data in code.data.items()}
    deep, one, two = ([f"{at}/{c}.css" for c in "abcdf"] for at in ("one/deep", "one", "two"))
    assert found == {
        "one.deep.reader": deep,
        "one.reader": sorted([*one, *deep]),
        "top": sorted([*one, *deep, *two]),
    }


@pytest.mark.parametrize("rule", ["train", "answers", "losses", "standardise"])
def test_a_rule_depends_on_all_that_its_modules_import_when_they_run(rule):
    direct = by_syntax((SCRIPTS / f"{rule}.py").read_text(encoding="utf-8"))
    imports = "; ".join(f"import epochwise.{name}" for name in sorted(direct))
    code = f"{imports}; import sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    behind = CODE.modules_behind(direct)
    loaded = {m.partition(".")[2] for m in done.stdout.split() if m.startswith("epochwise.")}
    assert loaded & set(CODE.modules) <= behind


def changed(tmp_path, module, *used):
    """Tell which rules' digests an edit of a file of the library changes; `used` is what they use."""
    library = tmp_path / "epochwise"
    shutil.copytree(CODE.library, library, dirs_exist_ok=True)
    before = digests(library, used)
    with (library / module).open("a", encoding="utf-8") as file:
        file.write("\n# edited\n")
    after = digests(library, used)
    return {rule for rule in RULES if before[rule] != after[rule]}


def digests(library, used):
    code = Code(SCRIPTS, PLUGINS)
    code.library = library
    return {rule: code.behind(rule, *used) for rule in RULES}


def test_every_process_finds_the_same_digest():
    """Sets of names, of which there are some on the way, have another order in each."""
    code = (
        "from pathlib import Path; from epochwise.planning.reruns import Code; "
        f"print(Code(Path({str(SCRIPTS)!r}), Path({str(PLUGINS)!r})).behind('train')['library'])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == CODE.behind("train")["library"]


RULES = sorted(path.stem for path in SCRIPTS.glob("*.py"))


@pytest.mark.parametrize(
    ("module", "rules"),
    [
        ("answers/cost.py", {"answers", "judge_round"}),
        ("answers/describing.py", {"gallery", "report"}),
        ("tables/loss_table.py", {"judge_round", "losses", "read_curves"}),
        ("curves/scoring.py", {"read_curves"}),
        ("figures/sweep.py", set()),
        ("page/page.css", {"gallery", "report"}),
        ("page/manifest.py", {"manifest"}),
        ("planning/plan.py", set()),
        ("conformance/reference.py", set()),
        ("errors.py", set(RULES)),
    ],
)
def test_an_edit_runs_again_what_depends_on_it_and_nothing_else(tmp_path, module, rules):
    assert changed(tmp_path, module) == rules


def test_the_schemas_words_train_nothing(tmp_path):
    found = changed(tmp_path, "study/study.schema.yaml")
    assert "figure" in found  # which reads the study
    assert not found & {"load", "standardise", "train", "losses", "agreement"}


def test_a_figure_depends_on_its_own_drawing(tmp_path):
    used = "figures", ["report"], "epochwise.figures.sweep:draw"
    assert "figure" in changed(tmp_path, "figures/sweep.py", *used)
    assert changed(tmp_path, "figures/batch_size.py", *used) == set()


@pytest.mark.parametrize(("backend", "retrains"), [("sklearn", True), ("jax", False)])
def test_a_backend_depends_on_what_it_takes_from_the_door(tmp_path, backend, retrains):
    found = changed(tmp_path, "training/seeds.py", "backends", [backend])
    assert ("train" in found) == retrains


def test_files_of_plugins_are_inputs_and_have_no_digest():
    assert CODE.files("backends", ["numpy", "numpy"]) == [str(PLUGINS / "numpy_backend.py")]
    assert CODE.files("backends", ["of_an_installed_package"]) == []
    assert set(CODE.behind("train", "backends", ["numpy"])) == {"library"}
