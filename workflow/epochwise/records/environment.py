"""What the last bits of a number can depend on besides data and code: packages, BLAS, processor."""

import platform
import sys
from collections.abc import Iterable
from typing import Any

# by the names under which they are imported
PACKAGES = (
    "numpy",
    "scipy",
    "sklearn",
    "pandas",
    "pyarrow",
    "matplotlib",
    "PIL",
    "plotly",
    "jinja2",
    "torch",
    "jax",
    "tensorflow",
    "keras",
)


def environment() -> dict[str, Any]:
    """Describe what this process computes with.

    Returns
    -------
    dict of ``python``, ``machine`` and ``packages`` (versions of those that have been imported);
        and, where NumPy has been, of ``blas`` (each library with its kernel and its threads) and
        ``cpu`` (the instruction sets that NumPy uses).
    """
    loaded = {name: sys.modules.get(name) for name in PACKAGES}
    versions = {name: str(getattr(one, "__version__", "")) for name, one in loaded.items() if one}
    system = platform.uname()
    return {
        "python": platform.python_version(),
        "machine": f"{system.system} {system.machine}",
        "packages": versions,
    } | (arithmetic() if loaded["numpy"] else {})


def arithmetic() -> dict[str, Any]:
    """Describe the processor's part: which kernels multiply matrices and compute functions."""
    import numpy as np
    from threadpoolctl import threadpool_info

    core = getattr(np, "_core", None)
    features = getattr(getattr(core, "_multiarray_umath", None), "__cpu_features__", {})
    pools = [pool for pool in threadpool_info() if pool["user_api"] == "blas"]
    return {
        "blas": sorted({_describe(pool) for pool in pools}),
        "cpu": " ".join(name for name, has in features.items() if has),
    }


def kernels(blas: Iterable[str]) -> set[str]:
    """Give the libraries and kernels of ``blas`` without their threads, of which parameters tell."""
    return {one.rpartition(", ")[0] for one in blas}


def _describe(pool: dict[str, Any]) -> str:
    threads = pool["num_threads"]
    kernel = pool.get("architecture") or ""
    words = f"{pool['internal_api']} {pool['version']} {kernel}".strip()
    return f"{words}, {threads} thread{'s' * (threads != 1)}"
