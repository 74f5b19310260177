"""Join the segments of a study into its loss table."""

from pathlib import Path

from epochwise.job_log import job
from epochwise.records.recording import recorded

with job(snakemake.log[0], snakemake.wildcards.study), recorded(snakemake):
    from epochwise.tables import loss_table

    table, csv = snakemake.output.parquet, snakemake.output.get("csv")
    if csv is None:  # what a smaller study left there is not of this table
        Path(table).with_suffix(".csv").unlink(missing_ok=True)
    parts = loss_table.parts(snakemake.input.segments, snakemake.params.labels)
    loss_table.save(loss_table.Joined(parts, snakemake.params.epochs), table, csv)
