"""States are plain arrays: what only Python could read back is neither written nor read."""

import numpy as np
import pytest

from epochwise.errors import DataError
from epochwise.training import states

OBJECTS = np.array([{"any": "thing"}], dtype=object)


def test_arrays_come_back_as_they_were(tmp_path):
    given = {"weights": np.arange(6.0).reshape(2, 3), "going": np.array([True, False])}
    states.save(tmp_path / "a.npz", given)
    found = states.load(tmp_path / "a.npz")
    assert found.keys() == given.keys()
    for name, array in given.items():
        np.testing.assert_array_equal(found[name], array)
        assert found[name].dtype == array.dtype
    assert states.load(tmp_path / "a.npz", only=["going"]).keys() == {"going"}


def test_objects_are_not_written(tmp_path):
    with pytest.raises(ValueError, match="allow_pickle"):
        states.save(tmp_path / "a.npz", {"weights": OBJECTS})
    assert list(tmp_path.iterdir()) == []


def test_objects_are_not_read(tmp_path):
    np.savez(tmp_path / "a.npz", weights=OBJECTS, allow_pickle=True)
    with pytest.raises(DataError, match=r"not a file of arrays .*allow_pickle"):
        states.load(tmp_path / "a.npz")
