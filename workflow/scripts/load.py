"""Load a dataset from its source."""

from pathlib import Path

from epochwise.job_log import job
from epochwise.records.recording import recorded

with job(snakemake.log[0], snakemake.wildcards.study), recorded(snakemake):
    from epochwise import parquet
    from epochwise.data import loading
    from epochwise.plugins import registry
    from epochwise.training.metrics import check_known, known_of

    options = dict(snakemake.params.options)
    if "file" in options:
        options["file"] = snakemake.input.file[0]  # where it lies, seen from here
    name, besides = snakemake.wildcards.dataset, snakemake.params.besides
    sources = registry.load_all(Path(besides["plugins"]), "datasets")
    table, facts = loading.load(name, sources, options, besides["folds"])
    check_known(known_of(facts.task), **besides["shown"])
    parquet.write(table, snakemake.output.table)
    facts.save(snakemake.output.facts)
