"""What a framework keeps is saved as named arrays, and comes back as it was; what cannot be is told."""

import numpy as np
import pytest

from epochwise.errors import PluginError
from epochwise.networks.named_arrays import pack, unpack
from epochwise.training import states


def to_array(node):
    return node if isinstance(node, np.ndarray) and node.dtype != object else None


def test_a_tree_comes_back_from_its_file_as_it_was(tmp_path):
    tree = {
        "state": {0: {"step": np.array(3.0), "mean": np.arange(4.0)}, 7: {}},
        "groups": [{"lr": 0.1 + 0.2, "betas": (0.9, 0.999), "fused": None, "on": True, "of": "x"}],
        "worst": [float("inf"), -0.0, 5e-324, np.float64(1 / 3)],
    }
    packed = pack("optimizer", tree, to_array)
    assert {"optimizer", "optimizer.state.0.step", "optimizer.state.0.mean"} == set(packed)
    states.save(tmp_path / "state.npz", packed)
    back = unpack("optimizer", states.load(tmp_path / "state.npz"), lambda array: array)
    assert repr(back) == repr(tree | {"worst": [float("inf"), -0.0, 5e-324, 1 / 3]})
    assert back["state"][0]["step"].shape == ()


@pytest.mark.parametrize("kept", [object(), {1, 2}, {(1, 2): 3}, np.array([None]), lambda: 1])
def test_what_only_pickle_could_save_is_named(kept):
    with pytest.raises(PluginError, match=r"optimizer\.state\.1 is kept as .*without pickle"):
        pack("optimizer", {"state": [0, kept]}, to_array)
