"""A training job, in this process: from a fold's files to losses, an end state and times."""

import json
from dataclasses import replace

import numpy as np
import pyarrow.parquet as pq
import pytest

from epochwise.columns import facts_of
from epochwise.errors import PluginError, StudyError
from epochwise.training import states, training_job
from epochwise.training.contract import Partition, Problem
from epochwise.training.defaults import hyperparameters
from epochwise.training.parameters import initial_state
from epochwise.training.segment import Segment


def losses_of(files):
    return pq.read_table(files["losses"]).to_pandas().set_index(["seed", "epoch"]).sort_index()


def test_two_jobs_in_a_row_leave_what_one_would(job):
    whole = job(Segment([3, 5], 0, 6, "every_epoch"))
    first = job(Segment([3, 5], 0, 2, "every_epoch"))
    second = job(Segment([3, 5], 2, 6, "every_epoch"), first["state"])
    joined = [*losses_of(first).itertuples(), *losses_of(second).itertuples()]
    assert sorted(joined) == list(losses_of(whole).itertuples())
    end, resumed = states.load(whole["state"]), states.load(second["state"])
    assert end.keys() == resumed.keys()
    assert all(np.array_equal(end[name], resumed[name]) for name in end)
    assert end["going"].tolist() == [True, True]
    assert end["iteration"] == 6 * 3  # twenty rows in batches of eight
    facts = facts_of(pq.read_schema(whole["losses"]))
    assert facts == facts_of(pq.read_schema(second["losses"]))
    assert facts["task"] == "regression"
    assert facts["fold"]["baselines"].keys() == {"training_mean", "own_mean"}
    assert facts["fold"]["rows"] == {"train": 20, "validation": 10}


def test_the_times_say_how_many_epochs_all_networks_together_were_trained(job):
    files = job(Segment([3, 5], 0, 2, "never"))
    files = job(Segment([3, 5], 2, 6, "never"), files["state"])
    with open(files["timings"], encoding="utf-8") as file:
        times = json.load(file)
    assert times["epochs_trained"] == 8
    assert 0 < times["start_up_seconds"] < 600
    assert 0 < times["training_seconds"] < 600


def test_a_run_that_diverged_in_the_segment_before_is_not_taken_up_again(job):
    first = job(Segment([3, 5], 0, 2, "never"))
    state = states.load(first["state"]) | {"going": np.array([1, 0])}
    states.save(first["state"], state)
    second = job(Segment([3, 5], 2, 6, "never"), first["state"])
    assert losses_of(second).index.tolist() == [(3, 3), (3, 4), (3, 5), (3, 6)]
    going = states.load(second["state"])["going"]
    assert (going.dtype, going.tolist()) == (bool, [True, False])


def test_where_all_runs_diverged_the_job_ends_early_without_complaint(job):
    wild = {"solver": "sgd", "learning_rate_init": 1e300}
    files = job(Segment([3], 0, 40, "never"), **wild)
    assert len(losses_of(files)) < 40
    assert states.load(files["state"])["going"].tolist() == [False]


def test_a_batch_size_above_the_training_rows_is_told_with_its_key(job):
    with pytest.raises(StudyError, match=r"made\.yaml: sweep\.batch_size: 21 is more than the 20"):
        job(Segment([3], 0, 1, "never"), asked=[("sweep.batch_size", 21)])


def test_a_backend_for_other_tasks_is_refused_before_it_trains(job, tmp_path):
    folder = tmp_path / "plugins"
    folder.mkdir()
    (folder / "picky_backend.py").write_text(
        "from epochwise.api import hookimpl\n\n\n"
        "def make(problem, state):\n    raise AssertionError('it was made')\n\n\n"
        "@hookimpl\ndef register_backends(register):\n"
        "    register('picky', make, honours={'task': ['binary', 'multiclass']})\n"
    )
    with pytest.raises(PluginError, match="'picky' has no task 'regression'; it has: binary, mul"):
        job(Segment([3], 0, 1, "never"), plugins=folder, backend="picky")


class Ended:
    """A trainer that has trained, with something wrong with its state."""

    def __init__(self, state):
        self.given = state

    def state(self):
        return self.given


def end(problem, going, spoil=lambda state: None, segment=None):
    segment = segment or Segment([1, 2], 3, 6, "never")
    state = initial_state(problem, segment.seeds)
    state["iteration"] = np.array(6 * 3)
    spoil(state)
    fresh, going = initial_state(problem, segment.seeds), np.array(going)
    return training_job.end_state("tested", Ended(state), problem, segment, going, fresh)


def test_an_end_state_that_lacks_something_or_miscounts_its_updates_is_refused():
    x = np.zeros((20, 2))
    part = Partition(x, x[:, :1], x[:, :1])
    problem = Problem("regression", {"train": part}, hyperparameters(batch_size=8))
    assert end(problem, [True, False])["going"].tolist() == [True, False]
    with pytest.raises(PluginError, match=r"'tested': state\(\) lacks weights\."):
        end(problem, [True, True], lambda state: state.pop("weights"))
    needs_more = replace(problem, hyperparameters=replace(problem.hyperparameters, solver="adam"))
    lost = sorted(set(initial_state(needs_more, [1])) - {"weights"})
    for name in lost:
        with pytest.raises(PluginError, match=rf"lacks {name}\."):
            end(needs_more, [True, True], lambda state, name=name: state.pop(name))
    for wrong in (17, 19):
        with pytest.raises(PluginError, match=rf"\['iteration'\] is {wrong} after 18 updates"):
            end(problem, [True, False], lambda state, n=wrong: state.update(iteration=np.array(n)))
    assert end(problem, [False, False], lambda s: s.update(iteration=np.array(7)))["iteration"] == 7
    with pytest.raises(PluginError, match=r"state\(\)\['best'\] is of Python objects"):
        end(problem, [True, True], lambda state: state.update(best=np.array([None, {}])))
