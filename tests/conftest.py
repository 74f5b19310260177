"""What the tests share."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("epochwise", deadline=None)  # a busy machine breaks no test
settings.load_profile("epochwise")

ROOT = Path(__file__).parent.parent


FRAMEWORKS = ("torch", "jax", "tensorflow")  # whose import and compiling alone take minutes


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Count the tests that train with a framework, by their names, among the long ones."""
    for item in items:
        name = item.nodeid.partition("::")[2].lower()
        if item.get_closest_marker("gpu"):
            continue  # neither among the long ones
        trains = item.path.parent.name == "backends" or item.path.name == "test_metrics.py"
        if trains and any(framework in name for framework in FRAMEWORKS):
            item.add_marker(pytest.mark.long)


@pytest.fixture(scope="session")
def plugins() -> Path:
    return ROOT / "plugins"


class Clone:
    """A copy of the workflow in a folder of its own, to run and to change."""

    def __init__(self, folder: Path, origin: Path = ROOT) -> None:
        self.folder = folder
        for name in ("workflow", "plugins", "profiles", "config"):
            shutil.copytree(
                origin / name, folder / name, ignore=shutil.ignore_patterns("__pycache__")
            )
        shutil.copy(origin / "Snakefile", folder)

    def copy(self, folder: Path) -> "Clone":
        """Copy it with its results and what Snakemake knows of them."""
        shutil.copytree(self.folder, folder)
        copied = object.__new__(Clone)
        copied.folder = folder
        return copied

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "snakemake", "--cores", "2", *arguments]

    def run(self, *arguments: str, ok: bool = True) -> str:
        """Run the workflow; give what it prints."""
        done = subprocess.run(
            self.command(*arguments), cwd=self.folder, capture_output=True, text=True, timeout=600
        )
        text = done.stdout + done.stderr
        assert (done.returncode == 0) == ok, text
        return text

    def jobs(self, *arguments: str) -> dict[str, int]:
        """Count by rule the jobs that a run would make."""
        text = self.run("--dry-run", *arguments)
        if "Nothing to be done" in text:
            return {}
        lines = text.split("Job stats:")[1].splitlines()[3:]
        counts = {}
        for line in lines:
            if not line.strip():
                break
            rule, count = line.split()[:2]
            counts[rule] = int(count)
        return {rule: count for rule, count in counts.items() if rule not in ("all", "total")}

    def study(self, name: str, text: str) -> Path:
        path = self.folder / "config" / "studies" / f"{name}.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    def edit(self, path: str, old: str, new: str) -> None:
        file = self.folder / path
        text = file.read_text(encoding="utf-8")
        assert old in text, f"{path} has no {old!r}"
        file.write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    return Clone(tmp_path / "clone with a space")
