"""Plain scalars against chapter 10.3 of YAML 1.2.2; what is refused; what is written is read back."""

import re

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from epochwise.errors import StudyError
from epochwise.study import schema, yaml_files
from epochwise.study import study as studies
from helpers import ROOT

pytestmark = pytest.mark.versions


def read(text):
    return yaml_files.parse(text, "my.yaml")


def refused(text):
    with pytest.raises(StudyError) as error:
        read(text)
    sentence = str(error.value)
    assert sentence.startswith("my.yaml: line ")
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert len(sentence) < 250
    return sentence.removeprefix("my.yaml: ")


NULLS = ["", "~", "null", "Null", "NULL"]
TRUTHS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
NUMBERS = {
    **{"0": 0, "7": 7, "-19": -19, "+1": 1, "-0": 0, "010": 10, "08": 8, "-012": -12},
    **{"0o7": 7, "0o10": 8, "0x1F": 31, "0x3a": 58, "9223372036854775807": 2**63 - 1},
    **{"0.": 0.0, "-0.0": -0.0, ".5": 0.5, "-.5": -0.5, "+12.5": 12.5, "1.0": 1.0, "00.5": 0.5},
    **{"1e-4": 1e-4, "1.5e-3": 1.5e-3, "12e03": 12000, "-2E+2": -200, "1e4": 10000, "1E4": 10000},
    **{"+12e03": 12000, "-2E+05": -200000, "1.e2": 100.0, ".5e1": 5.0, "1e30": 1e30, "1.0e4": 1e4},
}
TEXTS = [
    *("yes", "Yes", "YES", "no", "No", "NO", "on", "On", "off", "OFF", "y", "Y", "n", "N"),
    *("1:30", "1:30:20", "190:20:30.15", "1_000", "0b11", "0o8", "0o", "0xG", "-0o7", "+0x1F"),
    *("2024-01-01", "2001-12-14t21:59:43.10-05:00", "2020-13-45", "nULL", "tRUE", "nil", "None"),
    *(".", "..", "+", "e4", ".e4", "1e", "1.2.3", "1,000", "0x", "--1", "+-1", "1 2", "=", "<<"),
    *(".iNF", ".Nan", "+.nan", "inf", "nan", "۱۲", "1\u2062", "true false", "null2", "1e4x"),
]


@pytest.mark.parametrize("text", NULLS)
def test_nulls(text):
    assert read(f"a: {text}\nb: [x, {text or 'null'}]") == {"a": None, "b": ["x", None]}


@pytest.mark.parametrize("text", TRUTHS)
def test_truth_values(text):
    assert read(f"a: {text}")["a"] is TRUTHS[text]


@pytest.mark.parametrize("text", NUMBERS)
def test_numbers(text):
    value = read(f"[{text}]")[0]
    assert repr(value) == repr(NUMBERS[text])


@pytest.mark.parametrize("text", TEXTS)
def test_texts(text):
    assert read(f"a: {text}") == {"a": text}


@pytest.mark.parametrize("text", [*NULLS, *TRUTHS, *NUMBERS, *TEXTS, ".inf", "-.nan"])
def test_in_quotes_everything_is_text(text):
    assert read(f"a: '{text}'\nb: \"{text}\"\nc: !!str '{text}'") == dict.fromkeys("abc", text)


def test_collections():
    text = "a: 1\nb: [x, 2.5, true, null]\nc:\n  d: 'on'\n  e:\n  - - f\n  - {}\ng: {\"h\":1}\n"
    assert read(text) == {
        "a": 1,
        "b": ["x", 2.5, True, None],
        "c": {"d": "on", "e": [["f"], {}]},
        "g": {"h": 1},
    }


def test_texts_of_several_lines():
    text = "a: |\n  x\n   y\nb: >-\n  x\n  y\nc: x\n  y\nd: 'x\n\n  y'\ne: |+\n  x\n\n"
    assert read(text) == {"a": "x\n y\n", "b": "x y", "c": "x y", "d": "x\ny", "e": "x\n\n"}


def test_the_last_line_needs_no_end():
    assert read("a: |\n  x") == read("a: |\n  x\n") == {"a": "x\n"}


@pytest.mark.parametrize("text", ["", "# nothing\n", "---\n", "%YAML 1.2\n---\n...\n"])
def test_an_empty_file(text):
    assert read(text) is None


