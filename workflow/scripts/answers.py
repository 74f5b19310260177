"""Compute the answers of a study."""

from pathlib import Path

from epochwise.job import job

with job(snakemake.log[0]):
    from epochwise import datasets, plugins
    from epochwise.answers import files

    files.make(
        snakemake.input.losses,
        [datasets.read_facts(path) for path in snakemake.input.facts],
        snakemake.params.study,
        plugins.load_all(Path(snakemake.params.plugins), "stopping"),
        Path(snakemake.output.answer).parent,
    )
