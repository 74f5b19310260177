import hashlib
import re

import pytest

from epochwise.errors import StudyError
from epochwise.study import schema, sweeps
from epochwise.study import study as studies
from epochwise.study.schema import fill_defaults


def points(folder, sweep, own=schema.NO_RULES):
    path = folder / "mine.yaml"
    path.write_text(f"datasets: [diabetes]\n{sweep}")
    return studies.load(path, lambda backends: own).points()


def test_a_grid_has_every_combination(tmp_path):
    grid = points(tmp_path, "sweep: {batch_size: [16, auto], alpha: [0, 1e-4]}")
    assert list(grid) == [
        "batch_size=16,alpha=0.0",
        "batch_size=16,alpha=0.0001",
        "batch_size=auto,alpha=0.0",
        "batch_size=auto,alpha=0.0001",
    ]
    last = grid["batch_size=auto,alpha=0.0001"]
    assert last.swept == {"batch_size": "auto", "alpha": 0.0001}
    assert last.values["batch_size"] == "auto"
    assert last.values["solver"] == "adam"


def test_named_points_share_their_columns(tmp_path):
    named = points(
        tmp_path, "sweep: {points: {base: {}, wide: {hidden_layer_sizes: [512], epochs: 1e2}}}"
    )
    assert named["base"].swept == {"point": "base", "hidden_layer_sizes": 100, "epochs": 200}
    assert named["wide"].swept == {"point": "wide", "hidden_layer_sizes": 512, "epochs": 100}


@pytest.mark.parametrize(
    ("value", "expected"),
    [([64], 64), ([64, 32], "64x32"), ([], "none"), (0.1, 0.1), ("tanh", "tanh"), (True, True)],
)
def test_cells(value, expected):
    assert sweeps.cell(value) == expected


def test_a_points_name_fits_a_file_and_is_its_own(tmp_path):
    sizes = ", ".join(f"[{', '.join(str(2000 + i) for i in range(19))}, {last}]" for last in (1, 2))
    others = (
        "epochs: [10000001, 10000002],"
        " learning_rate_init: [0.00012345678901234], epsilon: [1.2345678901234e-08],"
        " beta_1: [0.12345678901234], beta_2: [0.12345678901235], alpha: [0.123456789]"
    )
    grid = points(tmp_path, f"sweep: {{hidden_layer_sizes: [{sizes}], {others}}}")
    assert len(grid) == 4
    assert max(map(len, grid)) <= 200
    assert all(re.fullmatch(r"[^/\s]+", name) for name in grid)


BAD = [
    ("sweep: {batchsize: [1]}", "sweep: unknown key 'batchsize'; .*Did you mean 'batch_size'"),
    ("sweep: {seeds: [1]}", "sweep: unknown key 'seeds'"),
    ("sweep: {alpha: [0.1, high]}", "sweep: training.alpha: 'high' is not allowed"),
    ("sweep: {alpha: [-1]}", "sweep: training.alpha: -1 is not allowed"),
    ("sweep: {epochs: [true]}", "sweep: training.epochs: true is not allowed"),
    ("sweep: {hidden_layer_sizes: [64]}", "network.hidden_layer_sizes: 64 is not .* a list"),
    ("sweep: {alpha: [0.1, 0.1]}", "'alpha=0.1' and 'alpha=0.1' are the same point"),
    ("sweep: {alpha: [0, 0.0]}", "are the same point; remove one"),
    ("sweep: {points: {a: {}, b: {alpha: 0.0001}}}", "'a' and 'b' are the same point"),
    ("sweep: {points: {a: {x: 1}}}", "sweep 'a': unknown key 'x'"),
    ("sweep: {points: {a: {alpha: -1}}}", "sweep 'a': training.alpha: -1"),
    ("sweep: {points: {a: {}}, alpha: [1]}", "sweep: 'alpha' stands beside points"),
    ("sweep: {learning_rate: [constant, invscaling]}", "has no effect with solver 'adam'"),
]


@pytest.mark.parametrize(("sweep", "expected"), BAD)
def test_what_is_refused(tmp_path, sweep, expected):
    with pytest.raises(StudyError, match=expected) as error:
        points(tmp_path, sweep)
    assert str(error.value).startswith(f"{tmp_path}/mine.yaml: ")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "training: {momentum: 0.5}",
            r"training\.momentum: 0\.5 has no effect with solver 'adam'; ",
        ),
        (
            "training: {tol: 0.3}",
            "no effect with solver 'adam' and learning_rate 'constant'; set solver: sgd and "
            "learning_rate: adaptive, or leave tol out",
        ),
        ("training: {solver: sgd, beta_1: 0.5}", "set solver: adam, or leave beta_1 out"),
        ("sweep: {points: {a: {}, b: {power_t: 0.3}}}", "sweep 'b': power_t: 0.3 has no effect"),
        ("sweep: {solver: [adam, sgd], momentum: [0.5, 0.9]}", "'solver=adam,momentum=0.5'"),
    ],
)
def test_what_has_no_effect_is_refused(tmp_path, text, expected):
    with pytest.raises(StudyError, match=expected):
        points(tmp_path, text)


