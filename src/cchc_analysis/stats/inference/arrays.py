"""Numbers as arrays of floats."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Numbers = npt.ArrayLike


def as_floats(numbers: Any) -> Floats:
    """A sequence, series or single number as a one-dimensional array."""
    return np.atleast_1d(np.asarray(numbers, dtype=np.float64))
