"""The rules of the architecture, enforced."""

import ast
import re
import tomllib
from pathlib import Path

import pytest

from epochwise.plugins import hookspecs

ROOT = Path(__file__).parent.parent
LIBRARY = sorted((ROOT / "workflow" / "epochwise").rglob("*.py"))
PLUGINS = sorted((ROOT / "plugins").glob("*.py"))
SCRIPTS = sorted((ROOT / "workflow" / "scripts").glob("*.py"))
RULES = [ROOT / "Snakefile", *sorted((ROOT / "workflow" / "rules").glob("*.smk"))]
FRAMEWORKS = {"torch", "jax", "tensorflow", "keras"}
SLOW = FRAMEWORKS | {"sklearn", "matplotlib"}


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def imports(tree: ast.AST) -> set[str]:
    """Name the top-level packages that a piece of code imports."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found


def at_import(path: Path) -> set[str]:
    """Name the packages that importing a module imports, type checking apart."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    top = [n for n in tree.body if isinstance(n, ast.Import | ast.ImportFrom)]
    return imports(ast.Module(top, []))


@pytest.mark.parametrize("path", LIBRARY, ids=name)
def test_the_library_knows_neither_the_workflow_manager_nor_a_framework(path):
    text = path.read_text(encoding="utf-8")
    assert "snakemake" not in text.lower()
    assert not imports(ast.parse(text)) & FRAMEWORKS


@pytest.mark.parametrize("path", LIBRARY + PLUGINS, ids=name)
def test_importing_a_module_imports_nothing_slow(path):
    assert not at_import(path) & SLOW


@pytest.mark.parametrize("path", PLUGINS, ids=name)
def test_a_plugin_imports_no_other_plugin(path):
    stems = {other.stem for other in PLUGINS}
    assert not imports(ast.parse(path.read_text(encoding="utf-8"))) & stems
    assert re.fullmatch(r"[a-z0-9_]+_(backend|datasets|stopping|figures)", path.stem)


@pytest.mark.parametrize("path", SCRIPTS, ids=name)
def test_an_adapter_is_short(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 32


def test_one_module_reads_and_writes_yaml():
    users = [p for p in LIBRARY + PLUGINS + SCRIPTS if "yaml" in imports(ast.parse(p.read_text()))]
    assert [path.name for path in users] == ["yaml_files.py"]


@pytest.mark.parametrize("path", LIBRARY + PLUGINS, ids=name)
def test_nothing_unsafe(path):
    text = path.read_text(encoding="utf-8")
    for word in ("import pickle", "allow_pickle=True", "yaml.load(", "shell=True"):
        assert word not in text
    calls = [n for n in ast.walk(ast.parse(text)) if isinstance(n, ast.Call)]
    assert not [c for c in calls if isinstance(c.func, ast.Name) and c.func.id in ("eval", "exec")]


@pytest.mark.parametrize("path", LIBRARY + PLUGINS, ids=name)
def test_files_stay_readable(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400


def test_an_installed_library_has_its_files_that_are_no_code():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    patterns = settings["tool"]["setuptools"]["package-data"]["epochwise"]
    library = ROOT / "workflow" / "epochwise"
    shipped = {path for pattern in patterns for path in library.glob(pattern)}
    others = {path for path in library.rglob("*.*") if path.suffix not in (".py", ".pyc")}
    assert others == shipped


def test_every_hook_is_documented_where_plugin_authors_read():
    guide = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    hooks = [hook for hook in vars(hookspecs) if hook.startswith("register_")]
    assert hooks
    for hook in hooks:
        assert getattr(hookspecs, hook).__doc__
        assert f"`{hook}`" in guide


@pytest.mark.parametrize("path", RULES, ids=name)
def test_every_rule_says_where_it_logs_and_runs_a_script(path):
    text = path.read_text(encoding="utf-8")
    for rule in re.split(r"^rule ", text, flags=re.M)[1:]:
        if not rule.startswith("all:"):
            assert "    log:" in rule
            assert "    script:" in rule
        assert "    run:" not in rule
        assert "    shell:" not in rule


def test_every_figure_has_a_caption():
    from epochwise.plugins.registry import load_all

    captions = (ROOT / "workflow" / "report" / "figure.rst").read_text(encoding="utf-8")
    for figure in load_all(ROOT / "plugins", "figures"):
        assert f'"{figure}": ' in captions
