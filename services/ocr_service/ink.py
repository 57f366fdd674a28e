"""Whether an image without recognised text is blank. A page that is not gets a warning."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from paddleocr_service import Recognition
from services.ocr_service.helpers.text_layer import TextLayer
from services.ocr_service.page_warnings import NO_TEXT_FOUND, PageWarning

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from services.ocr_service.helpers.colour import RGBArray

#: The image is reduced to this many pixels, which is an A4 page at 36 dpi. The grain of paper disappears.
_PIXELS = 421 * 298
#: Cells of 3 x 3 pixels with at least this contrast in both directions have ink. Rules, frames and the shadows at the
#: edges of a scan have contrast in one direction only, apart from their corners.
_CELL, _MIN_CONTRAST = 3, 24
#: A page with at least this many cells with ink that touch another is not blank. Measured at 200 dpi: a page with noise
#: or 200 specks of dust up to 16, a frame up to 4, two words in 11 points 19, a photograph or a full page above 900.
_MIN_CELLS = 18


def missed_text(recognition: Recognition, array: RGBArray) -> tuple[PageWarning, ...]:
    """A warning if no text was found although the image is not blank. array: (H, W, 3) uint8, the image as read."""
    if recognition.text or not has_ink(array):
        return ()
    return (NO_TEXT_FOUND.at("Nothing was recognised as text, although the page is not blank."),)


def missing_layer(layer: TextLayer) -> tuple[PageWarning, ...]:
    """A warning if a page has no text layer but pictures. They are not rendered, which would take 20 times as long."""
    if layer.lines or not layer.images:
        return ()
    return (NO_TEXT_FOUND.at("The page has no text layer. Its pictures were not read."),)


def has_ink(array: RGBArray) -> bool:
    """Whether an image shows more than paper. array: (H, W, 3) uint8."""
    import numpy as np
    from PIL import Image

    height, width = array.shape[:2]
    scale = min(1.0, math.sqrt(_PIXELS / (height * width)))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    grey = np.asarray(Image.fromarray(array).convert("L").resize(size, Image.Resampling.BOX))
    rows, columns = size[1] // _CELL, size[0] // _CELL
    cells = grey[: rows * _CELL, : columns * _CELL].reshape(rows, _CELL, columns, _CELL)
    if not cells.size:
        return False
    across, down = np.ptp(cells, axis=3).max(axis=1), np.ptp(cells, axis=1).max(axis=2)
    return _touching(np.minimum(across, down) >= _MIN_CONTRAST) >= _MIN_CELLS


def _touching(cells: npt.NDArray[np.bool_]) -> int:
    """The number of true cells beside, above or below another. Specks of dust are alone."""
    import numpy as np

    around = np.pad(cells, 1)
    beside = around[1:-1, :-2] | around[1:-1, 2:] | around[:-2, 1:-1] | around[2:, 1:-1]
    return int((cells & beside).sum())
