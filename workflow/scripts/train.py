"""Train one block of seeds over one segment of epochs."""

from pathlib import Path

from epochwise.job_log import job

with job(snakemake.log[0], snakemake.wildcards.study) as log:
    from epochwise.study.jobs import parse_seeds
    from epochwise.training import checkpoints, training_job
    from epochwise.training.segment import Segment

    at, params = snakemake.wildcards, dict(snakemake.params)
    epoch_timeout = params.pop("epoch_timeout")  # no result follows from it
    training_job.run(
        arrays=snakemake.input.arrays,
        scaler=snakemake.input.scaler,
        state=snakemake.input.get("state") or None,
        plugins=Path(snakemake.params.plugins),
        backend=at.backend,
        values=snakemake.params.hyperparameters,
        batches=snakemake.params.batches,
        segment=Segment(
            parse_seeds(at.seeds), int(at.start), int(at.end), snakemake.params.shuffle
        ),
        made_from=checkpoints.made_from(snakemake.input, params),
        epoch_timeout=epoch_timeout,
        label=f"{at.dataset}: {at.backend}, {at.point}, fold {at.fold}, seeds {at.seeds}",
        short=f"{at.backend} {at.point} seeds {at.seeds}",
        log=log,
        shared=Path(".snakemake/epochwise.progress"),
        outputs=dict(snakemake.output),
    )
