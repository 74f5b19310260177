import pytest

from epochwise.errors import StudyError
from epochwise.study import yaml_files


def read(tmp_path, text):
    path = tmp_path / "study.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return yaml_files.read(path)


def test_plain_data(tmp_path):
    text = "a: 1\nb: [x, 2.5, true, null]\nc: {d: 'on'}\n"
    assert read(tmp_path, text) == {"a": 1, "b": ["x", 2.5, True, None], "c": {"d": "on"}}


@pytest.mark.parametrize(
    ("text", "value"),
    [("1e-4", 1e-4), ("1.5e-3", 1.5e-3), ("-2E+2", -200), ("1e4", 10000), ("1.0", 1.0), ("7", 7)],
)
def test_numbers(tmp_path, text, value):
    read_back = read(tmp_path, f"a: {text}")["a"]
    assert read_back == value
    assert type(read_back) is type(value)


def test_an_emoji_may_be_written_as_json_writes_it(tmp_path):
    assert read(tmp_path, 'title: "\\ud83c\\udf89"') == {"title": "\N{PARTY POPPER}"}
    with pytest.raises(StudyError, match=r"line 1: holds half a character"):
        read(tmp_path, 'title: "\\ud83c"')


def test_a_quoted_number_is_text(tmp_path):
    assert read(tmp_path, "title: '1e5'") == {"title": "1e5"}


def test_anchors_and_merges_work(tmp_path):
    text = "base: &b {x: 1, y: 2}\nother:\n  <<: *b\n  y: 3\n"
    assert read(tmp_path, text)["other"] == {"x": 1, "y": 3}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("seeds: 3\ntitle: x\nseeds: 4\n", "line 3: the key 'seeds' stands twice"),
        ("training: {alpha: 1, alpha: 2}", "line 1: the key 'alpha' stands twice"),
        ("alpha: .nan", "line 1: .nan is not a finite number"),
        ("a: 1\nalpha: -.inf", "line 2: -.inf is not a finite number"),
        ("alpha: 1e999", "1e999 is not a finite number"),
        ("seeds: 99999999999999999999", "99999999999999999999 is too large"),
        ("seeds: " + "9" * 5000, "has a value that cannot be read"),
        ("day: 2020-13-45", "has a value that cannot be read"),
        ("a: [1, 2", "line 1: is not YAML"),
        ("a: 1\n b: 2", "line 2: is not YAML"),
        ("a: !!python/object/apply:os.system [ls]", "is not YAML: could not determine"),
        ("a: 1\n---\nb: 2", "is not YAML: but found another document"),
        (b"title: caf\xe9", "is not UTF-8 text"),
        ("[" * 1100, "has a value that cannot be read"),
    ],
)
def test_what_is_refused(tmp_path, text, expected):
    with pytest.raises(StudyError) as error:
        read(tmp_path, text)
    assert expected in str(error.value)
    assert str(error.value).startswith(str(tmp_path))
    assert "\n" not in str(error.value)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(StudyError, match="cannot be read"):
        yaml_files.read(tmp_path / "none.yaml")
