"""A network of PyTorch trains as the loop that its user would write, and resumes to the last bit."""

import numpy as np
import pytest

from epochwise.api import torch_network
from epochwise.training.randomness import BatchOrders, framework_seed
from helpers import require
from networks.running import problem, require_same_bytes, sentence_of, trained

pytestmark = pytest.mark.long  # importing PyTorch alone takes seconds

OWN = {"width": 8, "dropout": 0.3, "weight_decay": 0.02}


@pytest.fixture(autouse=True)
def torch():
    require("torch")
    import torch

    return torch


def build(features, outputs, hp):
    from torch import nn

    body = (
        nn.Linear(features, hp.width),
        nn.BatchNorm1d(hp.width),
        nn.ReLU(),
        nn.Dropout(hp.dropout),
    )
    return nn.Sequential(*body, nn.Linear(hp.width, outputs))


def by_hand(torch, made, seed, epochs):
    """The loop of a PyTorch user; the outputs on every partition after each epoch."""
    hp = made.hyperparameters
    torch.manual_seed(seed)
    model = build(made.train.x.shape[1], made.train.y.shape[1], hp).double()
    optimizer = torch.optim.AdamW(model.parameters(), lr=hp.learning_rate_init, weight_decay=0.02)
    names = {
        "regression": "MSELoss",
        "binary": "BCEWithLogitsLoss",
        "multiclass": "CrossEntropyLoss",
    }
    loss = getattr(torch.nn, names[made.task])()
    x, y = torch.tensor(made.train.x), torch.tensor(made.train.y)
    y = y.argmax(1) if made.task == "multiclass" else y
    orders = BatchOrders("every_epoch", len(x), made.layer_sizes, hp.activation)
    outputs = []
    for epoch in range(1, epochs + 1):
        torch.manual_seed(framework_seed(seed, epoch))
        model.train()
        for rows in torch.tensor(orders((seed,), epoch)[0]).split(hp.batch_size):
            optimizer.zero_grad()
            loss(model(x[rows]), y[rows]).backward()
            optimizer.step()
        model.eval()
        with torch.no_grad():
            outputs.append([model(torch.tensor(p.x)) for p in made.partitions.values()])
    return outputs


@pytest.mark.parametrize("dropout", [0.0, 0.3])
def test_the_losses_are_those_of_a_loop_by_hand_to_the_last_bit(torch, dropout, tmp_path):
    made = problem(own=OWN | {"dropout": dropout})
    curves, _ = trained(torch_network(build), made, tmp_path, (200,), (3,))
    for losses, outputs in zip(curves[1:, 0], by_hand(torch, made, 3, 200), strict=True):
        parts = zip(outputs, made.partitions.values(), strict=True)
        wanted = [np.mean((part.target - out.numpy()) ** 2) for out, part in parts]
        np.testing.assert_array_equal(losses[::2], wanted)  # mean absolute errors between


@pytest.mark.parametrize("task", ["binary", "multiclass"])
def test_of_classes_logits_become_probabilities(torch, task, tmp_path):
    made = problem(task, OWN)
    curves, _ = trained(torch_network(build), made, tmp_path, (40,), (3,))
    for losses, (logits, *_) in zip(curves[1:, 0], by_hand(torch, made, 3, 40), strict=True):
        y = torch.tensor(made.train.y)
        names = {"binary": "binary_cross_entropy_with_logits", "multiclass": "cross_entropy"}
        wanted = getattr(torch.nn.functional, names[task])(logits, y)
        np.testing.assert_allclose(losses[0], wanted.item(), rtol=1e-12)
    assert (curves[-1, 0, ::3][:1] < 0.9 * curves[0, 0, ::3][:1]).all()


def test_a_module_that_stays_in_evaluation_mode_does(torch, tmp_path):
    class Frozen(torch.nn.BatchNorm1d):
        def train(self, mode=True):
            return super().train(False)

    def frozen(features, outputs, hp):
        return torch.nn.Sequential(Frozen(features), torch.nn.Linear(features, outputs))

    _, state = trained(torch_network(frozen), problem(), tmp_path, (3,), (3,))
    assert not state["module.0.running_mean"].any()
    assert state["module.0.num_batches_tracked"] == [0]
    _, usual = trained(torch_network(build), problem(own=OWN), tmp_path, (3,), (3,))
    assert usual["module.1.num_batches_tracked"] == [9]


