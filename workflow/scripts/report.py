"""Write the page of a study."""

from pathlib import Path

from epochwise.job_log import job
from epochwise.records.recording import recorded

with job(snakemake.log[0], snakemake.wildcards.study), recorded(snakemake):
    from epochwise.page import report
    from epochwise.study.study import restore

    page = Path(snakemake.output[0])
    study = restore(snakemake.wildcards.study, snakemake.params.study)
    report.write(page.parent, study, page, snakemake.input)
