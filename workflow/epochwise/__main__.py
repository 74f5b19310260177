"""The command line: `python -m epochwise`."""

import json
import os
import re
import shutil
import sys
import traceback
from contextlib import redirect_stdout
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Any

import click

from epochwise.culprit import place
from epochwise.errors import CurvesError, DataError, EpochwiseError, visible
from epochwise.leftovers import ending_without_threads
from epochwise.shipped import own_or_shipped, workflow_folder

if TYPE_CHECKING:
    from epochwise.planning.starting_study import Started

PLUGINS: dict[str, Any] = {
    "type": click.Path(path_type=Path),
    "default": lambda: own_or_shipped(Path("plugins")),
    "show_default": "plugins, or where there is no such folder those that are shipped",
    "help": "Folder of plugins.",
}


READER: dict[str, Any] = {"help": "What the files are; by default each reader is asked."}
OPTION: dict[str, Any] = {
    "multiple": True,
    "metavar": "KEY=VALUE",
    "help": "What the files are, such as validation_loss=val_mse; give it again for several.",
}
NO_MEMORY = "this needs more memory than there is; free some, or give smaller data or files."
ASKS = re.compile(  # of a sentence that asks for a reader or an option
    r"\breader\b|\b(?:run|epoch|restarts|unit|first_epoch|\w+_loss|best|out_of|label|rows|experiment|runs): "
)
HOW_TO_SAY = "What you are asked for is said with --reader NAME or --option KEY=VALUE."


class Unreadable(click.ClickException):
    """Files that cannot be read; each is told."""

    exit_code = 2


class Sentences(click.Group):
    """Commands whose mistakes end in one sentence."""

    def invoke(self, ctx: click.Context) -> object:
        """Run a command; show a user's mistake without a traceback."""
        try:
            return super().invoke(ctx)
        except SystemExit as error:
            if (
                traceback.extract_tb(error.__traceback__)[-1].filename == __file__
            ):  # a command's own
                raise
            raise click.ClickException(
                f"{place(error)} ends the process, by sys.exit({error.code!r}); see there."
            ) from None
        except EpochwiseError as error:
            if isinstance(error, CurvesError):
                asked = any(map(ASKS.search, error.sentences))
                raise Unreadable("\n".join([*error.sentences, *[HOW_TO_SAY] * asked])) from None
            raise click.ClickException(str(error)) from None
        except MemoryError:
            raise click.ClickException(NO_MEMORY) from None


@click.group(cls=Sentences)
@click.version_option(package_name="epochwise")
def main() -> None:
    """How many epochs to train, how sure that is, and why."""


@main.command()
@click.argument("paths", type=click.Path(path_type=Path), nargs=-1, required=True)
@click.option("--reader", **READER)
@click.option("--option", "options", **OPTION)
@click.option("--json", "as_json", is_flag=True, help="Print the answer for programs.")
@click.option("--plugins", **PLUGINS)
def answer(
    paths: tuple[Path, ...],
    reader: str | None,
    options: tuple[str, ...],
    as_json: bool,
    plugins: Path,
) -> None:
    """Print the answer of a study or of loss histories.

    PATHS is a study's folder, such as results/diabetes; or files and folders in which other tools
    left the losses of their epochs, each run a seed of one setting.
    """
    file = paths[0] / "answer.json"
    if len(paths) == 1 and os.path.isfile(file):
        click.echo(_made(file, as_json))
        return
    if made := [path for path in paths if os.path.isfile(path / "answer.json")]:
        raise click.ClickException(
            f"{made[0]} is the folder of a study; give one such folder, alone."
        )
    if os.path.isfile(paths[0] / "study.yaml"):
        raise click.ClickException(
            f"{paths[0]} has no answer.json yet; run the workflow to its end first."
        )
    from epochwise.answers.of_files import answer_files
    from epochwise.plugins.backend_commands import require_plugins

    require_plugins(plugins)
    found = answer_files(paths, plugins, reader, dict(map(_option, options)))
    click.echo(json.dumps(found, indent=2) if as_json else in_words(found))


