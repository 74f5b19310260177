"""Join the segments of a study into its loss table."""

from epochwise.job import job

with job(snakemake.log[0], snakemake.wildcards.study):
    from epochwise import loss_table
    from epochwise.cutting import parse_seeds

    labels = snakemake.params.labels
    parts = [
        loss_table.Part(path, one["labels"], parse_seeds(one["wanted"]), one["epochs"])
        for path, one in zip(snakemake.input.segments, labels, strict=True)
    ]
    table = loss_table.aggregate(parts)
    loss_table.save(table, snakemake.output.parquet, snakemake.output.csv)