def test_what_has_an_effect_at_one_point_is_not_refused(tmp_path):
    made = points(tmp_path, "training: {momentum: 0.5}\nsweep: {solver: [adam, sgd]}")
    assert len(made) == 2


@pytest.mark.parametrize("length", [199, 200, 201, 400])
def test_a_name_of_more_than_200_characters_ends_in_16_of_its_digest(length):
    left = length - len("hidden_layer_sizes=")
    sizes = [1] * (left // 2 + 1) if left % 2 else [1] * (left // 2 - 1) + [10]
    whole = f"hidden_layer_sizes={'x'.join(map(str, sizes))}"
    assert len(whole) == length
    swept = {"datasets": ["a"], "sweep": {"hidden_layer_sizes": [sizes]}}
    (point,) = sweeps.points(fill_defaults(swept))
    digest = hashlib.sha256(whole.encode()).hexdigest()
    assert point.name == (whole if length <= 200 else f"{whole[:183]}~{digest[:16]}")


def test_a_value_that_any_point_has_a_use_for_may_stand_under_training(tmp_path):
    training = "training: {momentum: 0.5}\n"
    for solvers in ("adam, sgd", "sgd, adam"):
        assert len(points(tmp_path, f"{training}sweep: {{solver: [{solvers}]}}")) == 2
    with pytest.raises(StudyError, match=r"training\.momentum: 0\.5 has no effect with solver 'ad"):
        points(tmp_path, f"{training}sweep: {{alpha: [0, 1]}}")


def test_a_swept_value_at_its_default_needs_no_effect_and_any_other_does(tmp_path):
    named = "sweep: {points: {a: {solver: sgd, momentum: 0.5}, b: {momentum: %s}}}"
    assert len(points(tmp_path, named % "0.9")) == 2
    with pytest.raises(
        StudyError, match=r"sweep 'b': momentum: 0\.4 has no effect with solver 'ad"
    ):
        points(tmp_path, named % "0.4")


def test_what_has_no_effect_at_a_point_is_left_out_of_what_a_backend_is_asked(tmp_path):
    grid = points(tmp_path, "sweep: {solver: [adam, sgd]}")
    asked = [sweeps.effective(point.hyperparameters) for point in grid.values()]
    assert [("beta_1" in values, "momentum" in values) for values in asked] == [
        (True, False),
        (False, True),
    ]
    assert all({"alpha", "activation", "batch_size"} <= values.keys() for values in asked)


OWN = {"dropout": {"type": "number", "minimum": 0, "maximum": 1, "default": 0.5}}


def test_a_backends_own_hyperparameter_is_swept_like_any_other(tmp_path):
    for sweep in ("{dropout: [0, 1]}", "{points: {a: {dropout: 0}, b: {dropout: 1}}}"):
        made = points(tmp_path, f"sweep: {sweep}", OWN).values()
        assert [repr(point.values["dropout"]) for point in made] == ["0.0", "1.0"]
    (made,) = points(tmp_path, "training: {dropout: 1}", OWN).values()
    assert repr(made.hyperparameters["dropout"]) == "1.0"
    assert "dropout" not in points(tmp_path, "", OWN)["default"].values


@pytest.mark.parametrize("value", ["../../elsewhere", "a/b", "a\\\\b", "{wildcard}", "a\\nb", "*"])
def test_a_text_that_would_lead_to_another_folder_names_no_point(tmp_path, value):
    text = {"mode": {"type": "string", "default": "plain"}}
    with pytest.raises(StudyError, match=r"is to name a folder; give values of letters"):
        points(tmp_path, f'sweep: {{mode: ["{value}"]}}', text)
    (named,) = points(tmp_path, f'sweep: {{points: {{a: {{mode: "{value}"}}}}}}', text)
    assert named == "a"
    assert [*points(tmp_path, "sweep: {mode: [a b-c_1.5]}", text)] == ["mode=a b-c_1.5"]


@pytest.mark.parametrize("text", ["sweep: {dropout: [%s]}", "sweep: {points: {a: {dropout: %s}}}"])
@pytest.mark.parametrize("value", ["high", "true", "2.5"])
def test_a_wrong_value_of_a_backends_own_hyperparameter_is_refused(tmp_path, text, value):
    with pytest.raises(StudyError, match=rf"dropout: '?{value}'? is not allowed; it must be a num"):
        points(tmp_path, text % value, OWN)
