"""A network of Keras trains as its own `fit` would on the same batches, and resumes to the last bit."""

import numpy as np
import pytest

from epochwise.api import keras_network
from epochwise.training.randomness import BatchOrders
from helpers import load, require
from networks.running import problem, require_same_bytes, sentence_of, trained

pytestmark = [
    pytest.mark.long,  # importing and compiling alone take seconds
    pytest.mark.filterwarnings(
        "ignore:__array__ implementation doesn't accept a copy:DeprecationWarning"
    ),
]

OWN = {"width": 8, "dropout": 0.3}


@pytest.fixture(autouse=True)
def keras():
    require("keras")
    return load("keras")


def build(features, outputs, hp):
    from keras import Sequential, layers

    body = (
        layers.Dense(hp.width),
        layers.BatchNormalization(),
        layers.ReLU(),
        layers.Dropout(hp.dropout),
    )
    return Sequential([*body, layers.Dense(outputs)])


def classes(keras, features, outputs, hp):
    last = "sigmoid" if outputs == 1 else "softmax"
    layers = [keras.layers.Dense(hp.width, "relu"), keras.layers.Dense(outputs, last)]
    return keras.Sequential(layers)


def by_hand(keras, make, made, epochs, update):
    """Train as a user of Keras does; the mean squared errors of every partition after each epoch."""
    hp = made.hyperparameters
    keras.config.set_floatx(hp.dtype)
    keras.config.set_dtype_policy(hp.dtype)
    keras.utils.set_random_seed(3)
    model = make(3, 1, hp)
    model.compile(optimizer=keras.optimizers.Adam(hp.learning_rate_init), loss="mse")
    orders = BatchOrders("every_epoch", len(made.train.x), made.layer_sizes, "relu")
    errors = []
    for epoch in range(1, epochs + 1):
        rows = orders((3,), epoch)[0]
        update(model, made.train.x[rows], made.train.y[rows])
        outputs = [model.predict_on_batch(p.x).astype(float) for p in made.partitions.values()]
        parts = zip(outputs, made.partitions.values(), strict=True)
        errors.append([np.mean((part.target - out) ** 2) for out, part in parts])
    return np.array(errors)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_the_losses_are_those_of_train_on_batch_to_the_last_bit(keras, dtype, tmp_path):
    def update(model, x, y):
        for start in range(0, len(x), 6):
            model.train_on_batch(x[start : start + 6], y[start : start + 6])

    made = problem(own=OWN | {"dropout": 0.0}, dtype=dtype)
    curves, _ = trained(keras_network(build), made, tmp_path, (60,), (3,))
    wanted = by_hand(keras, build, made, 60, update)
    np.testing.assert_array_equal(curves[1:, 0, ::2], wanted)  # mean absolute errors between


def test_the_losses_are_those_of_fit_but_for_rounding(keras, tmp_path):
    """`fit` compiles another graph, whose sums run in another order: no last bit is promised.

    The layer before batch normalisation has no bias: its slope is zero but for rounding, and Adam
    makes steps of its usual size of that.
    """

    def make(features, outputs, hp):
        layers = keras.layers
        body = layers.Dense(hp.width, use_bias=False), layers.BatchNormalization(), layers.ReLU()
        return keras.Sequential([*body, layers.Dense(outputs)])

    made = problem(own=OWN)
    curves, _ = trained(keras_network(make), made, tmp_path, (200,), (3,))
    fit = {"batch_size": 6, "shuffle": False, "verbose": 0}
    wanted = by_hand(keras, make, made, 200, lambda model, x, y: model.fit(x, y, **fit))
    np.testing.assert_allclose(curves[1:, 0, ::2], wanted, rtol=1e-9)


def compiled(keras, loss, last=None, **more):
    """Build what a user compiles: an optimiser with a schedule and a loss of its own."""

    def made(features, outputs, hp):
        model = keras.Sequential(
            [
                keras.layers.Dense(hp.width, "tanh"),
                keras.layers.Dropout(hp.dropout),
                keras.layers.Dense(outputs, last),
            ]
        )
        rate = keras.optimizers.schedules.ExponentialDecay(0.05, 3, 0.8)
        optimizer = keras.optimizers.SGD(rate, momentum=0.9, clipnorm=1.0, **more)
        model.compile(optimizer=optimizer, loss=loss)
        return model

    return made


