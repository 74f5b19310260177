"""Collect the times of all training jobs."""

from epochwise.job_log import job
from epochwise.records.recording import recorded

with job(snakemake.log[0], snakemake.wildcards.study), recorded(snakemake):
    from epochwise.tables import timings

    timings.collect(snakemake.input.segments, snakemake.params.labels, snakemake.output[0])
