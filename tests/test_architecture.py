"""The rules of the architecture, enforced: each test goes over all files and names those at fault."""

import ast
import inspect
import re
import tomllib
from collections import Counter
from pathlib import Path

import pytest

import epochwise.api
from epochwise.plugins import hookspecs
from epochwise.plugins.registry import SUFFIXES, load_all
from helpers import PLUGINS, ROOT

PACKAGE = ROOT / "workflow" / "epochwise"
LIBRARY = sorted(PACKAGE.rglob("*.py"))
SHIPPED = sorted(PLUGINS.glob("*.py"))
SCRIPTS = sorted((ROOT / "workflow" / "scripts").glob("*.py"))
RULES = [ROOT / "Snakefile", *sorted((ROOT / "workflow" / "rules").glob("*.smk"))]
GUIDE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
# from the ground up: a package imports from itself and from those before it; "" is what lies
# beside the packages
ORDER = (
    "",
    "records",
    "plugins",
    "study",
    "data",
    "curves",
    "training",
    "networks",
    "tables",
    "answers",
    "figures",
    "page",
    "planning",
    "verification",
    "conformance",
)
ABOVE_ALL = ("__main__", "api")  # they lead to every package
FRAMEWORKS = {"torch", "jax", "tensorflow", "keras"}
SLOW = FRAMEWORKS | {"sklearn", "matplotlib"}


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def imported(tree: ast.AST) -> set[str]:
    """Name the modules that a piece of code imports, each with what it takes from it."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def top_level(names: set[str]) -> set[str]:
    return {name.split(".")[0] for name in names}


def at_import(path: Path) -> set[str]:
    """Name the packages that importing a module imports, type checking apart."""
    tree = ast.parse(read(path))
    top = [n for n in tree.body if isinstance(n, ast.Import | ast.ImportFrom)]
    return top_level(imported(ast.Module(top, [])))


def package_of(path: Path) -> str:
    return "/".join(path.relative_to(PACKAGE).parts[:-1])


def at_fault(paths: list[Path], is_at_fault) -> list[str]:
    return [str(path.relative_to(ROOT)) for path in paths if is_at_fault(path)]


def test_the_library_knows_neither_the_workflow_manager_nor_a_framework():
    silent = [path for path in LIBRARY if path.stem != "__main__"]  # it says what to type next
    assert not at_fault(silent, lambda path: "snakemake" in read(path).lower())
    main = ast.parse(read(PACKAGE / "__main__.py"))
    assert "snakemake" not in top_level(imported(main))
    others = [path for path in LIBRARY if package_of(path) != "networks"]
    assert not at_fault(
        others, lambda path: top_level(imported(ast.parse(read(path)))) & FRAMEWORKS
    )


def test_the_one_package_that_knows_frameworks_is_reached_by_plugins_alone():
    """`networks` wraps what a user of a framework writes: it must know it, and nobody must know of it."""

    def reaches(path: Path) -> bool:
        names = {n for n in imported(ast.parse(read(path))) if n.startswith("epochwise.networks")}
        return bool(names) and package_of(path) != "networks"

    assert at_fault(LIBRARY, reaches) == ["workflow/epochwise/api.py"]


def test_importing_a_module_imports_nothing_slow():
    assert not at_fault(LIBRARY + SHIPPED, lambda path: at_import(path) & SLOW)


def test_the_packages_are_those_that_the_order_names():
    assert {package_of(path) for path in LIBRARY} == set(ORDER)


def test_imports_run_one_way_between_the_packages():
    def looks_up(path: Path) -> bool:
        names = {n for n in imported(ast.parse(read(path))) if n.startswith("epochwise.")}
        packages = {name.split(".")[1] for name in names}
        allowed = ORDER[: ORDER.index(package_of(path)) + 1]
        return any(package in ORDER and package not in allowed for package in packages)

    below = [path for path in LIBRARY if package_of(path) or path.stem not in ABOVE_ALL]
    assert not at_fault(below, looks_up)
    door = "epochwise.api"
    users = at_fault(
        LIBRARY, lambda path: any(n.startswith(door) for n in imported(ast.parse(read(path))))
    )
    assert users == ["workflow/epochwise/planning/reruns.py"]  # which asks where its names live


def test_packages_hold_nothing_themselves():
    inits = [path for path in LIBRARY if path.name == "__init__.py"]
    quiet = [path for path in inits if package_of(path) not in ("", "conformance")]
    assert not at_fault(quiet, lambda path: len(ast.parse(read(path)).body) != 1)


def test_no_two_modules_have_one_name():
    stems = Counter(path.stem for path in LIBRARY if not path.stem.startswith("__"))
    assert [name for name, times in stems.items() if times > 1] == []


def test_tests_mirror_the_packages():
    folders = {path.parent.name for path in (ROOT / "tests").glob("*/test_*.py")}
    assert set(ORDER) - {""} <= folders


def test_a_plugin_imports_from_one_door():
    def takes_a_side_door(path: Path) -> bool:
        names = {n for n in imported(ast.parse(read(path))) if n.split(".")[0] == "epochwise"}
        return any(not name.startswith("epochwise.api.") for name in names)

    assert not at_fault(SHIPPED, takes_a_side_door)
    template = read(PACKAGE / "plugins" / "templates" / "backend.py.txt")
    readme = re.search(r"```python\n(.*?)```", read(ROOT / "README.md"), re.DOTALL)[1]
    for example in (template.format(name="mine", trainer="Mine"), readme):
        taken = {n for n in imported(ast.parse(example)) if n.startswith("epochwise")}
        assert taken
        assert all(name.startswith("epochwise.api.") for name in taken)


def test_what_comes_through_the_door_is_what_type_checkers_see_and_what_the_guide_lists():
    """The names stand in the module twice: for type checkers, and to be imported when asked for."""
    tree = ast.parse(read(PACKAGE / "api.py"))
    seen = imported(next(node for node in tree.body if isinstance(node, ast.If)))
    lazily = {f"epochwise.{home}.{name}" for name, home in epochwise.api.HOME.items()}
    assert seen == lazily
    names = {*epochwise.api.HOME, "hookimpl", "VERSION"}
    assert set(epochwise.api.__all__) == names
    assert [name for name in sorted(names) if f"`{name}`" not in GUIDE] == []
    assert all(getattr(epochwise.api, name) is not None for name in names)


def test_the_version_of_the_door_is_raised_when_a_name_or_a_parameter_goes():
    """What plugins rely on: a change that fails here needs a new VERSION, and a line in the changelog."""
    promised = {
        "Column": "kind, values, problem, keys, notes",
        "Dataset": "table, features, target, task, categorical, partition, missing",
        "Logged": "table, unit, first_epoch, taken, notes, guesses",
        "Partition": "x, y, target",
        "Problem": "task, partitions, hyperparameters, target_mean, target_scale, target_names",
        "WrittenTable": "path, columns, lines, notes",
        "Written": "decimal, thousands, units, missing_words",
        "adapt": "state, loss, hp",
        "categories": "values, written",
        "choose_loss": "where, role, names, asked",
        "compiled_data": "problem",
        "days": "values, written, form",
        "infinite_where_not_finite": "values, written",
        "is_like_an_id": "values",
        "join_series": "series",
        "join_seeds": "states",
        "learning_rate": "problem, state",
        "log_loss": "xp, target, probability, epsilon",
        "look": "values, written",
        "measure": "xp, task, target, outputs",
        "metrics_of": "task, outputs",
        "one_seed": "state, index",
        "one_seed_at_a_time": "trainer",
        "read_frame": "path, separator, decimal, sheet, texts",
        "read_table": "path",
        "read_text": "path",
        "require_known": "where, asked, known",
        "split_layers": "flat, layer_sizes",
        "stack_runs": "path, runs",
        "step_sizes": "problem, iteration, epochs",
        "stretch_length": "problem, seeds",
        "table": "columns",
        "take_losses": "table, asked, unit, first_epoch, notes",
        "unknown": "kind, name, known",
        "weights_mask": "layer_sizes, dtype",
        "within_training": "epochs, steps, training",
        "words_of": "name",
    }
    got = {
        name: ", ".join(inspect.signature(getattr(epochwise.api, name)).parameters)
        for name in promised
    }
    assert epochwise.api.VERSION == 1
    assert got == promised


def test_an_unknown_name_is_told_which_there_are():
    with pytest.raises(
        AttributeError, match=r"epochwise\.api has no 'requires'; it has: .*hookimpl"
    ):
        _ = epochwise.api.requires
    assert "hookimpl" in dir(epochwise.api)


def test_a_plugin_imports_no_other_plugin():
    stems = {path.stem for path in SHIPPED}
    assert not at_fault(SHIPPED, lambda path: top_level(imported(ast.parse(read(path)))) & stems)
    kinds = "|".join(SUFFIXES.values())
    assert not at_fault(SHIPPED, lambda path: not re.fullmatch(rf"[a-z0-9_]+({kinds})", path.stem))


def test_an_adapter_is_short():
    assert not at_fault(SCRIPTS, lambda path: len(read(path).splitlines()) > 34)


def test_nothing_unsafe():
    words = ("import pickle", "allow_pickle=True", "yaml.load(", "shell=True")

    def calls_eval(path: Path) -> bool:
        calls = [n for n in ast.walk(ast.parse(read(path))) if isinstance(n, ast.Call)]
        return any(isinstance(c.func, ast.Name) and c.func.id in ("eval", "exec") for c in calls)

    assert not at_fault(LIBRARY + SHIPPED, lambda path: any(word in read(path) for word in words))
    assert not at_fault(LIBRARY + SHIPPED, calls_eval)


def test_one_module_reads_and_writes_yaml():
    users = at_fault(
        LIBRARY + SHIPPED + SCRIPTS, lambda p: "yaml" in top_level(imported(ast.parse(read(p))))
    )
    assert users == ["workflow/epochwise/study/yaml_files.py"]


def test_files_stay_readable():
    assert not at_fault(LIBRARY + SHIPPED, lambda path: len(read(path).splitlines()) > 400)


def test_an_installed_library_has_its_files_that_are_no_code():
    settings = tomllib.loads(read(ROOT / "pyproject.toml"))["tool"]["setuptools"]
    patterns = settings["package-data"]["epochwise"]
    shipped = {path for pattern in patterns for path in PACKAGE.glob(pattern)}
    assert {path for path in PACKAGE.rglob("*.*") if path.suffix not in (".py", ".pyc")} == shipped


def test_every_hook_is_documented_where_plugin_authors_read():
    hooks = [hook for hook in vars(hookspecs) if hook.startswith("register_")]
    assert {hook.removeprefix("register_") for hook in hooks} == set(SUFFIXES)
    for hook in hooks:
        assert getattr(hookspecs, hook).__doc__
        assert f"`{hook}`" in GUIDE


def test_every_rule_says_where_it_logs_and_what_code_it_depends_on_and_runs_a_script():
    for path in RULES:
        for rule in re.split(r"^rule ", read(path), flags=re.MULTILINE)[1:]:
            if not rule.startswith("all:"):
                assert "    log:" in rule
                assert "    script:" in rule
                assert "        code=" in rule
            assert "    run:" not in rule
            assert "    shell:" not in rule


def test_every_package_of_a_stage_has_its_rules():
    stages = {path.stem for path in RULES} - {"Snakefile"}
    made = {"data", "training", "tables", "answers", "figures", "page"}
    assert stages == made | {"planning", "records"}
    assert stages <= set(ORDER)


def test_a_wheel_has_every_file_of_the_library():
    patterns = tomllib.loads(read(ROOT / "pyproject.toml"))["tool"]["setuptools"]["package-data"]
    packed = {path for pattern in patterns["epochwise"] for path in PACKAGE.glob(pattern)}
    others = {p for p in PACKAGE.rglob("*.*") if p.is_file() and p.suffix not in (".py", ".pyc")}
    assert others - packed == set()


def test_every_figure_has_a_caption():
    captions = read(ROOT / "workflow" / "report" / "figure.rst")
    assert [f for f in load_all(PLUGINS, "figures") if f'"{f}": ' not in captions] == []