def _made(file: Path, as_json: bool) -> str:
    """Give the answer that a study has left, as it lies there or in words."""
    from epochwise.json_files import read_object

    answer = read_object(file)
    try:
        return json.dumps(answer, indent=2) if as_json else in_words(answer)
    except (LookupError, TypeError, ValueError, AttributeError):
        raise DataError(
            f"{file}: is no answer as this version of epochwise gives it; run the workflow again to make it anew."
        ) from None


def in_words(answer: dict[str, Any]) -> str:
    """Say an answer; of others' files first what they were taken for."""
    from epochwise.answers.describing import describe
    from epochwise.curves.taken import taken_for

    is_study = answer["study"] is not None
    taken = [*taken_for(answer["files"], is_study), ""] if "files" in answer else []
    lines = [*taken, *describe(answer).split("\n")]
    return "\n".join(map(visible, lines))  # names are whatever stood in the files


def _option(text: str) -> tuple[str, Any]:
    """Read an option as a study would: `first_epoch=0`, `test_loss=false`, `validation_loss=[a, b]`."""
    from epochwise.study import yaml_files

    key, equals, value = text.partition("=")
    if not equals or not key.strip():
        raise click.ClickException(f"--option: {text!r} is not KEY=VALUE, such as first_epoch=0.")
    return key.strip(), yaml_files.parse(value, "--option")


@main.command()
@click.argument("studies", nargs=-1, required=True)
@click.option("--quiet", is_flag=True, help="Print the problems alone.")
@click.option("--plugins", **PLUGINS)
def validate(studies: tuple[str, ...], quiet: bool, plugins: Path) -> None:
    """Say all that is wrong with STUDIES (names, files, or all) and their data; nothing is made."""
    from epochwise.planning import validation
    from epochwise.plugins.backend_commands import require_plugins

    require_plugins(plugins)
    found = validation.validate(list(studies), own_or_shipped(Path("config/studies")), plugins)
    for line in [] if quiet else found.warnings:
        click.echo(f"warning: {line}", err=True)
    for line in found.problems if quiet else [*found.fine, *found.problems]:
        click.echo(line)
    if found.problems:
        raise SystemExit(1)


@main.command()
@click.argument("data")
@click.option(
    "--target",
    "targets",
    multiple=True,
    help="The column to predict; by default the last. Give it again for several.",
)
@click.option(
    "--output", type=click.Path(path_type=Path), help="By default the data's name with .yaml."
)
@click.option("--plugins", **PLUGINS)
def init(data: str, targets: tuple[str, ...], output: Path | None, plugins: Path) -> None:
    """Write a study file for DATA, a file of your own, with what is found in it."""
    from epochwise.planning.starting_study import start
    from epochwise.plugins.backend_commands import require_plugins

    require_plugins(plugins)
    _tell(start(data, targets, output, plugins))


@main.command("new-study")
@click.argument("paths", type=click.Path(path_type=Path), nargs=-1, required=True)
@click.option("--reader", **READER)
@click.option("--option", "options", **OPTION)
@click.option(
    "--output", type=click.Path(path_type=Path), help="By default the name of what is given, here."
)
@click.option("--plugins", **PLUGINS)
def new_study(
    paths: tuple[Path, ...],
    reader: str | None,
    options: tuple[str, ...],
    output: Path | None,
    plugins: Path,
) -> None:
    """Write a study file for the loss histories in PATHS, which other tools have left."""
    from epochwise.planning.starting_curves import start_curves
    from epochwise.plugins.backend_commands import require_plugins

    require_plugins(plugins)
    _tell(start_curves(paths, reader, dict(map(_option, options)), output, plugins))


