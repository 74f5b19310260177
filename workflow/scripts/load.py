"""Load a dataset from its source."""

from pathlib import Path

from epochwise.job import job

with job(snakemake.log[0]):
    from epochwise import datasets, plugins

    options = dict(snakemake.params.options)
    if snakemake.input.get("file"):
        options["file"] = snakemake.input.file
    sources = plugins.load_all(Path(snakemake.params.plugins), "datasets")
    table, facts = datasets.load(snakemake.wildcards.dataset, sources, options)
    datasets.write(table, snakemake.output.table)
    facts.save(snakemake.output.facts)
