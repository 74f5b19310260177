"""Write a study as it was run, every default filled in."""

from pathlib import Path

from epochwise.job_log import job
from epochwise.records.recording import recorded

with job(snakemake.log[0], snakemake.wildcards.study), recorded(snakemake):
    from epochwise.study import yaml_files

    text = yaml_files.dump(snakemake.params.study)
    Path(snakemake.output[0]).write_text(text, encoding="utf-8")