def test_a_mark_of_byte_order_and_windows_line_ends(tmp_path):
    path = tmp_path / "my.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: 1\r\nb: |\r\n  x\r\n  y\r\n")
    assert yaml_files.read(path) == {"a": 1, "b": "x\ny\n"}


def test_an_emoji_may_be_written_as_json_writes_it():
    assert read('title: "\\ud83c\\udf89"') == {"title": "\N{PARTY POPPER}"}


def test_core_tags():
    text = "[!!int '3', !!float 1.5, !!bool 'true', !!null '', !!str 1, !!seq [], !!map {}]"
    assert read(text) == [3, 1.5, True, None, "1", [], {}]


def test_an_alias_is_a_copy():
    data = read("a: &a [1, {b: &b yes}]\nc: *a\nd: *b\n*b : e")
    assert data == {"a": [1, {"b": "yes"}], "c": [1, {"b": "yes"}], "d": "yes", "yes": "e"}
    data["c"].append(2)
    assert data["a"] == [1, {"b": "yes"}]


def test_merges():
    text = "base: &b {x: 1, y: 2}\nmore: &m {z: 0}\nother:\n  y: 3\n  <<: [*b, *m]\none: {<<: *b}"
    assert read(text)["other"] == {"x": 1, "y": 3, "z": 0}
    assert read(text)["one"] == {"x": 1, "y": 2}
    assert read("'<<': 3") == {"<<": 3}


