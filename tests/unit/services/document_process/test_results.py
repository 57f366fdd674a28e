"""What a child sends is checked, because a file may have taken it over."""

import mmap
import os

import numpy as np
import pytest

from services.document_process.pixels import SharedPixels, write
from services.document_process.results import (
    InvalidResult,
    checked_codes,
    checked_page,
    checked_page_numbers,
    checked_size,
    checked_stages,
)
from services.errors import PageFailed
from services.ocr_service.result_document import failed_page

LINE = {"text": "a", "confidence": 0.5, "bbox": []}
PAGE = failed_page(1, PageFailed()) | {"success": True, "lines": [LINE]}


def test_a_page_is_accepted():
    assert checked_page({"page": PAGE}, 1) == PAGE


@pytest.mark.parametrize(
    "page",
    [
        None,
        [],
        {},
        PAGE | {"page": 2},
        PAGE | {"success": False},
        PAGE | {"source": "other"},
        PAGE | {"text": 1},
        PAGE | {"lines": "text"},
        PAGE | {"lines": [1]},
        PAGE | {"lines": [LINE | {"confidence": "high"}]},
        PAGE | {"lines": [LINE | {"confidence": float("nan")}]},
        PAGE | {"lines": [{"text": "a"}]},
        PAGE | {"warnings": [None]},
        PAGE | {"documents": ["text"]},
    ],
)
def test_another_page_is_rejected(page):
    with pytest.raises(InvalidResult):
        checked_page({"page": page}, 1)


SQUARE = [[0.0, 0.0], [9.0, 0.0], [9, 9], [0, 9]]


def test_codes_are_accepted():
    assert checked_codes({"read": [1, 1]}) is None
    polygon = ((0.0, 0.0), (9.0, 0.0), (9.0, 9.0), (0.0, 9.0))
    assert checked_codes({"codes": {"polygons": [SQUARE], "alphabet": "AB<"}}) == ([polygon], "AB<")


@pytest.mark.parametrize(
    "codes",
    [
        None,
        {},
        {"polygons": [SQUARE]},
        {"polygons": [SQUARE], "alphabet": 1},
        {"polygons": [SQUARE], "alphabet": "A" * 1001},
        {"polygons": [SQUARE] * 1001, "alphabet": "A"},
        {"polygons": [SQUARE[:3]], "alphabet": "A"},
        {"polygons": [[*SQUARE[:3], [float("nan"), 1]]], "alphabet": "A"},
        {"polygons": [[*SQUARE[:3], [1e300, 1]]], "alphabet": "A"},
        {"polygons": [[*SQUARE[:3], ["1", 1]]], "alphabet": "A"},
        {"polygons": [[*SQUARE[:3], 1]], "alphabet": "A"},
    ],
)
def test_other_codes_are_rejected(codes):
    with pytest.raises(InvalidResult):
        checked_codes({"codes": codes})


@pytest.mark.parametrize("pages", [None, 3, ["1"], [0], [-1], [1.0], [True], [1] * 100_001])
def test_other_page_numbers_are_rejected(pages):
    with pytest.raises(InvalidResult):
        checked_page_numbers({"pages": pages})


@pytest.mark.parametrize("size", [None, [], [1], [1, 2, 3], ["1", 1], [0, 5], [-1, -5], [10, 11], [True, 1]])
def test_other_sizes_are_rejected(size):
    assert checked_size({"read": [10, 10]}, 300) == (10, 10)
    with pytest.raises(InvalidResult):
        checked_size({"read": size}, 300)


@pytest.mark.parametrize("stages", [None, [1], [["other", 1, 2]], [["render", "1", 2]], [["render", 1]]])
def test_other_stages_are_rejected(stages):
    assert checked_stages({"stages": [["render", 1, 2.5]]})[0].seconds == 1.5
    with pytest.raises(InvalidResult):
        checked_stages({"stages": stages})


def test_pixels_are_shared():
    shared = SharedPixels(10_000)
    picture = np.arange(30 * 20 * 3, dtype=np.uint8).reshape(30, 20, 3)
    with mmap.mmap(shared.descriptor, 10_000) as memory:
        write(memory, picture)
    assert np.array_equal(shared.picture(30, 20), picture)
    with pytest.raises(ValueError, match="does not fit"):
        shared.picture(100, 100)


def test_shared_memory_cannot_be_cut():
    shared = SharedPixels(10_000)
    for size in (0, 20_000):
        with pytest.raises(OSError):
            os.ftruncate(shared.descriptor, size)


def test_the_memory_of_large_pictures_is_given_back():
    shared = SharedPixels(90 << 20)
    shared.picture(5_000, 6_000)[:] = 1
    blocks = os.fstat(shared.descriptor).st_blocks
    shared.release(5_000, 6_000)
    assert os.fstat(shared.descriptor).st_blocks < blocks / 100
    assert not shared.picture(5_000, 6_000).any()
