"""Make the loss table of loss histories that other tools have left."""

from pathlib import Path

from epochwise.job_log import job

with job(snakemake.log[0], snakemake.wildcards.study):
    from epochwise.curves.gathering import gather
    from epochwise.curves.readers import load_readers
    from epochwise.tables import loss_table

    known = load_readers(Path(snakemake.params.plugins))
    table = gather(snakemake.params.curves, known)
    loss_table.save(table, snakemake.output.parquet, snakemake.output.csv)
