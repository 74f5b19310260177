"""Names for arrays of numbers; comments and docstrings give their shapes."""

import numpy as np
from numpy.typing import NDArray

Array = np.ndarray  # of numbers of any type
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
