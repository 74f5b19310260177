"""Points and folds that are tiny share a job; what lies on disk keeps its cut."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from planning.planned import finish, make

TINY = """
datasets: [iris]
partitions: {method: k_fold, n_splits: 3}
seeds: 2
training: {epochs: 20}
sweep: {alpha: [0.1, 0.2]}
"""


def cuts(plan):
    """The jobs of a plan, as their folders name them."""
    return sorted({str(plan.block_folder(block).relative_to(plan.work)) for block in plan.blocks})


def test_points_and_folds_that_are_tiny_share_a_job(tmp_path):
    plan = make(tmp_path, TINY)
    assert cuts(plan) == ["iris/fold-0-2/alpha=0.1@alpha=0.2/numpy/seeds-0-1"]
    (job,) = [at for rule, at in plan.jobs() if rule == "train"]
    assert (job["fold"], job["point"]) == ("0-2", "alpha=0.1@alpha=0.2")
    at = SimpleNamespace(**job)
    assert [file[-18:] for file in plan.fold_files(at, "arrays.npz")] == [
        f"/fold-{n}/arrays.npz" for n in range(3)
    ]
    assert [one["hyperparameters"]["alpha"] for one in plan.told(job["point"])] == [0.1, 0.2]
    assert len(plan.segment_files("npz")) == 1
    labels = plan.segment_labels()
    assert [(one["labels"]["fold"], one["labels"]["alpha"]) for one in labels] == [
        (fold, alpha) for fold in range(3) for alpha in (0.1, 0.2)
    ]
    assert [one["cell"] for one in labels] == [0, 3, 1, 4, 2, 5]
    assert {one["file"] for one in labels} == {0}
    assert plan.epochs_to_train() == 3 * 2 * 2 * 20


def test_twenty_points_on_five_folds_are_four_jobs(tmp_path):
    """As config/README.md says."""
    values = ", ".join(f"0.0{number:02}" for number in range(1, 21))
    text = TINY.replace("n_splits: 3", "n_splits: 5").replace("0.1, 0.2", values)
    assert len(cuts(make(tmp_path, text.replace("seeds: 2", "seeds: 1")))) == 4


@pytest.mark.parametrize(
    "change",
    [
        ("[iris]", "{moons: {rows: 130000}}"),  # 13 times as much as a small one
        ("epochs: 20", "epochs: 250"),  # two seeds have 500 together, which is enough
        ("seeds: 2", "seeds: 2\njobs: {seeds_per_job: 2}"),  # as asked
    ],
)
def test_what_is_not_tiny_or_cut_by_hand_has_jobs_of_its_own(tmp_path, change):
    assert len(cuts(make(tmp_path, TINY.replace(*change)))) == 3 * 2


@pytest.mark.parametrize(
    ("sweep", "count"),
    [("epochs: [20, 21]", 2), ("device: [cpu, cuda]", 2), ("shuffle: [never, every_epoch]", 1)],
)
def test_points_share_a_job_that_have_as_many_epochs_on_one_device(tmp_path, sweep, count):
    plan = make(tmp_path, TINY.replace("alpha: [0.1, 0.2]", sweep))
    assert len(cuts(plan)) == count
    ((at, *_),) = [[at["point"] for rule, at in plan.jobs() if rule == "train"]]
    assert len(plan.told(at)) == 3 - count


@pytest.mark.parametrize(
    ("change", "new"),
    [
        (("seeds: 2", "seeds: 1"), 0),
        (("seeds: 2", "seeds: 3"), 1),
        (("epochs: 20", "epochs: 9"), 0),
        (("epochs: 20", "epochs: 30"), 1),
        (("[0.1, 0.2]", "[0.1, 0.2, 0.3, 0.4]"), 1),
        (("[0.1, 0.2]", "[0.2, 0.1]"), 0),
        (("[iris]", "[iris, wine]"), 1),
        (("[iris]", "[iris]\nbackends: [numpy, sklearn]"), 1),
        (("seeds: 2", "seeds: 2\njobs: {seeds_per_job: 1}"), 0),
        (("[0.1, 0.2]", "[0.1]"), 1),  # what it shared a job with is not known any more
    ],
)
def test_jobs_that_are_shared_are_kept_as_a_study_grows(tmp_path, change, new):
    done = finish(tmp_path, make(tmp_path, TINY))
    plan = make(tmp_path, TINY.replace(*change))
    assert len(set(plan.segment_files("npz")) - done) == new
    assert len(
        {(b.dataset, b.fold, b.backend, b.point.name, s) for b in plan.blocks for s in b.wanted}
    ) == sum(len(block.wanted) for block in plan.blocks)


@pytest.mark.parametrize("text", [TINY, "datasets: [iris]\nseeds: 12\ntraining: {epochs: 5000}"])
def test_a_second_plan_is_the_first(tmp_path, text):
    """In the same order too, since what reads the segments is told of them in order."""
    plan = make(tmp_path, text)
    finish(tmp_path, plan)
    again = make(tmp_path, text)
    assert again.segment_files("npz") == plan.segment_files("npz")
    assert again.segment_labels() == plan.segment_labels()


def test_of_shared_jobs_the_one_that_reaches_furthest_is_kept_and_nothing_trained_twice(tmp_path):
    fewer = TINY.replace("[0.1, 0.2]", "[0.1]")
    both = finish(tmp_path, make(tmp_path, TINY))
    alone = make(tmp_path, fewer)
    folder = Path(alone.segment_files("npz")[0]).parent
    folder.mkdir(parents=True)  # a job that began, and was stopped
    plan = make(tmp_path, TINY)
    assert set(plan.segment_files("npz")) == both
    assert plan.epochs_to_train() == 0
    finish(tmp_path, alone)  # as far as the other
    more = make(tmp_path, TINY.replace("epochs: 20", "epochs: 30"))
    new = [file for file in more.segment_files("npz") if not Path(file).is_file()]
    assert [Path(file).name for file in new] == ["20-30.npz"]
    assert more.epochs_to_train() == 3 * 2 * 2 * 10


@pytest.mark.parametrize("values", ["0.1, 0.2", ", ".join(f"0.0{n:03}" for n in range(1, 401))])
def test_jobs_are_counted_about_without_being_listed(tmp_path, values):
    text = TINY.replace("0.1, 0.2", values)
    plan = make(tmp_path, text)
    assert plan.most_jobs <= len(cuts(plan))
    assert plan.most_jobs == -(
        -3 * len(plan.points) // max(25 // 2 + 1, 3 * len(plan.points) // 10)
    )
    assert make(
        tmp_path, text.replace("seeds: 2", "seeds: 2\njobs: {seeds_per_job: 1}")
    ).most_jobs == (3 * 2 * len(plan.points))


def test_what_a_job_trains_is_told_in_words(tmp_path):
    plan = make(tmp_path, TINY)
    for fold, point, said in [
        ("0", "default", "default, fold 0"),
        ("0-2", "a@b", "a and b, folds 0-2"),
        ("0+2", "a@b@c@d", "4 points, folds 0+2"),
    ]:
        assert plan.in_words(SimpleNamespace(fold=fold, point=point)) == said


def test_what_has_a_job_of_its_own_keeps_it(tmp_path):
    alone = TINY.replace("seeds: 2", "seeds: 2\njobs: {seeds_per_job: 2}")
    done = finish(tmp_path, make(tmp_path, alone.replace("[0.1, 0.2]", "[0.1]")))
    plan = make(tmp_path, TINY)
    assert set(plan.segment_files("npz")) - done == {
        str(plan.work / "iris/fold-0-2/alpha=0.2/numpy/seeds-0-1/0-20.npz")
    }


def test_the_cuts_of_a_round_share_jobs_of_that_round(tmp_path):
    text = """
datasets: [iris]
partitions: {n_repeats: auto}
training: {epochs: 20}
"""
    plan = make(tmp_path, text)
    by_round = [len(plan.segment_files("npz", number)) for number in range(len(plan.study.rounds))]
    assert by_round == list(range(1, len(by_round) + 1))
