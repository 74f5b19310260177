"""A network of PyTorch on a graphics card as on the CPU: its curve, its bytes, its seeds."""

import numpy as np
import pytest

from devices import DEVICES, TOLERANCE, started
from epochwise.api import torch_network
from epochwise.training.parameters import own_start
from helpers import load
from networks.running import problem, require_same_bytes, trained

OWN = {"width": 8, "dropout": 0.3}


def plain(features, outputs, hp):
    from torch import nn

    return nn.Sequential(nn.Linear(features, hp.width), nn.Tanh(), nn.Linear(hp.width, outputs))


def noisy(features, outputs, hp):
    from torch import nn

    noise = nn.BatchNorm1d(hp.width), nn.ReLU(), nn.Dropout(hp.dropout)
    return nn.Sequential(nn.Linear(features, hp.width), *noise, nn.Linear(hp.width, outputs))


def on(device, build, task="regression"):
    """A trainer, and its problem on a device; the test is skipped where there is no such device."""
    load("torch")
    trainer, made = torch_network(build), problem(task, OWN, device=device)
    started(trainer, made, own_start((3,)))
    return trainer, made


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("task", ["regression", "binary", "multiclass"])
def test_the_curve_is_that_of_the_cpu(task, device, tmp_path):
    curves, _ = trained(*on(device, plain, task), tmp_path, (200,))
    wanted, _ = trained(*on("cpu", plain, task), tmp_path, (200,))
    np.testing.assert_allclose(curves, wanted, rtol=TOLERANCE)
    assert (curves[-1, :, 0] < curves[0, :, 0]).all()


@pytest.mark.parametrize("device", DEVICES)
def test_resuming_and_the_other_seeds_change_no_byte(device, tmp_path):
    trainer, made = on(device, noisy)
    whole = trained(trainer, made, tmp_path)
    require_same_bytes(whole, trained(trainer, made, tmp_path, (1, 5, 8)))
    for number, seed in enumerate((3, 5)):
        alone, _ = trained(trainer, made, tmp_path, seeds=(seed,))
        assert alone[:, 0].tobytes() == whole[0][:, number].tobytes()