def _tell(started: "Started") -> None:
    """Say what was written, and what to type next."""
    check = f"{tool('epochwise')} validate {quote(str(started.path))}"
    here = (
        "" if Path("Snakefile").is_file() else f" -s {quote(str(workflow_folder() / 'Snakefile'))}"
    )
    run = f"{tool('snakemake')}{here} --cores 4 --config {quote(f'studies={started.path}')}"
    for line in started.said:
        click.echo(line)
    click.echo(f"Next: {check}   then: {run}")


def tool(name: str) -> str:
    """Give what to type for a command of this environment, which need not be on the path."""
    beside = Path(sys.executable).with_name(name)
    if shutil.which(name) or not beside.is_file():
        return name
    return quote(os.path.relpath(beside))


@main.command()
@click.option("--plugins", **PLUGINS)
def backends(plugins: Path) -> None:
    """List the backends, their frameworks' versions, and how to get those that are missing."""
    from epochwise.plugins.backend_commands import describe_backends

    click.echo(describe_backends(plugins))


@main.command()
@click.argument("backend")
@click.option("--plugins", **PLUGINS)
def check(backend: str, plugins: Path) -> None:
    """Check a BACKEND, a name or a file, against the contract, one line per check."""
    from epochwise import conformance
    from epochwise.plugins.backend_commands import require_plugins

    is_file = backend.endswith(".py")
    if not is_file:
        require_plugins(plugins)
    with ending_without_threads():
        with redirect_stdout(sys.stderr):  # what the backend prints is no part of the report
            checks = conformance.check(backend) if is_file else conformance.check(plugins, backend)
        click.echo(conformance.report(checks))
        if any(one.failed for one in checks):
            raise SystemExit(1)


@main.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--retrain",
    type=click.IntRange(0),
    default=0,
    metavar="K",
    help="Train K runs again, drawn at random.",
)
@click.option("--json", "as_json", is_flag=True, help="Print what was found for programs.")
@click.option("--plugins", **PLUGINS)
def verify(folder: Path, retrain: int, as_json: bool, plugins: Path) -> None:
    """Check that the results in FOLDER, such as results/diabetes, are what was made, and follow from it."""
    from epochwise.plugins.backend_commands import require_plugins
    from epochwise.verification import finding, verifying

    require_plugins(plugins)
    findings = []
    for one in verifying.verify(folder, plugins, retrain):
        findings.append(one)
        if not as_json:
            click.echo(one.line())
    found = finding.as_json(str(folder), findings)
    click.echo(json.dumps(found, indent=2) if as_json else finding.conclude(found))
    if not found["holds"]:
        raise SystemExit(1)


@main.command()
def snakefile() -> None:
    """Print where the Snakefile is: snakemake -s "$(epochwise snakefile)" --cores 4 runs it anywhere."""
    click.echo(workflow_folder() / "Snakefile")


@main.command()
@click.option("--plugins", **PLUGINS)
def schema(plugins: Path) -> None:
    """Print the JSON Schema of studies, with the hyperparameters of the backends at hand."""
    from epochwise.planning.editor_schema import editor_schema

    click.echo(json.dumps(editor_schema(plugins), indent=2))


@main.command("new-backend")
@click.argument("name")
@click.option("--torch", "kind", flag_value="torch", help="A network of PyTorch of your own.")
@click.option("--keras", "kind", flag_value="keras", help="A network of Keras of your own.")
@click.option("--plugins", **PLUGINS | {"default": "plugins", "show_default": True})
def new_backend(name: str, kind: str | None, plugins: Path) -> None:
    """Write a starting file for a backend called NAME."""
    from epochwise.plugins import backend_commands

    path = backend_commands.new_backend(plugins, name, kind or "backend")
    fill_in = "it trains as it is; put your network into it" if kind else "fill in its two methods"
    click.echo(f"{path}: {fill_in}, then try: python -m epochwise check {path}")


if __name__ == "__main__":
    main(prog_name="python -m epochwise")
