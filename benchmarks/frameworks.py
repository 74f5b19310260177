"""How fast each backend trains the tutorial's study, on one core, or with `--device cuda` on a graphics card.

Baselines: the tutorial's loop over scikit-learn's `partial_fit`, the loop that a PyTorch user
writes, and `keras.Model.fit`. All arms take turns, round after round, and what is printed is
the median over the rounds of the ratio of times, so that a busy machine slows all alike.
What starting costs (importing the framework, compiling) is measured apart, in
fresh processes. Arms whose framework is not installed, or finds no card, are left out. On a card the backends that can use
one train there, and so does the loop that a PyTorch user writes; all else stays on the core.
"""

import argparse
import importlib.util
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})  # one core, before any library counts them
os.environ.update(OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1", TF_CPP_MIN_LOG_LEVEL="2")

import numpy as np

from epochwise.errors import PluginError
from epochwise.plugins.registry import load_backend
from epochwise.training import host
from epochwise.training.contract import Partition, Problem
from epochwise.training.defaults import hyperparameters
from epochwise.training.parameters import initial_state
from epochwise.training.segment import Segment

PLUGINS = Path(__file__).parents[1] / "plugins"
KERAS_SHARE = 100  # keras trains this many times fewer epochs a round; its time is extrapolated
Arm = Callable[[int], None]  # trains so many further epochs, and measures the losses of each


def tutorial() -> tuple[np.ndarray, ...]:
    """Load what the tutorial trains on: diabetes, a fifth held out, features standardised."""
    from sklearn.datasets import load_diabetes
    from sklearn.model_selection import train_test_split
    from sklearn.preprocessing import StandardScaler

    x, y = load_diabetes(return_X_y=True)
    x_train, x_test, y_train, y_test = train_test_split(x, y, test_size=0.2, random_state=42)
    scaler = StandardScaler().fit(x_train)
    return scaler.transform(x_train), scaler.transform(x_test), y_train, y_test


def problem(dtype: str, device: str) -> Problem:
    """Give the tutorial's network as a problem."""
    x_train, x_test, y_train, y_test = tutorial()
    parts = {}
    for name, x, y in (("train", x_train, y_train), ("validation", x_test, y_test)):
        target = y[:, np.newaxis]
        parts[name] = Partition(x.astype(dtype), target.astype(dtype), target)
    hp = hyperparameters(hidden_layer_sizes=(128,), dtype=dtype, device=device)
    return Problem("regression", parts, hp)


def backend(name: str, dtype: str, seeds: int, device: str) -> Arm:
    """Train through the host, as a study does."""
    task, numbers = problem(dtype, device), range(seeds)
    trainer = load_backend(PLUGINS, name).value(task, initial_state(task, numbers))
    done = [0]

    def arm(epochs: int) -> None:
        segment = Segment(numbers, done[0], done[0] + epochs, "scikit_learn")
        host.train(name, trainer, task, segment, np.ones(seeds, bool))
        done[0] += epochs

    return arm


def tutorial_loop(_device: str) -> Arm:
    """Train as the tutorial does."""
    from sklearn.metrics import mean_squared_error
    from sklearn.neural_network import MLPRegressor

    x_train, x_test, y_train, y_test = tutorial()
    model = MLPRegressor(hidden_layer_sizes=(128,), max_iter=20, random_state=42)

    def arm(epochs: int) -> None:
        for _ in range(epochs):
            model.partial_fit(x_train, y_train)
            mean_squared_error(y_train, model.predict(x_train))
            mean_squared_error(y_test, model.predict(x_test))

    return arm


def torch_loop(device: str) -> Arm:
    """Train as a PyTorch user does: modules, autograd, the fused optimiser."""
    import torch

    torch.set_num_threads(1)
    x_train, x_test, y_train, y_test = (torch.tensor(a, device=device) for a in tutorial())
    layers = torch.nn.Linear(10, 128), torch.nn.ReLU(), torch.nn.Linear(128, 1)
    model = torch.nn.Sequential(*layers).to(device, torch.float64)
    optimizer = torch.optim.Adam(model.parameters(), fused=True)
    loss = torch.nn.MSELoss()

    def arm(epochs: int) -> None:
        for _ in range(epochs):
            for rows in torch.randperm(len(x_train), device=device).split(200):
                optimizer.zero_grad()
                loss(model(x_train[rows])[:, 0], y_train[rows]).backward()
                optimizer.step()
            with torch.no_grad():
                loss(model(x_train)[:, 0], y_train).item()
                loss(model(x_test)[:, 0], y_test).item()

    return arm


def keras_fit(_device: str) -> Arm:
    """Train as a Keras user does, in float32, which is its default."""
    import keras

    x_train, x_test, y_train, y_test = tutorial()
    layers = keras.layers.Dense(128, activation="relu"), keras.layers.Dense(1)
    model = keras.Sequential([keras.Input((10,)), *layers])
    model.compile(optimizer="adam", loss="mse")

    def arm(epochs: int) -> None:
        few = max(1, epochs // KERAS_SHARE)
        held_out = (x_test, y_test)
        model.fit(x_train, y_train, 200, few, verbose=0, validation_data=held_out)

    arm(2 * KERAS_SHARE)  # traces its graphs
    return arm


BASELINES = {
    "tutorial loop": (tutorial_loop, "sklearn"),
    "torch loop": (torch_loop, "torch"),  # where the backend `torch` trains
    "keras fit": (keras_fit, "tensorflow"),
}
ON_A_CARD = ("jax", "torch", "tensorflow")
BACKENDS = {
    "numpy": ("numpy", (1,)),
    "sklearn": ("sklearn", (1,)),
    "jax": ("jax", (1, 16)),
    "torch": ("torch", (1, 16)),
    "tensorflow": ("tensorflow", (1, 16)),
}


def arms(device: str) -> dict[str, tuple[Arm, int]]:
    """Make all arms: what trains, and how many networks at once."""
    here = [
        name for name, (module, _) in BACKENDS.items() if installed(module) and starts(name, device)
    ]
    made = {n: (make(device), 1) for n, (make, needs) in BASELINES.items() if needs in here}
    for name in here:
        counts = BACKENDS[name][1]
        for dtype in ("float64", "float32"):
            for seeds in counts:
                made[f"{name} {dtype} x{seeds}"] = (
                    backend(name, dtype, seeds, device_of(name, device)),
                    seeds,
                )
    return made


def starts(name: str, device: str) -> bool:
    """Whether a backend finds the device; if not, its own sentence says so."""
    try:
        backend(name, "float64", 1, device_of(name, device))
    except PluginError as refusal:
        print(refusal, file=sys.stderr)
        return False
    return True


def device_of(name: str, device: str) -> str:
    """Give where a backend trains when a device is asked for."""
    return device if name in ON_A_CARD else "cpu"


def installed(module: str) -> bool:
    """Whether a framework is here."""
    return importlib.util.find_spec(module) is not None


def measure(rounds: int, epochs: int, device: str) -> dict[str, np.ndarray]:
    """Give the seconds per epoch and network, (rounds,) for each arm."""
    made = arms(device)
    seconds: dict[str, list[float]] = {name: [] for name in made}
    for arm, _ in made.values():
        arm(epochs)  # warm
    for number in range(rounds):
        for name, (arm, seeds) in made.items():
            start = time.perf_counter()
            arm(epochs)
            took = (time.perf_counter() - start) / seeds / epochs
            seconds[name].append(took * (KERAS_SHARE if name == "keras fit" else 1))
        print(f"round {number + 1} of {rounds}", file=sys.stderr)
    return {name: np.array(times) for name, times in seconds.items()}


def print_speeds(seconds: dict[str, np.ndarray]) -> None:
    """Print a row per arm: its time for 5,000 epochs, and how many times each baseline's speed."""
    baselines = [name for name in BASELINES if name in seconds]
    print(f"{'':24}{'5,000 epochs':>14}" + "".join(f"{f'x {name}':>17}" for name in baselines))
    for name, times in seconds.items():
        ratios = [np.median(seconds[baseline] / times) for baseline in baselines]
        shown = "".join(f"{ratio:16.1f}x" for ratio in ratios)
        print(f"{name:24}{5000 * np.median(times):12.2f} s{shown}")
    print(f"per network; medians; keras extrapolated from one epoch in {KERAS_SHARE}")


START = """
import importlib, sys, time
began = time.perf_counter()
importlib.import_module(sys.argv[1])
imported = time.perf_counter()
sys.path.insert(0, sys.argv[4])
import frameworks
from epochwise.training.parameters import initial_state
task, times = frameworks.problem("float64", sys.argv[3]), [imported - began]
make = frameworks.load_backend(frameworks.PLUGINS, sys.argv[2]).value
segment = frameworks.Segment([42], 0, 1, "scikit_learn")
for _ in range(2):
    began = time.perf_counter()
    trainer = make(task, initial_state(task, [42]))
    frameworks.host.train("it", trainer, task, segment, frameworks.np.ones(1, bool))
    times.append(time.perf_counter() - began)
print(*times)
"""


def print_starts(repeats: int, device: str) -> None:
    """Print what starting costs, in fresh processes: medians, in seconds."""
    print(f"\n{'':24}{'import alone':>14}{'one epoch':>14}{'and again':>14}")
    for name, (module, _) in BACKENDS.items():
        if not installed(module) or not starts(name, device):
            continue
        here = str(Path(__file__).parent)
        command = [sys.executable, "-c", START, module, name, device_of(name, device), here]
        runs = [
            subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
            for _ in range(repeats)
        ]
        medians = np.median(np.array(runs, float), axis=0)
        print(f"{name:24}" + "".join(f"{value:12.2f} s" for value in medians))
    print("one epoch: check the problem, move the data, compile, train; again: with all compiled")


NETWORK = (("width", 64), ("dropout", 0.2), ("weight_decay", 0.01))  # of the network of one's own
BATCHES = (200, 33)  # rows; an epoch is 2 or 11 updates


def own(kind: str, rows: int) -> tuple[Arm, ...]:
    """Make the network of docs/your-network.md through the host, and the loops of `LOOPS`."""
    from dataclasses import replace
    from tempfile import mkdtemp

    from epochwise.plugins.backend_commands import new_backend
    from epochwise.training.parameters import own_start

    folder = Path(mkdtemp())
    new_backend(folder, f"own_{kind}", kind)
    task = problem("float64", "cpu")
    hp = replace(task.hyperparameters, own=NETWORK, batch_size=rows)
    task = replace(task, hyperparameters=hp)
    registered = load_backend(folder, f"own_{kind}")
    trainer, done = registered.value(task, own_start([0])), [0]
    build = sys.modules[f"epochwise_plugin_own_{kind}_backend"].build

    def ours(epochs: int) -> None:
        segment = Segment([0], done[0], done[0] + epochs, "every_epoch")
        host.train(kind, trainer, task, segment, np.ones(1, bool))
        done[0] += epochs

    return ours, *(loop(task, build) for loop in LOOPS[kind].values())


def adamw_loop(task: Problem, build: Callable[..., object]) -> Arm:
    """Train as a PyTorch user does, with AdamW as it is by default."""
    import torch

    rows, parts = task.hyperparameters.batch_size, task.partitions.values()
    model = build(10, 1, task.hyperparameters).double()
    data = [(torch.tensor(part.x), torch.tensor(part.y)) for part in parts]
    optimizer = torch.optim.AdamW(model.parameters(), weight_decay=0.01)
    loss, (x, y) = torch.nn.MSELoss(), data[0]

    def arm(epochs: int) -> None:
        for _ in range(epochs):
            model.train()
            for batch in torch.randperm(len(x)).split(rows):
                optimizer.zero_grad()
                loss(model(x[batch]), y[batch]).backward()
                optimizer.step()
            model.eval()
            with torch.no_grad():
                for inputs, target in data:
                    loss(model(inputs), target).item()

    return arm


def train_on_batch_loop(task: Problem, build: Callable[..., object]) -> Arm:
    """Train as a Keras user does who wants no more than the batches."""
    import keras

    rows, (x, y) = task.hyperparameters.batch_size, (task.train.x, task.train.y)
    keras.config.set_floatx("float64")
    model = build(10, 1, task.hyperparameters)
    model.compile(optimizer="adam", loss="mse")

    def arm(epochs: int) -> None:
        for _ in range(epochs):
            order = np.random.permutation(len(x))
            for start in range(0, len(x), rows):
                batch = order[start : start + rows]
                model.train_on_batch(x[batch], y[batch])
            for part in task.partitions.values():
                np.mean((model.predict_on_batch(part.x) - part.y) ** 2)

    return arm


def fit_loop(task: Problem, build: Callable[..., object]) -> Arm:
    """Train as most Keras users do."""
    import keras

    keras.config.set_floatx("float64")
    model = build(10, 1, task.hyperparameters)
    model.compile(optimizer="adam", loss="mse")
    (x, y), held_out = ((part.x, part.y) for part in task.partitions.values())
    size = task.hyperparameters.batch_size
    return lambda epochs: model.fit(x, y, size, epochs, verbose=0, validation_data=held_out)


LOOPS = {  # that a user writes around a network, by framework
    "torch": {"a plain loop with AdamW": adamw_loop},
    "keras": {"a loop over train_on_batch": train_on_batch_loop, "fit": fit_loop},
}


def print_networks(rounds: int) -> None:
    """Print how long a network of one's own takes against the loops that its user writes."""
    for kind, loops in LOOPS.items():
        for rows in BATCHES if installed(kind) else ():
            arms = own(kind, rows)
            for arm in arms:
                arm(10)
            times = np.array([[clock(arm, 10) for arm in arms] for _ in range(rounds)])
            for loop, theirs in zip(loops, times.T[1:], strict=True):
                ratio = np.median(times[:, 0] / theirs)
                print(f"{kind} network, batches of {rows:3}: {ratio:.2f} times as long as {loop}")


def clock(arm: Arm, epochs: int) -> float:
    """Give the seconds that an arm takes."""
    start = time.perf_counter()
    arm(epochs)
    return time.perf_counter() - start


def main() -> None:
    """Read the arguments, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--epochs", type=int, default=500, help="per round")
    parser.add_argument("--starts", type=int, default=3, help="fresh processes per backend")
    parser.add_argument("--networks", type=int, default=100, help="rounds of networks of one's own")
    parser.add_argument("--only-networks", action="store_true")
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu", help="of the backends")
    options = parser.parse_args()
    if options.only_networks:
        print_networks(options.networks)
        return
    print_speeds(measure(options.rounds, options.epochs, options.device))
    print_starts(options.starts, options.device)
    print_networks(options.networks)


if __name__ == "__main__":
    main()
