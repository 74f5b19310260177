"""How many threads a training job computes with: as many as its study says, whatever the machine has.

A product that is shared out among threads may be summed in another order, so the number of threads can
change last bits, and is no matter of ``--cores``.
"""

import os

VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
_in_use = [1]


def use(count: int) -> None:
    """Have this process compute with so many threads, and what it imports from now on as well.

    What the variables say is limited to the cores that there are; what is loaded already, such as
    NumPy's BLAS, is told the number itself.
    """
    _in_use[0] = count
    if count > 1 or any(os.environ.get(name) != "1" for name in VARIABLES):
        from threadpoolctl import threadpool_limits

        os.environ.update(dict.fromkeys(VARIABLES, str(count)))
        threadpool_limits(count)


def threads() -> int:
    """Give how many threads a backend may compute with, which NumPy does by itself."""
    return _in_use[0]
