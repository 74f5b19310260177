"""What lies there and was made from something else than is asked now; included when all rules are known."""


def look_at_results():
    LOOKING.add("at results")
    try:
        OUTDATED.update(
            outdated(
                expected(PLANS.values(), rules, OWN / "workflow" / "scripts", GALLERY),
                Path(".snakemake/epochwise.digests"),
                logger.warning,
            )
        )
    except OSError as error:
        raise WorkflowError(sentence_of(error) or str(error)) from None
    finally:
        LOOKING.clear()


# jobs that another machine or process runs have been looked at by the one that sends them
if workflow.is_main_process:
    logger.addHandler(WhenSaid("Building DAG of jobs", look_at_results))
