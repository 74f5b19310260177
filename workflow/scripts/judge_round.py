"""Judge whether a study that goes on until it is sure enough may stop."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory

from epochwise.job_log import job
from epochwise.records.recording import recorded

with job(snakemake.log[0], snakemake.wildcards.study), recorded(snakemake):
    from epochwise.answers.rounds import judge
    from epochwise.answers.settings import AnswerSettings
    from epochwise.tables import loss_table
    from epochwise.tables.reading import LossTable

    out = Path(snakemake.output[0])
    parts = loss_table.parts(snakemake.input.segments, snakemake.params.labels)
    with TemporaryDirectory(dir=out.parent) as folder:
        table = Path(folder) / "losses.parquet"
        loss_table.save(loss_table.Joined(parts, snakemake.params.epochs), table)
        judged = judge(LossTable(table), AnswerSettings(**snakemake.params.answer))
    out.write_text(json.dumps(judged, indent=1) + "\n", encoding="utf-8")
