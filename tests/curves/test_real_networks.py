"""Tools that train networks write their files here; what our readers give equals what the tools kept in memory."""

import os
import subprocess
import sys
import warnings
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from curves.files import check, need, read
from epochwise.answers.replay import outcomes
from epochwise.answers.stopping import Patience
from epochwise.curves.tabulating import Labelled, tabulate
from epochwise.tables.reading import LossTable

pytestmark = [
    pytest.mark.long,
    pytest.mark.filterwarnings("ignore"),
]  # they use what others deprecated
EPOCHS = 4
RNG = np.random.default_rng(0)
X = RNG.normal(size=(32, 3)).astype("float32")
Y = (X @ np.array([1, -2, 0.5])[:, None] + 0.1 * RNG.normal(size=(32, 1))).astype("float32")


@pytest.fixture
def keras() -> ModuleType:
    need("keras", "tensorflow")
    os.environ["CUDA_VISIBLE_DEVICES"] = ""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import keras
    return keras


def fit(keras: ModuleType, seed: int, callbacks: list, rate: float = 0.05, **options) -> dict:
    """Train a small network; what Keras says of it."""
    keras.utils.set_random_seed(seed)
    model = keras.Sequential([keras.layers.Input((3,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(rate), "mse", metrics=["mae"])
    options = {"epochs": EPOCHS, "validation_data": (X[:8], Y[:8])} | options
    return model.fit(X[8:], Y[8:], verbose=0, callbacks=callbacks, **options).history


def every(k: int, values: list[float]) -> list[float | None]:
    """Spread what was measured every k-th epoch."""
    return [values[e // k - 1] if e % k == 0 else None for e in range(1, EPOCHS + 1)]


@pytest.mark.parametrize("k", [1, 2])
def test_keras_csv_logger(keras, tmp_path, k):
    for seed in (0, 1):
        path = tmp_path / f"{seed}.csv"
        kept = fit(keras, seed, [keras.callbacks.CSVLogger(path)], validation_freq=k)
        history = read(path)
        assert history.reader == "keras"
        check(history, epochs=range(1, EPOCHS + 1), train_loss=kept["loss"])
        check(history, validation_loss=every(k, kept["val_loss"]))


def test_our_patience_stops_where_that_of_keras_does_if_not_every_epoch_has_a_validation(
    keras, tmp_path
):
    """Validated every three epochs; the rate makes the loss rise and fall."""
    stops = []
    for seed in range(6):
        options = {"validation_freq": 3, "rate": 0.3, "epochs": 90, "batch_size": 4}
        logger = keras.callbacks.CSVLogger(tmp_path / f"{seed}.csv")
        fit(keras, seed, [logger], **options)
        stopping = keras.callbacks.EarlyStopping("val_loss", patience=2)
        stops.append(len(fit(keras, seed, [stopping], **options)["loss"]))
    theirs = [Labelled(read(tmp_path / f"{seed}.csv")) for seed in range(6)]
    (curves,) = LossTable(tabulate({"theirs": theirs})).curves()
    (outcome,) = outcomes(curves, [Patience(2)])
    assert outcome["stop_epoch"].tolist() == stops
    assert min(stops) < 90
    assert all(stop % 3 == 0 for stop in stops)


def test_keras_csv_logger_without_validation_appended_and_diverged(keras, tmp_path):
    path = tmp_path / "a.csv"
    first = fit(keras, 0, [keras.callbacks.CSVLogger(path)], validation_data=None)
    assert set(read(path).runs[0].columns) == {"train_loss"}
    again = fit(keras, 1, [keras.callbacks.CSVLogger(path, append=True)], validation_data=None)
    history = read(path, restarts="new_run")
    check(history, 0, train_loss=first["loss"])
    check(history, 1, train_loss=again["loss"])
    burst = fit(keras, 0, [keras.callbacks.CSVLogger(tmp_path / "b.csv")], rate=1e30)
    assert not np.isfinite(burst["val_loss"][-1])
    losses = read(tmp_path / "b.csv").runs[0].columns["validation_loss"]
    assert np.isposinf(losses[~np.isfinite(burst["val_loss"])]).all()


def test_keras_history(keras, tmp_path):
    import json

    path = tmp_path / "history.json"
    kept = fit(keras, 0, [], validation_freq=2)
    path.write_text(json.dumps(kept), encoding="utf-8")
    history = read(path, validation_freq=2)
    check(history, train_loss=kept["loss"], validation_loss=every(2, kept["val_loss"]))


def test_keras_tensorboard(keras, tmp_path):
    need("tensorboard")
    kept = {}
    for seed in (0, 1):
        kept[seed] = fit(keras, seed, [keras.callbacks.TensorBoard(tmp_path / f"seed-{seed}")])
    history = read(tmp_path)
    assert (history.reader, history.unit) == ("tensorboard", "epoch")
    assert [run.name for run in history.runs] == ["seed-0", "seed-1"]
    for seed in (0, 1):
        check(history, seed, epochs=range(1, EPOCHS + 1), train_loss=kept[seed]["loss"])
        check(history, seed, validation_loss=kept[seed]["val_loss"])


def loader(batch: int = 8):
    import torch

    data = torch.utils.data.TensorDataset(torch.tensor(X), torch.tensor(Y))
    return torch.utils.data.DataLoader(data, batch_size=batch)


def lightning_module(both: bool):
    """Make a module that keeps what Lightning should have logged."""
    import lightning
    import torch

    class Module(lightning.LightningModule):
        def __init__(self):
            super().__init__()
            self.layer = torch.nn.Linear(3, 1)
            self.kept: dict[str, dict[int, float]] = {"train": {}, "val": {}}

        def loss(self, batch):
            x, y = batch
            return ((self.layer(x) - y) ** 2).mean()

        def training_step(self, batch, _):
            loss = self.loss(batch)
            self.log("train_loss", loss, on_step=both, on_epoch=True)
            return loss

        def validation_step(self, batch, _):
            self.log("val_loss", self.loss(batch))

        def test_step(self, batch, _):  # noqa: PT019 # no test of pytest's
            self.log("test_loss", self.loss(batch))

        def on_train_epoch_end(self):
            name = "train_loss_epoch" if both else "train_loss"
            self.kept["train"][self.current_epoch + 1] = float(self.trainer.callback_metrics[name])

        def on_validation_epoch_end(self):
            if self.trainer.state.fn == "fit" and not self.trainer.sanity_checking:
                loss = float(self.trainer.callback_metrics["val_loss"])
                self.kept["val"][self.current_epoch + 1] = loss

        def configure_optimizers(self):
            return torch.optim.SGD(self.parameters(), lr=0.05)

    return Module()


@pytest.mark.parametrize(("both", "k"), [(False, 1), (True, 1), (True, 2)])
def test_lightning_csv_logger_and_tensorboard(tmp_path, both, k):
    need("lightning", "tensorboard")
    import lightning
    from lightning.pytorch.loggers import CSVLogger, TensorBoardLogger

    for seed in (0, 1):
        lightning.seed_everything(seed, verbose=False)
        module = lightning_module(both)
        loggers = [CSVLogger(tmp_path, "csv", seed), TensorBoardLogger(tmp_path, "events", seed)]
        trainer = lightning.Trainer(
            max_epochs=EPOCHS,
            logger=loggers,
            accelerator="cpu",
            log_every_n_steps=2,
            check_val_every_n_epoch=k,
            enable_checkpointing=False,
            enable_progress_bar=False,
            enable_model_summary=False,
        )
        before = trainer.validate(module, loader(), verbose=False)[0]["val_loss"]
        trainer.fit(module, loader(), loader())
        trainer.test(module, loader(), verbose=False)
        trainer.validate(module, loader(), verbose=False)
        for path in (
            f"csv/version_{seed}/metrics.csv",
            f"csv/version_{seed}",
            f"events/version_{seed}",
        ):
            history = read(tmp_path / path)
            train, held_out = (
                [module.kept[part].get(e) for e in range(1, EPOCHS + 1)]
                for part in ("train", "val")
            )
            check(history, epochs=range(EPOCHS + 1), train_loss=[None, *train])
            check(history, validation_loss=[before, *held_out])


def trainer(folder: Path, seed: int, **arguments):
    """Make a Hugging Face Trainer of a small network."""
    import torch
    from transformers import Trainer, TrainingArguments

    class Network(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = torch.nn.Linear(3, 1)

        def forward(self, x, labels):
            outputs = self.layer(x)
            return {"loss": ((outputs - labels) ** 2).mean(), "logits": outputs}

    data = [{"x": torch.tensor(x), "labels": torch.tensor(y)} for x, y in zip(X, Y, strict=True)]
    torch.manual_seed(seed)
    told = TrainingArguments(
        str(folder),
        num_train_epochs=EPOCHS,
        per_device_train_batch_size=8,
        learning_rate=0.05,
        seed=seed,
        disable_tqdm=True,
        use_cpu=True,
        **arguments,
    )
    return Trainer(Network(), told, train_dataset=data[8:], eval_dataset=data[:8])


def test_hugging_face_evaluates_every_epoch_and_keeps_its_state(tmp_path):
    need("transformers", "accelerate", "tensorboard")
    for seed in (0, 1):
        folder = tmp_path / str(seed)
        arguments = {"eval_strategy": "epoch", "logging_steps": 1, "save_strategy": "epoch"}
        one = trainer(folder, seed, report_to=["tensorboard"], eval_on_start=True, **arguments)
        one.train()
        one.evaluate()
        one.save_state()
        kept = one.state.log_history
        evaluated = [entry["eval_loss"] for entry in kept if "eval_loss" in entry][:-1]
        logged = np.array([entry["loss"] for entry in kept if "loss" in entry]).reshape(EPOCHS, 3)
        for path in (folder, folder / "trainer_state.json"):
            history = read(path)
            check(history, epochs=range(EPOCHS + 1), validation_loss=evaluated)
            check(history, iteration=[3 * e for e in range(EPOCHS + 1)])
            losses = history.runs[0].columns["train_loss"]
            np.testing.assert_allclose(losses[1:], logged.mean(axis=1), rtol=1e-14)
        (events,) = folder.rglob("runs/*")
        history = read(events)
        measured = history.runs[0].columns["validation_loss"]
        np.testing.assert_array_equal(
            measured[~np.isnan(measured)], np.array(evaluated, np.float32).astype(float)
        )


def test_hugging_face_evaluates_between_epochs_and_resumes(tmp_path):
    need("transformers", "accelerate")
    steps = {
        "eval_strategy": "steps",
        "eval_steps": 2,
        "logging_steps": 2,
        "save_strategy": "epoch",
    }
    trainer(tmp_path, 0, report_to=[], **steps).train()
    kept = read(tmp_path / "checkpoint-12")
    epochs = [2 * n / 3 for n in range(1, 7)]
    np.testing.assert_allclose(kept.runs[0].epochs, epochs)
    assert not np.isnan(kept.runs[0].columns["train_loss"]).any()
    again = trainer(tmp_path, 0, report_to=[], **steps)
    again.train(resume_from_checkpoint=str(tmp_path / "checkpoint-6"))
    again.save_state()
    resumed = read(tmp_path)
    np.testing.assert_allclose(resumed.runs[0].epochs, epochs)


def test_pytorch_summary_writer_that_was_resumed(tmp_path):
    need("torch", "tensorboard")
    from torch.utils.tensorboard import SummaryWriter

    losses = RNG.random((5, 2))
    undone = [[9.0, 9.0]]  # the step that the first run had begun when it was ended
    for start, part in ((0, [*losses[:2], *undone]), (2, losses[2:])):
        with SummaryWriter(tmp_path) as writer:
            for step, (train, held_out) in enumerate(part, start):
                writer.add_scalar("Loss/train", train, step)
                writer.add_scalar("Loss/val", held_out, step)
    history = read(tmp_path)
    assert history.unit == "step"
    check(history, epochs=range(1, 6), train_loss=losses[:, 0].astype(np.float32))
    check(history, validation_loss=losses[:, 1].astype(np.float32))
    assert "first_epoch" in history.guesses


def test_a_tag_that_counts_epochs_from_one_is_taken_as_it_is(tmp_path):
    need("torch", "tensorboard")
    from torch.utils.tensorboard import SummaryWriter

    with SummaryWriter(tmp_path) as writer:
        for epoch in (1, 2, 3):
            writer.add_scalar("epoch", epoch, 10 * epoch)
            writer.add_scalar("val_loss", 1 / epoch, 10 * epoch)
    history = read(tmp_path)
    check(history, epochs=[1, 2, 3])
    assert "begins at 1 and was taken as it is" in history.guesses["first_epoch"]


def test_reading_event_files_does_not_import_tensorflow(tmp_path):
    need("torch", "tensorboard", "tensorflow")
    from torch.utils.tensorboard import SummaryWriter

    with SummaryWriter(tmp_path) as writer:
        writer.add_scalar("Loss/val", 1.0, 1)
    code = (
        "import sys; from curves.files import read; read(__import__('pathlib').Path(sys.argv[1])); "
        "print([one for one in ('tensorflow', 'torch', 'pandas') if one in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert done.stdout.strip() == "[]", done.stderr
