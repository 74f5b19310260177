"""Patterns of files: what stands in braces becomes columns, in the order that people would sort it."""

from pathlib import Path

import pytest

from epochwise.errors import StudyError
from epochwise.study.run_files import find_run_files, natural, pairs_of


def make(folder, *names):
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()


def found(folder, *patterns):
    files = find_run_files(patterns, folder, "my.yaml: files")
    return [(str(Path(one.path).relative_to(folder)), dict(one.labels)) for one in files]


def test_braces_become_columns_in_the_order_of_their_values(tmp_path):
    make(tmp_path, *(f"lr={lr}/seed-{s}/m.csv" for lr in ("0.1", "1e-3", "2") for s in (10, 9)))
    rows = found(tmp_path, "lr={rate}/seed-{seed}/m.csv")
    assert [one["rate"] for _, one in rows] == [0.001, 0.001, 0.1, 0.1, 2, 2]
    assert [one["seed"] for _, one in rows] == [9, 10] * 3
    assert rows[0][0] == "lr=1e-3/seed-9/m.csv"


def test_texts_are_sorted_as_people_do_and_stand_beside_numbers(tmp_path):
    make(tmp_path, "run-10.csv", "run-9.csv", "run-x.csv", "run-007.csv")
    assert [one["n"] for _, one in found(tmp_path, "run-{n}.csv")] == [7, 9, 10, "x"]
    assert sorted(["a10", "a9", "a1²", "b"], key=natural) == ["a1²", "a9", "a10", "b"]


def test_stars_stand_for_what_does_not_matter_and_folders_are_found_at_any_depth(tmp_path):
    make(tmp_path, "a/deep/er/seed-1.csv", "a/seed-2.csv", "a/seed-3.txt", "b/seed-4.csv")
    rows = found(tmp_path, "a/**/seed-{seed}.csv")
    assert [one for _, one in rows] == [{"seed": 1}, {"seed": 2}]
    assert [path for path, _ in found(tmp_path, "*/seed-?.csv")] == ["a/seed-2.csv", "b/seed-4.csv"]


def test_a_name_that_comes_twice_is_the_same_twice(tmp_path):
    make(tmp_path, "s1/run-1.csv", "s2/run-2.csv", "s2/run-1.csv")
    rows = found(tmp_path, "s{seed}/run-{seed}.csv")
    assert [one["seed"] for _, one in rows] == [1, 2]


def test_a_folder_whose_name_looks_like_a_pattern_is_a_folder(tmp_path):
    make(tmp_path / "[x]*", "seed-1.csv")
    assert len(found(tmp_path / "[x]*", "seed-{seed}.csv")) == 1


def test_a_name_with_braces_of_its_own_is_refused(tmp_path):
    make(tmp_path, "{study}-1.csv")
    with pytest.raises(StudyError, match=r"has braces in its name, .*rename it"):
        found(tmp_path, "*-{seed}.csv")


def test_several_patterns_are_one_list_and_a_file_counts_once(tmp_path):
    make(tmp_path, "a-1.csv", "b-2.csv")
    assert len(found(tmp_path, "a-{seed}.csv", "{*}-{seed}.csv".replace("{*}", "*"))) == 2


@pytest.mark.parametrize(
    ("patterns", "said"),
    [
        (["no-{seed}.csv"], r"no file matches 'no-\{seed\}\.csv'; check the pattern"),
        (["{backend}.csv"], r"\{backend\} cannot be: .*framework"),
        (["{epoch}.csv"], r"\{epoch\} cannot be: the loss table has a column"),
        (["{dataset}.csv"], r"\{dataset\} cannot be"),
        (["{Seed}.csv"], r"\{Seed\} cannot be; write \{seed\}, in small letters"),
        (["{my name}.csv"], r"\{my name\} cannot be the name of a column"),
        (["{}.csv"], r"\{\} cannot be the name of a column"),
        (["a{b.csv"], "a brace has no partner"),
        (["a}b.csv"], "a brace has no partner"),
        (["a.csv", "{seed}.csv"], r"names none and '\{seed\}\.csv' \{seed\}; put the same names"),
        (["{seed}.csv"], r"a\.csv: \{seed\} is 'a' there, and must be a whole number"),
        (["{fold}.csv"], r"\{fold\} is 'a' there"),
    ],
)
def test_mistakes_are_told_with_file_key_and_what_to_do(tmp_path, patterns, said):
    make(tmp_path, "a.csv")
    with pytest.raises(StudyError, match=f"my.yaml: files: .*{said}"):
        found(tmp_path, *patterns)


def test_a_seed_is_not_below_zero(tmp_path):
    make(tmp_path, "s-1.csv")
    with pytest.raises(StudyError, match="is -1 there"):
        found(tmp_path, "s{seed}.csv")


@pytest.mark.parametrize(
    ("part", "pairs"),
    [
        ("lr=0.1,depth=3", [("lr", "0.1", ","), ("depth", "3", "")]),
        ("lr=0.1_depth=3.csv", [("lr", "0.1", "_"), ("depth", "3", ".csv")]),
        ("lr=0.1", [("lr", "0.1", "")]),
        ("run-lr=0.1", []),
        ("lr=1,lr=2", []),
        ("lr=1,epoch=3", []),
        (f"lr=1,{'d' * 65}=3", []),
        ("metrics.csv", []),
    ],
)
def test_a_name_is_made_of_pairs_or_it_has_none(part, pairs):
    assert pairs_of(part) == pairs


def test_an_absolute_pattern_begins_at_no_folder(tmp_path):
    make(tmp_path, "seed-1.csv")
    (one,) = find_run_files([f"{tmp_path}/seed-{{seed}}.csv"], Path("/elsewhere"), "my.yaml: files")
    assert (one.path, one.labels) == (f"{tmp_path}/seed-1.csv", {"seed": 1})


@pytest.mark.parametrize(
    ("pattern", "names", "values"),
    [
        ("{n}?.csv", ["a.csv", "ab.csv"], ["a"]),
        ("{n}-[ab].csv", ["x-a.csv", "y-b.csv", "z-c.csv"], ["x", "y"]),
        ("{n}[ab]*.csv", ["x[a.csv"], ["x["]),
        ("{n}[!ab]*.csv", ["xac.csv", "y!c.csv", "zb.csv"], ["xa", "y"]),
    ],
)
def test_what_stands_beside_braces_means_the_same_as_in_any_pattern(
    tmp_path, pattern, names, values
):
    make(tmp_path, *names)
    assert [one["n"] for _, one in found(tmp_path, pattern)] == values


def test_settings_come_before_the_seeds_of_each_wherever_they_stand(tmp_path):
    make(tmp_path, "1/20.csv", "2/10.csv", "1/10.csv")
    rows = [(one["width"], one["seed"]) for _, one in found(tmp_path, "{seed}/{width}.csv")]
    assert rows == [(10, 1), (10, 2), (20, 1)]


@pytest.mark.parametrize("name", ["a,b", 'a"b'])
def test_a_value_that_a_loss_table_as_csv_cannot_hold_is_refused(tmp_path, name):
    make(tmp_path, f"{name}.csv")
    with pytest.raises(StudyError, match=f"{{what}} is {name!r} there; give each part"):
        found(tmp_path, "{what}.csv")
