"""The versions that are claimed are those that are run."""

import re
import tomllib

import yaml

from helpers import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PYTHON = "Programming Language :: Python :: "
CLAIMED = [c.removeprefix(PYTHON) for c in PROJECT["classifiers"] if c.startswith(f"{PYTHON}3.")]


def read(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def test_every_python_that_is_claimed_is_run():
    others = yaml.safe_load(read(".github/workflows/ci.yml"))["jobs"]["pythons"]
    lowest = PROJECT["requires-python"].removeprefix(">=")
    assert [lowest, *others["strategy"]["matrix"]["python"]] == CLAIMED
    assert f"version=${{1:-{CLAIMED[-1]}}}" in read(".ci/newest-python")
    assert f"run_subset python{lowest} " in read(".ci/lowest")
    *all_but_last, last = CLAIMED
    assert f"Python {', '.join(all_but_last)} or {last} " in read("README.md")


def test_snakemake_has_one_lowest_version():
    (bound,) = [d for d in PROJECT["dependencies"] if d.startswith("snakemake>=")]
    assert f'min_version("{bound.removeprefix("snakemake>=")}")' in read("Snakefile")


def test_every_dependency_has_a_lowest_version_and_a_pin():
    extras = PROJECT["optional-dependencies"]
    wanted = PROJECT["dependencies"] + extras["test"] + extras["slurm"]
    pins = {line.split("==")[0].lower() for line in read("constraints.txt").splitlines()}
    for one in wanted:
        name = re.match(r"[a-z0-9-]+(?=>=\d)", one)
        assert name, one
        assert name[0] in pins, one
