"""Make the loss table of loss histories that other tools have left."""

from pathlib import Path

from epochwise.job_log import job
from epochwise.records.recording import recorded

with job(snakemake.log[0], snakemake.wildcards.study), recorded(snakemake):
    from epochwise.curves.gathering import gather
    from epochwise.curves.readers import load_readers
    from epochwise.tables import loss_table

    known = load_readers(Path(snakemake.params.besides["plugins"]))
    table = gather(snakemake.params.curves, known)
    loss_table.save(table, snakemake.output.parquet, snakemake.output.csv)
