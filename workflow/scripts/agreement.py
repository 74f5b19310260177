"""Compare the backends' curves with the reference's."""

from epochwise.job_log import job
from epochwise.records.recording import recorded

with job(snakemake.log[0], snakemake.wildcards.study), recorded(snakemake):
    from epochwise.tables import agreement

    files = snakemake.output
    losses, backends = snakemake.input.losses, snakemake.params.backends
    agreement.write(losses, backends[0], files.summary, files.by_epoch, backends)
