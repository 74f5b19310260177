"""Write the page of a study."""

from pathlib import Path

from epochwise.job import job

with job(snakemake.log[0], snakemake.wildcards.study):
    from epochwise import report
    from epochwise.study import Study

    page = Path(snakemake.output[0])
    study = Study(snakemake.wildcards.study, "", snakemake.params.study)
    report.write(page.parent, study, page)
