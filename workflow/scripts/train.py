"""Train one block of seeds over one segment of epochs, of a point and fold or of several."""

from pathlib import Path

from epochwise.job_log import job
from epochwise.records.recording import recorded

with job(snakemake.log[0], snakemake.wildcards.study) as log, recorded(snakemake) as inputs:
    from epochwise.training import training_job

    read, told = snakemake.input, snakemake.params
    training_job.run(
        cells=training_job.cells_of(snakemake.wildcards, read.arrays, read.scalers, told.points),
        state=read.get("state") or None,
        plugins=Path(told.besides["plugins"]),
        backend=snakemake.wildcards.backend,
        threads=told.threads,
        batches=told.besides["batches"],
        made_from=inputs.identity(),
        epoch_timeout=told.besides["epoch_timeout"],
        log=log,
        shared=Path(".snakemake/epochwise.progress"),
        outputs=dict(snakemake.output),
    )
