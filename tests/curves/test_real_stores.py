"""Boosted trees, scikit-learn and stores of experiments: what our readers give equals what was put in."""

import json
import os

import numpy as np
import pytest

from curves.files import check, need, read
from epochwise.errors import CurvesError

pytestmark = pytest.mark.filterwarnings("ignore")  # tools use what others have deprecated
ROUNDS = 5
RNG = np.random.default_rng(0)
X = RNG.normal(size=(80, 3))
Y = (X[:, 0] + 0.3 * RNG.normal(size=80) > 0).astype(int)


def saved(path, content):
    """Write a history as a user does."""
    path.write_text(json.dumps(content, default=float), encoding="utf-8")
    return path


@pytest.mark.long
def test_xgboost(tmp_path):
    need("xgboost")
    import xgboost

    model = xgboost.XGBClassifier(n_estimators=ROUNDS, n_jobs=1, eval_metric=["error", "logloss"])
    model.fit(X[:60], Y[:60], eval_set=[(X[:60], Y[:60]), (X[60:], Y[60:])], verbose=False)
    kept = model.evals_result()
    path = saved(tmp_path / "a.json", kept)
    with pytest.raises(CurvesError, match="the first set is often the training set"):
        read(path)
    history = read(path, train_loss="validation_0.logloss")
    assert history.unit == "iteration"
    check(history, epochs=range(1, ROUNDS + 1), train_loss=kept["validation_0"]["logloss"])
    check(history, validation_loss=kept["validation_1"]["logloss"])
    data, found = xgboost.DMatrix(X[:60], Y[:60]), {}
    sets = [(data, "train"), (xgboost.DMatrix(X[60:], Y[60:]), "eval")]
    xgboost.train({"nthread": 1}, data, ROUNDS, sets, evals_result=found, verbose_eval=False)
    check(
        read(saved(tmp_path / "b.json", found)),
        train_loss=found["train"]["rmse"],
        validation_loss=found["eval"]["rmse"],
    )
    crossed = xgboost.cv({"objective": "binary:logistic", "nthread": 1}, data, ROUNDS, nfold=3)
    history = read(saved(tmp_path / "c.json", crossed.to_dict("list")))
    check(
        history,
        train_loss=crossed["train-logloss-mean"],
        validation_loss=crossed["test-logloss-mean"],
    )


@pytest.mark.long
def test_lightgbm(tmp_path):
    need("lightgbm")
    import lightgbm

    parameters = {"objective": "binary", "verbose": -1, "num_threads": 1, "min_data_in_leaf": 5}
    data, found = lightgbm.Dataset(X[:60], Y[:60]), {}
    sets = [data, lightgbm.Dataset(X[60:], Y[60:], reference=data)]
    record = [lightgbm.record_evaluation(found)]
    lightgbm.train(parameters, data, ROUNDS, valid_sets=sets, callbacks=record)
    history = read(saved(tmp_path / "a.json", found))
    check(history, epochs=range(1, ROUNDS + 1), train_loss=found["training"]["binary_logloss"])
    check(history, validation_loss=found["valid_1"]["binary_logloss"])
    whole = lightgbm.Dataset(X, Y)
    crossed = lightgbm.cv(parameters, whole, ROUNDS, nfold=3, eval_train_metric=True)
    history = read(saved(tmp_path / "b.json", crossed))
    check(history, train_loss=crossed["train binary_logloss-mean"])
    check(history, validation_loss=crossed["valid binary_logloss-mean"])


def test_scikit_learn(tmp_path):
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.neural_network import MLPClassifier

    network = MLPClassifier(4, max_iter=ROUNDS, early_stopping=True, random_state=0).fit(X, Y)
    kept = {"loss_curve_": network.loss_curve_, "validation_scores_": network.validation_scores_}
    history = read(saved(tmp_path / "a.json", kept))
    check(history, epochs=range(1, ROUNDS + 1), train_loss=network.loss_curve_)
    assert set(history.runs[0].columns) == {"train_loss"}
    trees = HistGradientBoostingClassifier(max_iter=ROUNDS, early_stopping=True, random_state=0)
    trees.fit(X, Y)
    scores = {name: getattr(trees, name).tolist() for name in ("train_score_", "validation_score_")}
    history = read(saved(tmp_path / "b.json", scores))
    check(history, epochs=range(ROUNDS + 1), train_loss=-trees.train_score_)
    check(history, validation_loss=-trees.validation_score_)


def log_to_mlflow(losses) -> None:
    import mlflow

    mlflow.set_experiment("mine")
    for seed, one in enumerate(losses):
        with mlflow.start_run(run_name=f"seed-{seed}"):
            for epoch, (train, held_out) in enumerate(one):
                mlflow.log_metric("train_loss", train, step=epoch)
                mlflow.log_metric("val_loss", held_out, step=epoch)


@pytest.mark.long
@pytest.mark.parametrize("kind", ["sqlite:///{}/mlflow.db", "file:{}/mlruns"])
def test_mlflow(tmp_path, monkeypatch, kind):
    need("mlflow", "sqlalchemy", "alembic")
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    monkeypatch.setenv("MLFLOW_DISABLE_TELEMETRY", "true")
    monkeypatch.chdir(tmp_path)
    import mlflow

    losses = RNG.random((2, ROUNDS, 2))
    losses[1, 3:, 0], losses[1, 3:, 1] = np.inf, np.nan
    mlflow.set_tracking_uri(kind.format(tmp_path))
    log_to_mlflow(losses)
    history = read(tmp_path)
    assert history.reader == "mlflow"
    wanted = np.where(np.isfinite(losses), losses, np.inf)
    places = {run.name: n for n, run in enumerate(history.runs)}
    for seed in (0, 1):
        run = places[f"seed-{seed}"]
        check(history, run, epochs=range(1, ROUNDS + 1), train_loss=wanted[seed, :, 0])
        check(history, run, validation_loss=wanted[seed, :, 1])


@pytest.mark.long
def test_dvclive(tmp_path, monkeypatch):
    need("dvclive")
    monkeypatch.setitem(os.environ, "DVC_NO_ANALYTICS", "1")
    monkeypatch.chdir(tmp_path)
    from dvclive import Live

    losses = RNG.random((ROUNDS, 2))
    with Live("live", save_dvc_exp=False, dvcyaml=None) as live:
        for epoch, (train, held_out) in enumerate(losses):
            live.log_metric("train/loss", train)
            if epoch % 2:
                live.log_metric("eval/loss", held_out)
            live.next_step()
    history = read(tmp_path / "live")
    check(history, epochs=range(1, ROUNDS + 1), train_loss=losses[:, 0])
    odd = [loss if e % 2 else None for e, loss in enumerate(losses[:, 1])]
    check(history, validation_loss=odd)
