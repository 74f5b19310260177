"""From a stranger's table to an answer: as `init` writes the study, nothing added."""

import json

import pytest

from epochwise.answers.describing import describe
from epochwise.planning.starting_study import start
from epochwise.planning.validation import validate
from helpers import PLUGINS
from strangers_tables import TABLES, make

NAMES = [table.__name__ for table in TABLES]
TARGETS = {"machines": ["power_w", "wear_mm"]}


@pytest.mark.long
def test_the_answers_for_five_tables_beat_their_baselines_or_say_that_they_do_not(clone):
    make(clone.folder)
    for name in NAMES:
        start(str(clone.folder / f"{name}.csv"), TARGETS.get(name, []), None, PLUGINS)
    studies = [str(clone.folder / f"{name}.yaml") for name in NAMES]
    assert validate(studies, clone.folder, PLUGINS).problems == []
    clone.run("--config", f"studies={','.join(studies)}")
    found = {n: json.loads((clone.folder / f"results/{n}/answer.json").read_text()) for n in NAMES}
    answers = {name: one["answers"][0] for name, one in found.items()}
    beats = {name: one["best_epoch"]["beats_baseline"] for name, one in answers.items()}
    assert beats == dict.fromkeys(NAMES, True) | {"noise": False}
    told = {name: describe(one) for name, one in found.items()}
    assert "no better than predicting the training mean" in told["noise"].splitlines()[0]
    assert "balanced accuracy 50.0 %" in told["churn"]
    assert "% of the baseline's loss is that of power_w" in told["machines"]
    assert "5 cuts of this data set" in told["prices"]
    facts = {
        n: json.loads((clone.folder / f"results/{n}/work/{n}/raw.json").read_text()) for n in NAMES
    }
    assert facts["orders"]["features"] == ["ordered_on", "country", "weight_kg"]
    assert facts["churn"]["features"] == ["months", "bill", "calls", "plan"]
