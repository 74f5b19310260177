"""Load a dataset from its source."""

from pathlib import Path

from epochwise.job_log import job

with job(snakemake.log[0], snakemake.wildcards.study):
    from epochwise import parquet
    from epochwise.data import loading
    from epochwise.plugins import registry
    from epochwise.training.metrics import check_known, known_of

    options = dict(snakemake.params.options)
    if "file" in options:
        options["file"] = snakemake.input.file[0]  # where it lies, seen from here
    sources = registry.load_all(Path(snakemake.params.plugins), "datasets")
    name, folds = snakemake.wildcards.dataset, snakemake.params.folds
    table, facts = loading.load(name, sources, options, folds)
    check_known(known_of(facts.task), **snakemake.params.shown)
    parquet.write(table, snakemake.output.table)
    facts.save(snakemake.output.facts)
