"""The workflow away from its clone: in a folder of one's own, as a module, from a wheel."""

import json
import subprocess
import sys
import zipfile
from types import SimpleNamespace

import pytest

from conftest import Clone
from helpers import ROOT

STUDY = """
datasets: [diabetes]
network: {hidden_layer_sizes: [4]}
training: {epochs: 6}
jobs: {epochs_per_job: 3}
seeds: 2
figures: {loss_curves: {}}
"""

MODULE = """
import pandas  # before and after, it is the user's

module epochwise:
    snakefile: {snakefile!r}
    config: config
    {prefix}

use rule * from epochwise as epochwise_*

import pandas.io.json

rule mine:
    default_target: True
    input:
        rules.epochwise_all.input,
    output:
        "rows.txt",
    run:
        import pandas

        with open(output[0], "w") as file:
            file.write(str(len(pandas.read_csv(input[0].replace("report.html", "summary.csv")))))
"""


def run(folder, *arguments, python=sys.executable):
    done = subprocess.run(
        [python, "-m", "snakemake", "--cores", "2", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture
def mine(tmp_path):
    folder = tmp_path / "a folder of mine"
    folder.mkdir()
    (folder / "tiny.yaml").write_text(STUDY, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def there(tmp_path_factory):
    """Run a study in a folder that has nothing else, by the Snakefile of a clone elsewhere."""
    folder, clone = tmp_path_factory.mktemp("mine"), Clone(tmp_path_factory.mktemp("clone") / "c")
    (folder / "tiny.yaml").write_text(STUDY, encoding="utf-8")
    made = SimpleNamespace(folder=folder, clone=clone.folder)
    made.said = run(folder, "-s", str(made.clone / "Snakefile"), "--config", "studies=tiny.yaml")
    return made


def test_it_runs_in_a_folder_that_has_nothing_but_a_study(there):
    assert "Page: results/tiny/report.html" in there.said
    names = {one.name for one in there.folder.iterdir()}
    assert names == {"tiny.yaml", "results", "logs", ".snakemake"}


def test_the_catalogs_main_file_runs_the_same_workflow(there):
    """What one file has made is up to date for the other, and a wrong key is refused by both."""
    main_file = ["-s", str(there.clone / "workflow" / "Snakefile")]
    here = ["-d", str(there.folder)]  # whatever folder the command is given in
    again = run(there.clone, *main_file, *here, "--config", "studies=tiny.yaml")
    assert "Nothing to be done" in again
    command = [sys.executable, "-m", "snakemake", "--cores", "2", *main_file]
    wrong = [*command, "--config", "studys=tiny.yaml"]
    done = subprocess.run(wrong, cwd=there.folder, capture_output=True, text=True)
    assert done.returncode
    assert "Did you mean 'studies'?" in done.stdout + done.stderr


@pytest.mark.long
@pytest.mark.parametrize("prefix", ["", "ours"])
def test_a_workflow_that_imports_pandas_uses_it_as_a_module(clone, mine, prefix):
    text = MODULE.format(
        snakefile=str(clone.folder / "Snakefile"), prefix=f"prefix: {prefix!r}" if prefix else ""
    )
    (mine / "Snakefile").write_text(text, encoding="utf-8")
    (mine / "config.yaml").write_text("studies: [tiny.yaml]\nmy_own_key: 1\n", encoding="utf-8")
    run(mine, "--configfile", "config.yaml")
    assert (mine / "rows.txt").read_text(encoding="utf-8") == "2"
    results = mine / prefix / "results" / "tiny"
    assert json.loads((results / "manifest.json").read_text("utf-8"))["results"]
    assert (results / "figures" / "loss_curves.png").is_file()
    assert [one.name for one in mine.glob("results")] == ([] if prefix else ["results"])
    assert "Nothing to be done" in run(mine, "--configfile", "config.yaml")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Build the wheel without the network, from a copy, as it leaves files behind."""
    source = tmp_path_factory.mktemp("source")
    files = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True
    ).stdout.split("\n")
    for name in filter(None, files):
        if (ROOT / name).is_file():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            (source / name).write_bytes((ROOT / name).read_bytes())
    out = tmp_path_factory.mktemp("wheel")
    build = ["wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", str(out)]
    subprocess.run([sys.executable, "-m", "pip", *build, str(source)], check=True)
    (made,) = out.glob("*.whl")
    return made


def test_the_wheel_has_the_whole_workflow(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    beside = [
        "Snakefile",
        "workflow/Snakefile",
        *(ROOT / "workflow").glob("r*/*.*"),
        *(ROOT / "workflow/scripts").glob("*.py"),
    ]
    beside += [*(ROOT / "plugins").glob("*.py"), *(ROOT / "config").rglob("*.yaml")]
    beside += [*(ROOT / "profiles").rglob("*.yaml")]
    wanted = {f"epochwise_workflow/{(ROOT / one).relative_to(ROOT)}" for one in beside}
    assert wanted <= names
    library = {
        str(one.relative_to(ROOT / "workflow"))
        for one in (ROOT / "workflow/epochwise").rglob("*")
        if one.is_file() and one.suffix != ".pyc"
    }
    assert library <= names
    assert not [name for name in names if name.startswith(("tests", "epochwise_workflow/tests"))]


@pytest.mark.long
def test_an_installed_wheel_makes_a_study_of_ones_own_from_anywhere(wheel, mine, tmp_path):
    environment = tmp_path / "environment"
    subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
    python = str(environment / "bin" / "python")
    pins = str(ROOT / "constraints.txt")
    install = [python, "-m", "pip", "install", "--quiet", "-c", pins, str(wheel)]
    subprocess.run(install, check=True)
    epochwise = str(environment / "bin" / "epochwise")

    def say(*arguments):
        return subprocess.run(
            [epochwise, *arguments], cwd=mine, capture_output=True, text=True, check=True
        ).stdout

    rows = "\n".join(f"{i},{i % 7},{i * 1.5 + i % 5}" for i in range(100))
    (mine / "houses.csv").write_text(f"size,rooms,price\n{rows}\n", encoding="utf-8")
    snakefile = say("snakefile").strip()
    assert snakefile.startswith(str(environment))
    assert f"-s {snakefile} --cores 4" in say("init", "houses.csv")
    assert "houses" in say("validate", "houses.yaml")
    text = (mine / "houses.yaml").read_text(encoding="utf-8")
    (mine / "houses.yaml").write_text(text.replace("epochs: ", "epochs: 3 # "), encoding="utf-8")
    said = run(mine, "-s", snakefile, "--config", "studies=houses.yaml", python=python)
    assert "Page: results/houses/report.html" in said
    assert "numpy" in say("backends")
