"""Smooth the areas of dots with which faxes and other pictures of black and white draw grey.

Letters on such a ground have edges everywhere, and the detector does not find them. A ground of even grey does not
disturb it. Screened pictures are smoothed in the same way before they are printed again (descreening). Here it is done
only where the dots are, so that all other letters remain sharp.
"""

import numpy as np

from .arrays import AnyArray, Mask, Pixels

_BLOCK = 8  # pixels
_BAND = 128 * _BLOCK  # rows of pixels that are processed at once, which bounds the memory
_ROW_STEP = 11  # only some rows of pixels are tested at first; an odd step, because patterns repeat after 4 or 8 rows
_TEST_SIGMA = 2.0  # pixels; evens out dots that are up to 5 pixels apart, but not the smallest letters
_SIGMA = 1.5  # pixels; enough for the detector, and leaves letters sharper
_DETAIL = 40  # mean difference of a block of dots from the smoothed picture, in grey levels
_MAX_SPREAD = 16  # mean difference within the smoothed picture of such a block, in grey levels
_ROWS, _COLUMNS = 3, 8  # blocks of the smallest area without letters
_DETAIL_WITH_LETTERS = 25  # like _DETAIL, of blocks with dots and letters


def smooth_halftones(image: Pixels) -> Pixels:
    """Return an image (H, W, 3) uint8 with its areas of dots smoothed. Without any, that is the image itself."""
    if min(image.shape[:2]) < _BLOCK * _COLUMNS or not _may_have_dots(image[::_ROW_STEP, :, 1]):
        return image
    result = image
    for top in range(0, len(image), _BAND):
        areas = _areas_of_dots(np.ascontiguousarray(image[top : top + _BAND, :, 1]))
        if areas.any():
            result = image.copy() if result is image else result
            _smooth(result[top : top + _BAND], areas)
    return result


def _smooth(pixels: Pixels, areas: Mask) -> None:
    """Smooth the blocks (rows, columns) of some pixels (H, W, 3) in place."""
    import cv2

    mask = np.kron(areas, np.ones((_BLOCK, _BLOCK), np.bool_))
    whole = pixels[: mask.shape[0], : mask.shape[1]]
    whole[mask] = cv2.GaussianBlur(whole, (0, 0), _SIGMA)[mask]


def _may_have_dots(rows: Pixels) -> bool:
    """Return whether some row of pixels, of (n, W), has a run of dots: the test of an area in one direction."""
    import cv2

    even, _ = _even_blocks(np.ascontiguousarray(rows), (0, 1), 1)
    return cv2.countNonZero(cv2.erode(even, np.ones((1, _COLUMNS), np.uint8), borderValue=(0,))) > 0


def _areas_of_dots(grey: Pixels) -> Mask:
    """Return the blocks (rows, columns) of an image (H, W) with dots, and those around them: letters and edges."""
    import cv2

    even, detail = _even_blocks(grey, (0, 0), _BLOCK)
    seeds = cv2.morphologyEx(even, cv2.MORPH_OPEN, np.ones((_ROWS, _COLUMNS), np.uint8))
    dotted = np.pad(detail >= _DETAIL_WITH_LETTERS, ((0, 0), (1, 0)))
    run = np.cumsum(dotted & ~np.roll(dotted, 1, axis=1)).reshape(dotted.shape)[:, 1:]
    areas = dotted[:, 1:] & np.isin(run, run[seeds.astype(np.bool_)])
    return np.asarray(cv2.dilate(areas.view(np.uint8), np.ones((3, 3), np.uint8)), np.uint8).astype(np.bool_)


def _even_blocks(pixels: Pixels, kernel: tuple[int, int], height: int) -> tuple[Pixels, Pixels]:
    """Return a mask of the blocks of (H, W) that have detail but are even when smoothed, and the detail of all blocks.

    kernel: width and height of the smoothing kernel, 0 for as much as it needs. height: of a block.
    """
    import cv2

    rows, columns = len(pixels) // height, pixels.shape[1] // _BLOCK
    pixels = pixels[: rows * height, : columns * _BLOCK]
    soft = cv2.GaussianBlur(pixels, kernel, _TEST_SIGMA)

    def means(values: AnyArray) -> Pixels:
        return np.asarray(cv2.resize(values, (columns, rows), interpolation=cv2.INTER_AREA), np.uint8)

    level = cv2.resize(means(soft), pixels.shape[::-1], interpolation=cv2.INTER_NEAREST)
    detail, spread = means(cv2.absdiff(pixels, soft)), means(cv2.absdiff(soft, level))
    return ((detail >= _DETAIL) & (spread <= _MAX_SPREAD)).view(np.uint8), detail
