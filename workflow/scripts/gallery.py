"""Write the gallery of all studies of the run."""

from pathlib import Path

from epochwise.job import job

with job(snakemake.log[0]):
    from epochwise.report import gallery
    from epochwise.study import Study

    page = Path(snakemake.output[0])
    studies = [Study(name, "", one) for name, one in snakemake.params.studies.items()]
    gallery.write(page.parent, studies, page)
