"""Join the segments of a study into its loss table."""

from epochwise.job import job

with job(snakemake.log[0]):
    from epochwise import loss_table

    labels = snakemake.params.labels
    table = loss_table.aggregate(
        [(path, one["labels"]) for path, one in zip(snakemake.input.segments, labels, strict=True)],
        [one["epochs"] for one in labels],
    )
    loss_table.save(table, snakemake.output.parquet, snakemake.output.csv)
