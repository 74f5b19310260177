"""Set the tables that go into a text, as LaTeX and Markdown."""

from pathlib import Path

from epochwise.job_log import job
from epochwise.records.recording import recorded

with job(snakemake.log[0], snakemake.wildcards.study), recorded(snakemake):
    from epochwise.study.study import restore
    from epochwise.tables import markup
    from epochwise.tables.results import Tables

    name = snakemake.wildcards.study
    folder = Path(snakemake.output[0]).parents[1]
    markup.write_all(Tables(folder, restore(name, snakemake.params.study)))
