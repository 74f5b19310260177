"""Fewer points of a curve for the same picture."""

import numpy as np
from numpy.typing import NDArray


def thin(values: NDArray[np.float64], most: int) -> NDArray[np.int64]:
    """Choose the points of a curve that a screen or a page needs.

    The curve is cut into equal stretches and each keeps its lowest and its highest
    point, so that no spike is lost; the first point, the last finite one and the
    (first) minimum of all are kept always. Where the curve has no more than
    `most` finite points, all of them are.

    Parameters
    ----------
    values : (points,) NaN where there is nothing to draw.
    most : how many points may be kept, 8 or more.

    Returns
    -------
    (kept,) increasing positions of finite points.
    """
    finite = np.flatnonzero(np.isfinite(values))
    if len(finite) <= most:
        return finite
    stretches = np.array_split(finite, (most - 3) // 2)
    kept = {int(finite[0]), int(finite[-1]), int(finite[np.argmin(values[finite])])}
    for stretch in stretches:
        inside = values[stretch]
        kept |= {int(stretch[inside.argmin()]), int(stretch[inside.argmax()])}
    return np.array(sorted(kept))
