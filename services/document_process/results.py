"""Checks what a child sends. It may be taken over by the file that it reads, and then sends anything.

The text of a page is the client's own. What must hold is what the worker relies on. Functions raise InvalidResult.
"""

from __future__ import annotations

from typing import Any, cast

from paddleocr_service.polygons import Polygon
from services.ocr_service.helpers.text_extractor import Page
from services.ocr_service.stages import Stage

_FIELDS = {"page", "text", "lines", "blocks", "width", "height", "orientation", "source", "warnings", "fields"}
_LISTS = ("lines", "blocks", "warnings", "fields")
_SOURCES = ("ocr", "text_layer")
_STAGES = ("decode", "render", "layer", "detect", "recognise", "extract")
_MAX_PAGES = 100_000
_MAX_CODES, _MAX_ALPHABET = 1000, 1000
#: Pixels. Corners may lie outside of the picture, but not far.
_MAX_COORDINATE = 1_000_000


class InvalidResult(Exception):
    """The child has sent something else than it should."""


def checked_page_numbers(response: dict[str, Any]) -> tuple[int, ...]:
    numbers = response.get("pages")
    if not isinstance(numbers, list) or len(numbers) > _MAX_PAGES or not all(map(_is_positive, numbers)):
        raise InvalidResult("not the numbers of pages")
    return tuple(numbers)


def checked_size(response: dict[str, Any], max_bytes: int) -> tuple[int, int]:
    """(height, width) of an RGB picture."""
    size = response["read"]
    well_formed = isinstance(size, list) and len(size) == 2 and all(map(_is_positive, size))
    if not well_formed or size[0] * size[1] * 3 > max_bytes:
        raise InvalidResult("not the size of a picture")
    return size[0], size[1]


def checked_codes(response: dict[str, Any]) -> tuple[list[Polygon], str] | None:
    """What a picture is to be read for: lines with characters of an alphabet. None: all of its text."""
    if "codes" not in response:
        return None
    codes = response["codes"]
    if not isinstance(codes, dict) or not isinstance(alphabet := codes.get("alphabet"), str):
        raise InvalidResult("no alphabet")
    polygons = codes.get("polygons")
    if not isinstance(polygons, list) or len(polygons) > _MAX_CODES or len(alphabet) > _MAX_ALPHABET:
        raise InvalidResult("too many codes")
    if not all(map(_is_polygon, polygons)):
        raise InvalidResult("not polygons")
    return [cast(Polygon, tuple((float(x), float(y)) for x, y in polygon)) for polygon in polygons], alphabet


def checked_page(response: dict[str, Any], number: int) -> Page:
    page = response.get("page")
    if not isinstance(page, dict) or not page.keys() >= _FIELDS:
        raise InvalidResult("not a page")
    known = page["page"] == number and page.get("success") is True and page["source"] in _SOURCES
    lists = all(isinstance(page[name], list) and all(isinstance(item, dict) for item in page[name]) for name in _LISTS)
    documents = page.get("documents", [])
    lists = lists and isinstance(documents, list) and all(isinstance(each, dict) for each in documents)
    if not (known and lists and isinstance(page["text"], str) and all(map(_is_line, page["lines"]))):
        raise InvalidResult("not the result of this page")
    return page


def checked_stages(response: dict[str, Any]) -> list[Stage]:
    stages = response.get("stages")
    if not isinstance(stages, list) or not all(map(_is_stage, stages)):
        raise InvalidResult("not stages")
    return [Stage(name, float(started), float(ended)) for name, started, ended in stages]


def _is_positive(value: object) -> bool:
    return type(value) is int and value > 0


def _is_number(value: object) -> bool:
    return type(value) in (int, float)


def _is_polygon(value: object) -> bool:
    """Four corners."""
    return isinstance(value, list) and len(value) == 4 and all(map(_is_point, value))


def _is_point(value: object) -> bool:
    if not (isinstance(value, list) and len(value) == 2 and all(map(_is_number, value))):
        return False
    return all(abs(number) <= _MAX_COORDINATE for number in value)  # also rejects NaN


def _is_line(line: dict[str, Any]) -> bool:
    confidence = line.get("confidence")
    return isinstance(line.get("text"), str) and _is_number(confidence) and 0 <= float(confidence or 0) <= 1


def _is_stage(stage: object) -> bool:
    return isinstance(stage, list) and len(stage) == 3 and stage[0] in _STAGES and all(map(_is_number, stage[1:]))
