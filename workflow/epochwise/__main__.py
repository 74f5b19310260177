"""The command line: `python -m epochwise`."""

import json
from pathlib import Path

import click

from epochwise.errors import EpochwiseError


class Sentences(click.Group):
    """Commands whose mistakes end in one sentence."""

    def invoke(self, ctx: click.Context) -> object:
        """Run a command; show a user's mistake without a traceback."""
        try:
            return super().invoke(ctx)
        except EpochwiseError as error:
            raise click.ClickException(str(error)) from None


@click.group(cls=Sentences)
@click.version_option(package_name="epochwise")
def main() -> None:
    """How many epochs to train, how sure that is, and why."""


@main.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the answer for programs.")
def answer(folder: Path, as_json: bool) -> None:
    """Print the answer of a study, from its FOLDER such as results/diabetes."""
    file = folder / "answer.json"
    if not file.is_file():
        raise click.ClickException(
            f"{folder} has no answer.json; give a study's folder, such as results/diabetes, after "
            "the workflow has made it."
        )
    from epochwise.answers.describing import describe

    text = file.read_text(encoding="utf-8")
    click.echo(text if as_json else describe(json.loads(text)), nl=not as_json)


if __name__ == "__main__":
    main(prog_name="python -m epochwise")