REFUSED = {
    "seeds: 3\ntitle: x\nseeds: 4\n": "line 3: the key 'seeds' stands twice; remove one.",
    "training: {alpha: 1, alpha: 2}": "line 1: the key 'alpha' stands twice; remove one.",
    'a: 1\n"a": 2': "line 2: the key 'a' stands twice",
    'a: 1\n"\\x61": 2': "line 2: the key 'a' stands twice",
    "k: &k a\n*k : 1\na: 2": "line 3: the key 'a' stands twice",
    "x:\n  <<: {a: 1, a: 2}": "line 2: the key 'a' stands twice",
    "x:\n  <<: [{a: 1}, {a: 2}]": "line 2: the key 'a' stands twice",
    "<<: {a: 1}\n<<: {b: 1}": "line 2: the key '<<' stands twice",
    "x: 1\n<<: [{a: 1}, 3]": "line 2: << merges a mapping or a list of mappings, nothing else.",
    "x: 1\n<<: a": "line 2: << merges a mapping",
    "1: a\n0x1: b": "line 1: the key 1 is no text; put it in quotes.",
    "a: {true: 1}": "line 1: the key true is no text",
    "a:\n  ~: 1": "line 2: the key ~ is no text",
    "? \n: 1": "line 1: the key (empty) is no text",
    "[1, 2]: 3": "line 1: a list or mapping cannot be a key; a key is a text.",
    "? {a: 1}\n: 3": "line 1: a list or mapping cannot be a key",
    "alpha: .nan": "line 1: .nan is not a finite number; give one.",
    "a: 1\nalpha: -.inf": "line 2: -.inf is not a finite number",
    "alpha: 1e999": "line 1: 1e999 is not a finite number",
    "seeds: 99999999999999999999": "line 1: 99999999999999999999 is too large; numbers go up to "
    "9223372036854775807.",
    "seeds: 9223372036854775808": "line 1: 9223372036854775808 is too large",
    "seeds: 0x8000000000000000": "line 1: 0x8000000000000000 is too large",
    "seeds: " + "9" * 5000: f"line 1: {'9' * 80}... is too large",
    "seeds: 1e" + "9" * 5000: "is not a finite number",
    "a: !!bool maybe": "line 1: 'maybe' is no !!bool; remove the tag.",
    "a: !!bool yes": "line 1: 'yes' is no !!bool",
    "a: !!int 0b1": "line 1: '0b1' is no !!int",
    "a: !!float x": "line 1: 'x' is no !!float",
    "a: !!null 1": "line 1: '1' is no !!null",
    "!!merge a: {b: 1}": "line 1: 'a' is no !!merge",
    "a: 1\nb: !!python/object/apply:os.system [ls]": "line 2: the tag !!python/object/apply:os.system"
    " is not allowed here; remove it",
    "a: !!set {b, c}": "line 1: the tag !!set is not allowed here",
    "a: !!omap [b: 1]": "line 1: the tag !!omap is not allowed here",
    "a: !!binary aGk=": "line 1: the tag !!binary is not allowed here",
    "a: !!timestamp 2024-01-01": "line 1: the tag !!timestamp is not allowed here",
    "a: !mine x": "line 1: the tag !mine is not allowed here",
    "a: !mine%0Ayours x": "line 1: the tag !mine yours is not allowed here",
    "a: ! 12": "line 1: the tag ! is not allowed",
    "a: !!str [b]": "line 1: the tag !!str is not allowed here",
    "a: !!seq b": "line 1: the tag !!seq is not allowed here",
    "a: 1\n---\nb: 2": "line 2: begins a second document; a file holds one.",
    "---\n---\n": "line 2: begins a second document",
    "%YAML 1.1\n---\na: yes": "line 1: asks for another YAML than 1.2; remove this line.",
    "%YAML 1.3\n---\na: yes": "line 1: asks for another YAML than 1.2",
    "%YAML 2.0\n---\na: yes": "line 1: is not YAML: found incompatible YAML document",
    "a:\n\tb: 1": "line 2: has a tab where YAML has spaces; write spaces.",
    "a:\t1": "line 1: has a tab",
    "a: 1\t# one": "line 1: has a tab",
    "a: 1\nb: x\u2028c: 3": "line 2: holds the hidden character U+2028; remove it, or write \\u2028 "
    "within double quotes.",
    "a: 'x\x85y'": "line 1: holds the hidden character U+0085",
    "a: 1\nb: \x00": "line 2: holds the hidden character U+0000",
    'a: "\\ud83c"': "line 1: holds half a character (a lone surrogate); remove it.",
    'a: 1\n"\\udf89": 2': "line 2: holds half a character",
    'a: 1\nb: "\\UFFFFFFFF"': "line 2: has a value that cannot be read",
    'a: 1\nb: "\\U00110000"': "line 2: has a value that cannot be read",
    "a: &a [1, *a]": "line 1: a list or mapping holds itself; remove the alias (*) inside it.",
    "a: 1\nb: &b {c: [*b]}": "line 2: a list or mapping holds itself",
    "a: &a {<<: *a}": "line 1: a list or mapping holds itself",
    "a: *b": "line 1: is not YAML: found undefined alias 'b'; look at this line and the one above.",
    "a: &b 1\nc: &b 2": "line 2: the name &b is given twice; change one.",
    "a: &b:c d": "line 1: a name after & or * is of letters",
    "a: &b 1\nc: {*b: 2}": "line 2: a name after & or * is of letters",
    "a: [?x]": "line 1: is not YAML",
    "a: [1, 2": "line 1: is not YAML",
    "a: 1\n b: 2": "line 2: is not YAML",
    "a: @b": "line 1: is not YAML",
}


@pytest.mark.parametrize("text", REFUSED, ids=lambda text: repr(text[:40]))
def test_what_is_refused(text):
    sentence = refused(text)
    assert REFUSED[text] in sentence


@pytest.mark.parametrize("opening", ["[", "- ", "{a: ", "? "])
def test_what_is_nested_too_deep(opening):
    allowed = "a: " if opening in "[{a: " else ""
    assert "line 1: more than 50 lists or mappings" in refused(allowed + opening * 10_000)


def test_fifty_lists_inside_each_other_are_read_and_no_more():
    value = read("[" * 50 + "1" + "]" * 50)
    for _ in range(50):
        (value,) = value
    assert value == 1
    assert "line 1: more than 50" in refused("[" * 51 + "]" * 51)


def test_aliases_do_not_nest_deeper_either():
    lines = ["a0: &a0 [[[[[[[[[[[[[[[[[[[[x]]]]]]]]]]]]]]]]]]]]"]
    lines += [f"a{i}: &a{i} [[[[[[[[[[*a{i - 1}]]]]]]]]]]" for i in range(1, 200)]
    assert "more than 50 lists" in refused("\n".join(lines))
    assert read("\n".join(lines[:3]))["a2"]