OPTIMIZERS = {
    "SGD": {"momentum": 0.9, "nesterov": True},
    "Adam": {"amsgrad": True},
    "RMSprop": {"centered": True, "momentum": 0.5},
    "Rprop": {},
    "NAdam": {},
    "Adafactor": {},
    "LBFGS": {"max_iter": 3, "history_size": 2},
}
SCHEDULERS = {
    "none": None,
    "StepLR": lambda lr, optimizer: lr.StepLR(optimizer, 2),
    "Cosine": lambda lr, optimizer: lr.CosineAnnealingLR(optimizer, 5),
    "Plateau": lambda lr, optimizer: lr.ReduceLROnPlateau(optimizer, patience=0, threshold=0.3),
    "Lambda": lambda lr, optimizer: lr.LambdaLR(optimizer, lambda epoch: 0.9**epoch),
    "OneCycle": lambda lr, optimizer: lr.OneCycleLR(optimizer, 0.01, total_steps=20),
    "Sequential": lambda lr, optimizer: lr.SequentialLR(
        optimizer, [lr.ConstantLR(optimizer), lr.ExponentialLR(optimizer, 0.5)], [3]
    ),
}
PAIRS = [(name, "none") for name in OPTIMIZERS] + [("SGD", name) for name in list(SCHEDULERS)[1:]]


@pytest.mark.parametrize(("optimizer", "scheduler"), PAIRS)
def test_any_optimiser_and_scheduler_resumes_to_the_last_bit(torch, optimizer, scheduler, tmp_path):
    schedule = SCHEDULERS[scheduler]

    def make():
        return torch_network(
            build,
            optimizer=lambda module, hp: getattr(torch.optim, optimizer)(
                module.parameters(), lr=hp.learning_rate_init, **OPTIMIZERS[optimizer]
            ),
            scheduler=schedule
            and (lambda optimizer, hp: schedule(torch.optim.lr_scheduler, optimizer)),
            loss=lambda hp: torch.nn.HuberLoss(delta=hp.width / 8),
            after_backward=lambda module, hp: torch.nn.utils.clip_grad_norm_(
                module.parameters(), 1.0
            ),
        )

    made = problem(own=OWN)
    whole = trained(make(), made, tmp_path)
    require_same_bytes(whole, trained(make(), made, tmp_path, (1, 2, 5, 7, 8)))
    assert len(set(whole[0][:, 0, 0])) == 9  # it moves in every epoch


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("task", ["regression", "binary", "multiclass"])
def test_seeds_are_independent_of_which_others_share_a_job(task, dtype, tmp_path):
    made = problem(task, OWN, dtype=dtype)
    together = trained(torch_network(build), made, tmp_path, (2, 6), (3, 5, 9))[0]
    for number, seed in enumerate((3, 5, 9)):
        alone = trained(torch_network(build), made, tmp_path, (6,), (seed,))[0]
        assert alone[:, 0].tobytes() == together[:, number].tobytes()
    assert len(set(together[-1, :, 0])) == 3


def test_lazy_modules_shared_weights_and_extra_state_are_kept(torch, tmp_path):
    class Shared(torch.nn.Module):
        def __init__(self, features, outputs, hp):
            super().__init__()
            self.into = torch.nn.LazyLinear(hp.width)
            self.again = torch.nn.Linear(hp.width, hp.width)
            self.same, self.out = self.again, torch.nn.Linear(hp.width, outputs)
            self.register_buffer("mean", torch.zeros(hp.width), persistent=False)
            self.batches = 0

        def forward(self, x):
            x = self.same(torch.tanh(self.again(torch.tanh(self.into(x)))))
            if self.training:
                self.batches += 1
                self.mean = 0.9 * self.mean + x.detach().mean(0) / self.batches
            return self.out(x - self.mean)

        def get_extra_state(self):
            return {"batches": self.batches}

        def set_extra_state(self, state):
            self.batches = state["batches"]

    made = problem(own=OWN)
    whole = trained(torch_network(Shared), made, tmp_path)
    require_same_bytes(whole, trained(torch_network(Shared), made, tmp_path, (3, 8)))


