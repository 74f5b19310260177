"""Collect the times of all training jobs."""

from epochwise.job_log import job

with job(snakemake.log[0], snakemake.wildcards.study):
    from epochwise.tables import timings

    timings.collect(snakemake.input.segments, snakemake.params.labels, snakemake.output[0])