def laughs(first, line):
    """A "billion laughs": every line has nine aliases of the one above."""
    pairs = zip("abcdefgh", "bcdefghi", strict=True)
    lines = [line.format(new=new, nine=", ".join([f"*{old}"] * 9)) for old, new in pairs]
    return "\n".join([f"a: &a {first}", *lines])


LAUGHS = [
    laughs(["lol"] * 9, "{new}: &{new} [{nine}]"),
    laughs("lol", "{new}: &{new} [{nine}]"),
    laughs({}, "{new}: &{new} {{<<: [{nine}]}}"),
    laughs({}, "{new}: &{new} {{x: [{nine}]}}"),
]


@pytest.fixture
def visits(monkeypatch):
    """Count the values that are made."""
    made = []
    value = yaml_files._Builder.value
    monkeypatch.setattr(
        yaml_files._Builder, "value", lambda self, node: (made.append(1), value(self, node))[1]
    )
    return made


@pytest.mark.parametrize("text", LAUGHS, ids=["lists", "texts", "merges", "mappings"])
def test_a_billion_laughs_end_early(visits, text):
    assert "aliases (*) repeat this line and others into more than 100000 values" in refused(text)
    assert 100_000 < len(visits) < 100_000 + 200


@pytest.mark.parametrize(("aliases", "ok"), [(4, True), (5, False)])
def test_how_much_aliases_may_repeat(monkeypatch, aliases, ok):
    monkeypatch.setattr(yaml_files, "MOST_REPEATED", 19)  # [1, 2, 3] are four values
    text = f"a: &a [1, 2, 3]\nb: [{', '.join(['*a'] * aliases)}]"
    if ok:
        assert read(text)["b"] == [[1, 2, 3]] * aliases
    else:
        assert "line 1: aliases (*) repeat this line" in refused(text)


def test_what_no_alias_repeats_may_be_long(monkeypatch):
    monkeypatch.setattr(yaml_files, "MOST_REPEATED", 0)
    assert read(f"a: {list(range(500))}") == {"a": list(range(500))}


def test_a_file_that_cannot_be_read(tmp_path):
    with pytest.raises(StudyError, match=r"none\.yaml: no such file or directory; give the path"):
        yaml_files.read(tmp_path / "none.yaml")
    with pytest.raises(StudyError, match="is a folder; give a file"):
        yaml_files.read(tmp_path)


@pytest.mark.parametrize("data", [b"title: caf\xe9", "a: 1".encode("utf-16")])
def test_a_file_that_is_not_utf_8(tmp_path, data):
    path = tmp_path / "my.yaml"
    path.write_bytes(data)
    with pytest.raises(StudyError, match=r"my.yaml: is not UTF-8 text; save it as UTF-8\."):
        yaml_files.read(path)


def test_a_files_name_stands_in_the_sentence(tmp_path):
    path = tmp_path / "my.yaml"
    path.write_text("a: 1\na: 2")
    with pytest.raises(StudyError) as error:
        yaml_files.read(path)
    assert str(error.value) == f"{path}: line 2: the key 'a' stands twice; remove one."


HABITS = {
    "standardise: {target: yes}": "standardise.target: 'yes' is not allowed; it must be true or false",
    "standardise: {target: Off}": "standardise.target: 'Off' is not allowed; it must be true or false",
    "partitions: {stratify: no}": "stratify: 'no' is not allowed; it must be one of auto, true, false",
    "seeds: 1:30": "seeds: '1:30' is not allowed; it must be a whole number of at least 1 and of at "
    "most 100000 or auto or a list, each",
    "seeds: [1:30]": "seeds.0: '1:30' is not allowed; it must be a whole number of at least 0 and of "
    "at most 4294967295 (One seed; for 30 of them write seeds: 30).",
    "training: {epochs: 1_000}": "training.epochs: '1_000' is not allowed; it must be a whole number",
    "title: 2024": "title: 2024 is not allowed; it must be a text",
}


@pytest.mark.parametrize("text", HABITS)
def test_habits_of_yaml_1_1_are_told_by_the_schema(text):
    with pytest.raises(StudyError) as error:
        schema.check(read(f"datasets: [iris]\n{text}"), "my.yaml")
    assert HABITS[text] in str(error.value)