def bad_modules(torch):
    nn = torch.nn

    class Noisy(nn.Sequential):
        def forward(self, x):
            return super().forward(x) + float(np.random.default_rng().normal()) * self.training

    class Counting(torch.optim.SGD):
        calls = 0

        def step(self, closure=None):
            self.calls += 1
            for group in self.param_groups:
                group["lr"] = 0.1 / self.calls
            return super().step(closure)

    class Objects(torch.optim.SGD):
        def step(self, closure=None):
            for parameter in self.param_groups[0]["params"]:
                self.state[parameter]["mean"] = np.zeros(3)
            return super().step(closure)

    def plain(features, outputs, hp):
        return nn.Linear(features, outputs)

    def drawn(features, outputs, hp):
        module = nn.Linear(features, outputs)
        nn.init.constant_(module.bias, float(np.random.default_rng().normal()))
        return module

    return {
        "shape": (
            lambda f, o, hp: nn.Linear(f, o + 1),
            {},
            "shape (2, 2); it must be (rows, outputs), here (2, 1)",
        ),
        "flat": (
            lambda f, o, hp: nn.Sequential(nn.Linear(f, o), nn.Flatten(0)),
            {},
            "have the shape (2,)",
        ),
        "no module": (
            lambda f, o, hp: "net",
            {},
            "build gives str; it must give a torch.nn.Module",
        ),
        "arguments": (lambda features: None, {}, "build raises TypeError"),
        "features": (
            lambda f, o, hp: nn.Linear(f + 2, o),
            {},
            "build raises RuntimeError: mat1 and mat2",
        ),
        "unknown": (lambda f, o, hp: nn.Linear(hp.depth, o), {}, "unknown hyperparameter 'depth'"),
        "drawn": (
            drawn,
            {},
            "build gives another network each time it is called with one seed: module.bias",
        ),
        "noisy": (lambda f, o, hp: Noisy(nn.Linear(f, o)), {}, "trains differently: module.0."),
        "no optimiser": (plain, {"optimizer": lambda module, hp: None}, "optimizer gives NoneType"),
        "counts": (
            plain,
            {"optimizer": lambda module, hp: Counting(module.parameters(), 0.1)},
            "trains differently",
        ),
        "objects": (
            plain,
            {"optimizer": lambda module, hp: Objects(module.parameters(), 0.1)},
            "optimizer.state.0.mean is kept as ndarray, which cannot be saved without pickle",
        ),
        "loss": (
            plain,
            {"loss": lambda hp: nn.MSELoss(reduction="none")},
            "a batch raises RuntimeError: grad can be implicitly created only for scalar outputs",
        ),
        "softmax": (
            lambda f, o, hp: nn.Sequential(nn.Linear(f, o), nn.Softmax(1)),
            {},
            "outputs are probabilities already; leave the softmax",
        ),
        "sigmoid": (
            lambda f, o, hp: nn.Sequential(nn.Linear(f, o), nn.Sigmoid()),
            {},
            "outputs are probabilities already; leave the softmax",
        ),
    }


BAD = (
    "shape",
    "flat",
    "no module",
    "arguments",
    "features",
    "unknown",
    "drawn",
    "noisy",
    "no optimiser",
    "counts",
    "objects",
    "loss",
    "softmax",
    "sigmoid",
)


@pytest.mark.parametrize("name", BAD)
def test_a_bad_network_gets_a_sentence_before_any_training(torch, name):
    bad = bad_modules(torch)
    assert tuple(bad) == BAD
    make, given, sentence = bad[name]
    task = {"softmax": "multiclass", "sigmoid": "binary"}.get(name, "regression")
    said = sentence_of(torch_network(make, **given), problem(task))
    assert sentence in said
    assert said.startswith(__file__)
