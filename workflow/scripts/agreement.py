"""Compare the backends' curves with the reference's."""

from epochwise.job_log import job

with job(snakemake.log[0], snakemake.wildcards.study):
    from epochwise.tables import agreement

    files = snakemake.output
    losses, reference = snakemake.input.losses, snakemake.params.reference
    agreement.write(losses, reference, files.summary, files.by_epoch)