@given(st.text("ab1:-?[]{},#&*!|>'\"%@\\<~ \n\tuU0."))
def test_whatever_is_in_a_file_there_is_a_sentence_at_most(text):
    sentence = "my.yaml: line 1: fine."
    try:
        read(text)
    except StudyError as error:
        sentence = str(error)
    assert re.fullmatch(r"my\.yaml: line \d+: .+\.", sentence)


class StrictlyOld(yaml.SafeLoader):
    """YAML 1.1 as its specification has it: `y`, `n`, `.` and `1.2.3` are no texts either."""


for pattern in (r"(?:y|Y|n|N)\Z", r"[-+]?(?:[0-9][0-9_]*)?\.[0-9.]*(?:[eE][-+][0-9]+)?\Z"):
    StrictlyOld.add_implicit_resolver("!odd", re.compile(pattern), list("yYnN+-.0123456789"))
StrictlyOld.add_constructor("!odd", lambda loader, node: ("odd", node.value))


def like(value):
    """A value with the types of all it holds, in order."""
    if isinstance(value, dict):
        return [(key, like(one)) for key, one in value.items()]
    return [like(one) for one in value] if isinstance(value, list) else (type(value), repr(value))


AWKWARD = [
    *(
        *NULLS,
        *TRUTHS,
        *NUMBERS,
        *TEXTS,
        ".inf",
        " x",
        "x ",
        "é",
        "🎉",
        "a\nb",
        "a\n",
        "\n",
        "\n a",
    ),
    *(
        "\t",
        "a\tb",
        "\r",
        "\x85",
        "a\u2028b",
        "\u2029",
        "\ufeff",
        "\x00",
        "\x7f",
        "#x",
        "x #y",
        "x:",
    ),
    *(
        ": x",
        "- x",
        "? x",
        "---",
        "...",
        "!x",
        "&x",
        "*x",
        "%x",
        "@x",
        "`x",
        "[",
        "{",
        "'",
        '"',
        "\\",
    ),
    *("x " * 60, "long\nlines " * 30, "é\n\n  b \n c", "a" * 200),
]
TEXT = st.sampled_from(AWKWARD) | st.text(st.characters(exclude_categories=["Cs"]))
TEXT |= st.lists(st.sampled_from(AWKWARD), max_size=4).map("".join)
TEXT |= st.text("0123456789eE.+-_:,xobaf~ynYN<=", max_size=6)
WHOLE = st.integers(-yaml_files.LARGEST, yaml_files.LARGEST)
SCALARS = (
    st.none() | st.booleans() | WHOLE | st.floats(allow_nan=False, allow_infinity=False) | TEXT
)
VALUES = st.recursive(
    SCALARS,
    lambda values: st.lists(values, max_size=3) | st.dictionaries(TEXT, values, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(TEXT, VALUES, max_size=4))
@example({text: [text] for text in AWKWARD})
def test_what_is_written_is_read_back_by_either_version(data):
    text = yaml_files.dump(data)
    assert like(read(text)) == like(data)
    assert like(yaml.safe_load(text)) == like(data)
    assert "odd" not in repr(yaml.load(text, StrictlyOld)) or "odd" in repr(data)
    assert like(yaml.load(text, StrictlyOld)) == like(data)


def test_what_is_written_stays_readable():
    data = {"title": "é 🎉", "a": {"y": ["yes", "1e5", "x"]}, "b": [1e-8, 1.0, 30, None, True]}
    assert yaml_files.dump(data) == (
        "title: é 🎉\na:\n  'y':\n  - 'yes'\n  - '1e5'\n  - x\n"
        "b:\n- 1.0e-08\n- 1.0\n- 30\n- null\n- true\n"
    )


STUDIES = sorted((ROOT / "config/studies").glob("*.yaml"))


@pytest.mark.parametrize("path", STUDIES, ids=lambda path: path.stem)
def test_a_study_is_written_plainly_and_read_back(path):
    resolved = studies.load(path).resolved
    text = yaml_files.dump(resolved)
    assert text == yaml.safe_dump(dict(resolved), sort_keys=False, allow_unicode=True)
    assert like(read(text)) == like(dict(resolved))


def test_the_schema_is_the_same_to_either_version():
    assert len(STUDIES) == 6
    text = schema.PATH.read_text(encoding="utf-8")
    assert like(read(text)) == like(yaml.safe_load(text))
