"""Summarise every run of a study."""

from epochwise.job import job

with job(snakemake.log[0], snakemake.wildcards.study):
    from epochwise import summary

    summary.write(snakemake.input.losses, snakemake.params.epochs, snakemake.output[0])
