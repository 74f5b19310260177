"""What numbers were computed with, held against what Python, NumPy and threadpoolctl say."""

import json
import platform
import subprocess
import sys

import numpy as np
from threadpoolctl import threadpool_limits

from epochwise.records.environment import environment


def test_it_tells_versions_kernel_threads_and_instructions():
    with threadpool_limits(1, user_api="blas"):
        found = environment()
    assert found["python"] == platform.python_version()
    assert found["packages"]["numpy"] == np.__version__
    assert all(one.endswith(", 1 thread") for one in found["blas"])
    assert any(kernel in " ".join(found["blas"]) for kernel in ("openblas", "mkl", "blis"))
    assert platform.machine() in found["machine"]
    assert found["cpu"]


def test_of_packages_only_those_that_took_part_and_none_is_imported_to_tell():
    code = "import json; from epochwise.records.environment import environment; print(json.dumps(environment()))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    assert found["packages"] == {}
    assert "blas" not in found


def test_another_kernel_is_told():
    code = "import numpy; from epochwise.records.environment import arithmetic; print(arithmetic()['blas'])"
    said = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={"OPENBLAS_CORETYPE": kernel},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for kernel in ("Haswell", "Prescott")
    }
    assert len(said) == 2
