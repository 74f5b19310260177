"""Draw one figure of a study."""

from pathlib import Path

from epochwise.job import job

with job(snakemake.log[0]):
    from epochwise import plugins
    from epochwise.figures.save import save
    from epochwise.figures.tables import Tables
    from epochwise.study import Study

    at = snakemake.wildcards
    figures = plugins.load_all(Path(snakemake.params.plugins), "figures")
    tables = Tables(Path("results") / at.study, Study(at.study, "", snakemake.params.study))
    save(figures[at.figure].value(tables, snakemake.params.options), snakemake.output)
