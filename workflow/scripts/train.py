"""Train one block of seeds over one segment of epochs, of a point and fold or of several."""

from pathlib import Path

from epochwise.job_log import job
from epochwise.records.recording import recorded

with job(snakemake.log[0], snakemake.wildcards.study) as log, recorded(snakemake) as inputs:
    from epochwise.study.jobs import parse_seeds
    from epochwise.study.sharing import parse
    from epochwise.training import training_job
    from epochwise.training.segment import Segment

    at, besides = snakemake.wildcards, snakemake.params.besides
    cells, seeds = parse(at.fold, at.point), parse_seeds(at.seeds)
    folds = zip(snakemake.input.arrays, snakemake.input.scalers, strict=True)
    files = dict(zip(cells.folds, folds, strict=True))
    told = dict(zip(cells.points, snakemake.params.points, strict=True))
    training_job.run(
        cells=[
            training_job.Cell(
                *files[fold],
                values=told[point]["hyperparameters"],
                segment=Segment(seeds, int(at.start), int(at.end), told[point]["shuffle"]),
                label=f"{at.dataset}: {at.backend}, {point}, fold {fold}, seeds {at.seeds}",
                short=f"{at.backend} {point} seeds {at.seeds}",
            )
            for fold, point in cells.each
        ],
        state=snakemake.input.get("state") or None,
        plugins=Path(besides["plugins"]),
        backend=at.backend,
        threads=snakemake.params.threads,
        batches=besides["batches"],
        made_from=inputs.identity(),
        epoch_timeout=besides["epoch_timeout"],
        log=log,
        shared=Path(".snakemake/epochwise.progress"),
        outputs=dict(snakemake.output),
    )
