"""Train one block of seeds over one segment of epochs."""

from pathlib import Path

from epochwise.job_log import job
from epochwise.records.recording import recorded

with job(snakemake.log[0], snakemake.wildcards.study) as log, recorded(snakemake) as inputs:
    from epochwise.study.jobs import parse_seeds
    from epochwise.training import training_job
    from epochwise.training.segment import Segment

    at, besides = snakemake.wildcards, snakemake.params.besides
    training_job.run(
        arrays=snakemake.input.arrays,
        scaler=snakemake.input.scaler,
        state=snakemake.input.get("state") or None,
        plugins=Path(besides["plugins"]),
        backend=at.backend,
        threads=snakemake.params.threads,
        values=snakemake.params.hyperparameters,
        batches=besides["batches"],
        segment=Segment(
            parse_seeds(at.seeds), int(at.start), int(at.end), snakemake.params.shuffle
        ),
        made_from=inputs.identity(),
        epoch_timeout=besides["epoch_timeout"],
        label=f"{at.dataset}: {at.backend}, {at.point}, fold {at.fold}, seeds {at.seeds}",
        short=f"{at.backend} {at.point} seeds {at.seeds}",
        log=log,
        shared=Path(".snakemake/epochwise.progress"),
        outputs=dict(snakemake.output),
    )
