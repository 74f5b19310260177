"""Cut the partitions of one fold and standardise them."""

from importlib import import_module

from epochwise.imports import hidden
from epochwise.job_log import job
from epochwise.records.recording import recorded

with job(snakemake.log[0], snakemake.wildcards.study), recorded(snakemake):
    with hidden("pandas"):  # scikit-learn would import it, for nothing
        import_module("sklearn.model_selection")
        import_module("sklearn.preprocessing")

    from epochwise import parquet
    from epochwise.data import datasets, standardise
    from epochwise.training import problems, states

    table = parquet.read(snakemake.input.table)
    facts = datasets.read_facts(snakemake.input.facts)
    parts = standardise.cut_rows(
        table, facts, snakemake.params.partitions, int(snakemake.wildcards.fold)
    )
    problems.check_batch_sizes(len(parts["train"]), **snakemake.params.besides["batches"])
    arrays, scaler = standardise.standardise(table, facts, parts, snakemake.params.standardise)
    states.save(snakemake.output.arrays, arrays)
    scaler.save(snakemake.output.scaler)
