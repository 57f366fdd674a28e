"""Judges large images of a page by their own pixels: most are photographs, charts, and shades below the text.

The page need not be rendered for that, which takes several times as long, and the result is valid on every page of the
document. Small images are not judged so: they may be cut to the form of letters, which their pixels do not show. Those
below text of the layer are not cut so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from paddleocr_service.raster import scaled
from paddleocr_service.text_detail import DETAIL_DPI, NOTHING, TextDetail, is_plain, text_detail
from services.ocr_service.helpers.page_drawing import LayerImage
from services.ocr_service.helpers.page_transform import area, is_inside
from services.ocr_service.helpers.text_layer import TextLayer

if TYPE_CHECKING:
    import numpy as np

#: Smallest share of the page of an image that is judged, and of one with text of the layer on it.
_MIN_SHARE, _MIN_SHARE_BELOW_TEXT = 0.05, 0.005
#: Images whose result is kept for the rest of the document. They stay in memory, compressed as in the file.
_CACHED = 32
_SCALE = DETAIL_DPI / 72


class ImageDetails:
    """The rows of letters in the images of one document."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Any, TextDetail | None]] = {}

    def of(self, image: LayerImage, layer: TextLayer) -> TextDetail | None:
        """The rows of letters in an image of a page, without their place. None if only rendering shows them."""
        key = image.key
        share = area(image.box) / (layer.width * layer.height)
        if key is None or share < _MIN_SHARE_BELOW_TEXT:
            return None
        if share < _MIN_SHARE and not any(is_inside(line.box, image.box) for line in layer.visible):
            return None
        if key not in self._known:
            if len(self._known) >= _CACHED:
                self._known.clear()
            # The image is kept as well: another one could get its address.
            self._known[key] = image.source, _detail(image, layer.zoom)
        return self._known[key][1]

    def is_empty(self, image: LayerImage, layer: TextLayer) -> bool:
        """Whether an image is known to show no letters."""
        detail = self.of(image, layer)
        return detail is not None and detail.letters == 0


def _detail(image: LayerImage, zoom: float) -> TextDetail | None:
    source = image.source
    width, height = ((image.box[side + 2] - image.box[side]) / zoom for side in (0, 1))
    # A gradient is an image that MuPDF makes, with a pixel for each point. It may be cut to the form of letters.
    is_gradient = abs(source.w() - width) <= 2 and abs(source.h() - height) <= 2
    if is_gradient or source.mask().m_internal:
        return None
    pixels = _pixels_of(source, width, height)
    if pixels is None:
        return None
    if is_plain(pixels):
        return NOTHING
    return text_detail(_at_detail_dpi(pixels, width, height))


def _pixels_of(source: Any, width: float, height: float) -> np.ndarray | None:
    """(H, W) or (H, W, 3) uint8 at DETAIL_DPI or more. None if damaged or in an unusual space of colours.

    source: MuPDF's image. width, height: on the page, in points.
    """
    import numpy as np
    from pymupdf import mupdf

    size = mupdf.FzMatrix(width * _SCALE, 0, 0, height * _SCALE, 0, 0)
    whole = mupdf.FzIrect(0, 0, source.w(), source.h())
    try:
        pixmap = mupdf.fz_get_pixmap_from_image(source, whole, size)[0]
    except mupdf.FzErrorBase:  # rendering shows what is left of it
        return None
    space, channels = pixmap.colorspace(), pixmap.n()
    is_grey = channels == 1 and (source.imagemask() or mupdf.fz_colorspace_is_gray(space))
    if not is_grey and not (channels == 3 and mupdf.fz_colorspace_is_rgb(space)):
        return None
    rows = np.frombuffer(mupdf.ll_fz_pixmap_samples_memoryview(pixmap.m_internal), np.uint8)
    rows = rows.reshape(pixmap.h(), pixmap.stride())[:, : pixmap.w() * channels]
    # A copy, because the samples are freed with the pixmap.
    return rows.reshape((pixmap.h(), pixmap.w(), channels)[: 2 if is_grey else 3]).copy()


def _at_detail_dpi(pixels: np.ndarray, width: float, height: float) -> np.ndarray:
    # An image that is turned by a quarter has its longer side across the page's.
    if (pixels.shape[1] > pixels.shape[0]) != (width > height):
        width, height = height, width
    return scaled(pixels, round(width * _SCALE), round(height * _SCALE))
