"""Judge whether a study that goes on until it is sure enough may stop."""

import json
from pathlib import Path

from epochwise.job_log import job

with job(snakemake.log[0], snakemake.wildcards.study):
    from epochwise.answers.rounds import judge
    from epochwise.answers.settings import AnswerSettings
    from epochwise.tables.loss_table import aggregate, parts
    from epochwise.tables.reading import LossTable

    table = aggregate(
        parts(snakemake.input.segments, snakemake.params.labels), snakemake.params.epochs
    )
    judged = judge(LossTable(table), AnswerSettings(**snakemake.params.answer))
    Path(snakemake.output[0]).write_text(json.dumps(judged, indent=1) + "\n", encoding="utf-8")
