"""What the rules share: the plan of each study, and the input functions that read it."""

import sys
from os.path import relpath
from pathlib import Path

from snakemake.exceptions import WorkflowError
from snakemake.logging import logger

from epochwise.planning.final_message import final_message
from epochwise.errors import EpochwiseError
from epochwise.imports import visible
from epochwise.file_lock import lock
from epochwise.planning.refusals import check_backends, read_plans
from epochwise.tables.catalogue import ANSWERS, TYPESET, typeset_files
from epochwise.planning.reruns import Code

RESULTS = Path("results")
PLUGINS = Path(relpath(Path(workflow.basedir) / "plugins"))
CODE = Code(Path(workflow.basedir) / "workflow" / "scripts", PLUGINS)

try:
    PLANS = read_plans(config["studies"], Path("config/studies"), PLUGINS, RESULTS)
except EpochwiseError as error:
    raise WorkflowError(str(error)) from None

# Snakemake looks for data frames among the parameters, and imports pandas for it at every start.
# There are none; and jobs, which do need pandas, are processes of their own. A plugin may import
# it: those above have been imported, and the others are imported where it is visible.
sys.modules.setdefault("pandas", None)


def before_any_job():
    try:
        with visible("pandas"):
            check_backends(PLANS.values(), PLUGINS)
        file = Path(".snakemake/epochwise.lock")
        workflow.epochwise_lock = lock(file, logger.warning)
    except EpochwiseError as error:
        raise WorkflowError(str(error)) from None


def all_results(wildcards):
    names = ("report.html", "timings.csv")
    made = [f"results/{study}/{name}" for study in PLANS for name in names]
    return [*made, "results/index.html"] if len(PLANS) > 1 else made
