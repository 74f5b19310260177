"""Write the gallery of all studies of the run."""

from pathlib import Path

from epochwise.job_log import job
from epochwise.records.recording import recorded

with job(snakemake.log[0]), recorded(snakemake):
    from epochwise.page import gallery
    from epochwise.study.study import restore

    page = Path(snakemake.output[0])
    studies = [restore(name, one) for name, one in snakemake.params.studies.items()]
    gallery.write(page.parent, studies, page)
