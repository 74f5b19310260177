"""Write a study as it was run, every default filled in."""

from pathlib import Path

from epochwise.job_log import job

with job(snakemake.log[0], snakemake.wildcards.study):
    import yaml

    text = yaml.safe_dump(snakemake.params.study, sort_keys=False, allow_unicode=True)
    Path(snakemake.output[0]).write_text(text, encoding="utf-8")
