"""What the rules share: the plan of each study, and the input functions that read it."""

import logging
import sys
from contextlib import suppress
from os.path import relpath
from pathlib import Path

from snakemake.exceptions import WorkflowError
from snakemake.logging import logger

from epochwise.planning.cores import too_few
from epochwise.planning.endings import (
    InASentence,
    WhenAJobFails,
    WhenSaid,
    cancel_on_interrupt,
    end_on_interrupt,
    failed,
    stopped,
)
from epochwise.planning.final_message import final_message
from epochwise.errors import EpochwiseError
from epochwise.imports import visible
from epochwise.file_lock import lock
from epochwise.planning.first_look import check_data
from epochwise.planning.outdated import expected, outdated
from epochwise.planning.plan import any_of, is_enough
from epochwise.planning.refusals import check_backends, check_config, read_plans
from epochwise.refusals_of_the_system import sentence_of
from epochwise.shipped import own_or_shipped
from epochwise.tables.catalogue import ANSWERS, TYPESET, typeset_files
from epochwise.planning.reruns import Code
from epochwise.training.terminal import expect

# this workflow's own folder, wherever it is used from
OWN = Path(str(workflow.current_basedir)).parents[1]
IS_MODULE = Path(workflow.basedir) not in (OWN, OWN / "workflow")
RESULTS = Path("results")
PLUGINS = Path(relpath(OWN / "plugins"))
PROGRESS = Path(".snakemake/epochwise.progress")  # as scripts/train.py has it
ENDING = {"words": failed}  # unless the run is stopped
CODE = Code(OWN / "workflow" / "scripts", PLUGINS)
OUTDATED = set()  # filled when all rules are known
LOOKING = set()  # not empty while what lies there is looked at, before any job


configfile: own_or_shipped(Path("config/config.yaml"), OWN)


try:
    if not IS_MODULE:  # whose user's configuration has more
        check_config(config)
    STUDIES = own_or_shipped(Path("config/studies"), OWN)
    PLANS = read_plans(config["studies"], STUDIES, PLUGINS, RESULTS)
except EpochwiseError as error:
    raise WorkflowError("\n".join(error.sentences)) from None

# three rules make a loss table, each for its own kind of study
LOSSES = "results/{study}/losses.parquet"
TRAINED = {name for name, plan in PLANS.items() if plan.study.trains}
WITH_CSV = {name for name in TRAINED if PLANS[name].has_csv}
GALLERY = ["gallery"] if len(PLANS) > 1 else []

# Snakemake looks for data frames among the parameters, and imports pandas for it at every start.
# There are none; and jobs, which do need pandas, are processes of their own. A plugin may import
# it: those above have been imported, and the others are imported where it is visible. So may
# the workflow that uses this one as a module.
if not IS_MODULE:
    sys.modules.setdefault("pandas", None)


def say_the_answer():
    print(final_message(PLANS.values(), RESULTS / "index.html"))


def hold_lock():
    """Lock the results from before it is decided what to make; what runs nothing takes no lock."""
    if workflow.executor_plugin is None or workflow.dryrun:
        return
    try:
        workflow.epochwise_lock = lock(RESULTS / ".lock", logger.warning)
    except OSError as error:  # what is to be made will fail, with a sentence
        logger.warning(f"{RESULTS}: cannot be locked ({error}).")
    except EpochwiseError as error:
        raise WorkflowError(str(error)) from None


if not IS_MODULE:
    logger.addHandler(WhenSaid("Nothing to be done", say_the_answer))
    logger.addHandler(
        WhenSaid("Will exit after finishing", lambda: ENDING.update(words=stopped))
    )
    logger.addHandler(WhenAJobFails(lambda words: print(words, file=sys.stderr)))
    logger.addFilter(InASentence())
    logging.raiseExceptions = False  # a log that cannot be written stops no run
    if workflow.is_main_process:
        logger.addHandler(WhenSaid("Building DAG of jobs", hold_lock))


def before_any_job():
    try:
        with visible("pandas"):
            check_backends(PLANS.values(), PLUGINS)
        check_data(PLANS.values(), PLUGINS, CODE, Path(".snakemake/epochwise.passed"))
        with suppress(OSError):
            expect(PROGRESS, sum(plan.epochs_to_train() for plan in PLANS.values()))
        if workflow.local_exec:
            for sentence in too_few(PLANS.values(), workflow.cores):
                logger.warning(sentence)
            end_on_interrupt(lambda: stopped(PLANS.values()))
        else:
            cancel_on_interrupt(lambda: ENDING.update(words=stopped))
    except EpochwiseError as error:
        raise WorkflowError("\n".join(error.sentences)) from None


def made_again(wildcards):
    """Give no input: have Snakemake make again what was made from something else than is asked."""
    workflow.dag.forcefiles.update(OUTDATED)
    return []


def last_round(study):
    plan = PLANS[study]
    if LOOKING:
        return plan.reached()
    for number in range(len(plan.study.rounds) - 1):
        judged = checkpoints.judge_round.get(study=study, round=number)
        if is_enough(judged.output[0]):
            return number
    return None


def judgements(study):
    rounds, last = PLANS[study].study.rounds, last_round(study)
    made = rounds[:-1] if last is None else rounds[: last + 1]
    return [f"results/{study}/work/rounds/{number}.json" for number in range(len(made))]


def all_results(wildcards):
    made = [file for plan in PLANS.values() for file in plan.made()]
    return [*made, "results/index.html"] if len(PLANS) > 1 else made
