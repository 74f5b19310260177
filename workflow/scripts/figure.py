"""Draw one figure of a study."""

from pathlib import Path

from epochwise.job_log import job
from epochwise.records.recording import recorded

with job(snakemake.log[0]), recorded(snakemake):
    from epochwise.figures.save import save
    from epochwise.plugins import registry
    from epochwise.study.study import restore
    from epochwise.tables.results import Tables

    at = snakemake.wildcards
    figures = registry.load_all(Path(snakemake.params.besides["plugins"]), "figures")
    folder = Path(snakemake.output[0]).parents[1]
    tables = Tables(folder, restore(at.study, snakemake.params.study))
    save(
        figures[at.figure].resolve()(tables, snakemake.params.options),
        (snakemake.output.png, snakemake.output.svg, snakemake.output.pdf),
        tables.in_their_words,
    )
