"""A job computes with as many threads as its study says, more than there are cores too."""

import os

import numpy as np
import pytest
from threadpoolctl import threadpool_info

from epochwise.training.threads import threads, use


def of_blas():
    """The threads of NumPy's BLAS."""
    (np.ones((2, 2)) @ np.ones((2, 2))).sum()
    return {one["num_threads"] for one in threadpool_info() if one["user_api"] == "blas"}


@pytest.fixture(autouse=True)
def _one_again(monkeypatch):
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "5")  # as whoever calls may have it
    yield
    use(1)


@pytest.mark.parametrize("count", [1, 3, 2 * (os.cpu_count() or 1)])
def test_blas_computes_with_as_many_threads_as_are_asked_for(count):
    use(count)
    assert of_blas() == {count}
    assert threads() == count
    assert os.environ["OPENBLAS_NUM_THREADS"] == str(count)  # for what is imported later


@pytest.mark.long
@pytest.mark.parametrize("framework", ["torch", "tensorflow"])
def test_a_framework_is_told(framework):
    """In a process of its own, for TensorFlow is told once."""
    import subprocess
    import sys

    from helpers import PLUGINS, require

    require(framework)
    code = (
        "import sys; from pathlib import Path; from epochwise.conformance.cases import small_problem;"
        "from epochwise.plugins.registry import load_backend; from epochwise.training.threads import use;"
        "from epochwise.training.parameters import initial_state; use(3); problem = small_problem();"
        "load_backend(Path(sys.argv[1]), sys.argv[2]).value(problem, initial_state(problem, (0,)));"
    )
    told = {
        "torch": "import torch; print(torch.get_num_threads())",
        "tensorflow": "import tensorflow; print(tensorflow.config.threading.get_intra_op_parallelism_threads())",
    }
    command = [sys.executable, "-c", code + told[framework], str(PLUGINS), framework]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.split()[-1] == "3"
