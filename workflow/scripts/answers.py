"""Compute the answers of a study."""

from pathlib import Path

from epochwise.job_log import job
from epochwise.records.recording import recorded

with job(snakemake.log[0]), recorded(snakemake):
    from epochwise.answers import files
    from epochwise.data import datasets
    from epochwise.plugins import registry

    files.make(
        snakemake.input.losses,
        [datasets.read_facts(path) for path in snakemake.input.facts],
        snakemake.params.study,
        registry.load_all(Path(snakemake.params.besides["plugins"]), "stopping"),
        Path(snakemake.output.answer).parent,
    )