class Clipped:
    """Makes a model whose training step is its user's own."""

    @staticmethod
    def build(features, outputs, hp):
        import keras
        import tensorflow as tf

        class Own(keras.Model):
            def __init__(self):
                super().__init__()
                self.hidden = keras.layers.Dense(hp.width, "relu")
                self.noise = keras.layers.GaussianNoise(0.1)
                self.out = keras.layers.Dense(outputs)

            def call(self, x, training=False):
                return self.out(self.noise(self.hidden(x), training=training))

            def train_step(self, data):
                x, y = data
                with tf.GradientTape() as tape:
                    loss = self.compute_loss(y=y, y_pred=self(x, training=True))
                gradients = tape.gradient(loss, self.trainable_variables)
                clipped = [tf.clip_by_value(one, -0.5, 0.5) for one in gradients]
                self.optimizer.apply(clipped, self.trainable_variables)
                return {"loss": loss}

        return Own()


CASES = {
    "plain": ("regression", lambda keras: build),
    "schedule": ("regression", lambda keras: build),
    "own step": ("regression", lambda keras: Clipped.build),
    "logits by default": ("binary", lambda keras: build),
    "classes' logits by default": ("multiclass", lambda keras: build),
    "two classes": ("binary", lambda keras: lambda f, o, hp: classes(keras, f, o, hp)),
    "averaged weights": (
        "multiclass",
        lambda keras: compiled(keras, "categorical_crossentropy", "softmax", use_ema=True),
    ),
    "sparse logits": (
        "multiclass",
        lambda keras: compiled(keras, keras.losses.SparseCategoricalCrossentropy(from_logits=True)),
    ),
    "logits": (
        "binary",
        lambda keras: compiled(keras, keras.losses.BinaryCrossentropy(from_logits=True)),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_a_user_compiles_learns_and_resumes_to_the_last_bit_with_any_others(
    keras, case, tmp_path
):
    task, make = CASES[case]
    schedule = (lambda epoch, rate: rate * 0.9 if epoch else 0.02) if case == "schedule" else None
    made = problem(task, OWN)
    trainer = keras_network(make(keras), schedule=schedule)
    whole = trained(trainer, made, tmp_path)
    require_same_bytes(whole, trained(trainer, made, tmp_path, (1, 3, 8)))
    alone = trained(trainer, made, tmp_path, (2, 8), (5,))[0]
    assert alone[:, 0].tobytes() == whole[0][:, 1].tobytes()
    assert len(set(whole[0][:, 0, 0])) == 9
    assert (whole[0][-1, :, 0] < whole[0][0, :, 0]).all()


def bad_models(keras):
    layers, sequential = keras.layers, keras.Sequential

    def noise(features, outputs, hp):
        class Noisy(layers.Layer):
            def call(self, x, training=False):
                return x + keras.random.normal((1,), dtype=x.dtype) if training else x

        return sequential([Noisy(), layers.Dense(outputs)])

    def drawn(features, outputs, hp):
        start = keras.initializers.Constant(float(np.random.default_rng().normal()))
        return sequential([layers.Dense(outputs, kernel_initializer=start)])

    return {
        "shape": (
            lambda f, o, hp: sequential([layers.Dense(o + 1)]),
            "have the shape (16, 2); it must be",
        ),
        "no model": (
            lambda f, o, hp: layers.Dense(o),
            "build gives Dense; it must give a keras.Model",
        ),
        "features": (
            lambda f, o, hp: sequential([keras.Input((f + 1,)), layers.Dense(o)]),
            "build raises ValueError",
        ),
        "drawn": (
            drawn,
            "build gives another network each time it is called with one seed: model.0",
        ),
        "noise": (noise, "a network that goes on from its saved state trains differently: model.0"),
    }


BAD = ("shape", "no model", "features", "drawn", "noise")


@pytest.mark.parametrize("name", BAD)
def test_a_bad_network_gets_a_sentence_before_any_training(keras, name):
    bad = bad_models(keras)
    assert tuple(bad) == BAD
    make, sentence = bad[name]
    said = sentence_of(keras_network(make), problem())
    assert sentence in said
    assert said.startswith(__file__)
