"""Array types for annotations. This module imports numpy; modules that must not do that import it for type checks only.

Pixels: (H, W, 3) uint8, RGB outside the pipeline, BGR inside it, as in PaddleX.
Tensor: input or output of a network. Boxes: (n, 4) of x0, y0, x1, y1. Kinds: (classes,), see ``uncertainty.py``.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
Kinds = NDArray[np.uint8]
Tensor = NDArray[np.float32]
Boxes = NDArray[np.float64]
Floats = NDArray[np.float64]
Integers = NDArray[np.intp]
Mask = NDArray[np.bool_]
AnyArray = NDArray[Any]
