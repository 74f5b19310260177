"""Join the segments of a study into its loss table."""

from epochwise.job_log import job

with job(snakemake.log[0], snakemake.wildcards.study):
    from epochwise.tables import loss_table

    parts = loss_table.parts(snakemake.input.segments, snakemake.params.labels)
    table = loss_table.aggregate(parts, snakemake.params.epochs)
    loss_table.save(table, snakemake.output.parquet, snakemake.output.csv)
