"""Join the segments of a study into its loss table."""

from epochwise.job_log import job

with job(snakemake.log[0], snakemake.wildcards.study):
    from epochwise.study.jobs import parse_seeds
    from epochwise.tables import loss_table

    labels = snakemake.params.labels
    parts = [
        loss_table.Part(path, one["labels"], parse_seeds(one["wanted"]), one["epochs"])
        for path, one in zip(snakemake.input.segments, labels, strict=True)
    ]
    table = loss_table.aggregate(parts, snakemake.params.epochs)
    loss_table.save(table, snakemake.output.parquet, snakemake.output.csv)
