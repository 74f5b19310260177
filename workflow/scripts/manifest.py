"""Write down what the results of a study are, to the byte."""

from pathlib import Path

from epochwise.job_log import job
from epochwise.records.recording import recorded

with job(snakemake.log[0]), recorded(snakemake):
    from epochwise.page import manifest

    file = Path(snakemake.output[0])
    manifest.write(snakemake.input, file.parent, file, besides=["snakemake"])
