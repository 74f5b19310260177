"""Write down what the results of a study are, to the byte."""

from pathlib import Path

from epochwise.job_log import job

with job(snakemake.log[0]):
    from epochwise.page import manifest

    folder = Path("results") / snakemake.wildcards.study
    manifest.write(snakemake.input, folder, snakemake.output[0], besides=["snakemake"])
