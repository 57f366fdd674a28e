"""Everything that `extract` finds on one page."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

from services.extraction.candidates import NumberSearch
from services.extraction.found import Document
from services.extraction.labels import labelled_fields
from services.extraction.mrz.search import ReadAgain, find_zones
from services.extraction.number_type import documents_of, masked_documents_of
from services.extraction.options import BARCODES, IDS, MRZ
from services.extraction.page_lines import PageLines, page_lines
from services.extraction.types import number_types

if TYPE_CHECKING:
    import numpy as np

#: The picture of a page as an array (H, W, 3) uint8 RGB, turned like the page's result.
Picture = Callable[[], "np.ndarray"]
#: Codes are read as text with a lower confidence: at most 0.69 in 25 drawn ones.
_CERTAIN = 0.8
#: Width of a character in line heights.
_WIDEST = 1.2
#: Fields that a valid machine-readable zone proves better than labels do.
_FROM_ZONE = ("surname", "given_names", "date_of_birth", "date_of_expiry", "sex", "nationality")


def find_documents(
    lines: Sequence[Mapping[str, Any]],
    number: int,
    names: frozenset[str],
    picture: Picture | None = None,
    read_again: ReadAgain | None = None,
) -> list[Document]:
    """The documents on a page, in the order: numbers by type, zones, barcodes.

    lines: those of the page's result. number: the page number. names: of `options.EXTRACT_NAMES`. picture: needed for
    barcodes. read_again: needed for the second reading of zones.
    """
    page = page_lines(lines)
    zones = list(find_zones(page, number, read_again)) if names & {IDS, MRZ} else []
    found = _numbers(page, number, zones) if IDS in names else []
    if MRZ in names:
        found += zones
    if BARCODES in names and picture:
        from services.extraction.barcodes import find_barcodes  # loads the barcode library

        text = [line["bbox"] for line in lines if _is_certain(line)] if read_again else []
        found += find_barcodes(picture(), number, text, decode_aadhaar=IDS in names)
    return found


def _is_certain(line: Mapping[str, Any]) -> bool:
    """Whether a line of text was read, and not the stripes of a barcode, nor a short text beside one."""
    characters = set(filter(str.isalnum, line["text"]))
    if line["confidence"] < _CERTAIN or len(characters) < 2:
        return False
    a, b, _, d = line["bbox"]
    return math.dist(a, b) < _WIDEST * math.dist(a, d) * len(line["text"])


def _numbers(page: PageLines, number: int, zones: Sequence[Document]) -> list[Document]:
    in_zones = {index for zone in zones for index in zone.lines}
    rest = PageLines([line for line in page.lines if line.index not in in_zones])
    search, fields = NumberSearch(rest), cache(lambda: labelled_fields(rest))
    found: list[Document] = []
    for kind in number_types():
        found += documents_of(kind, search, fields, number)
        found += masked_documents_of(kind, rest, fields, number)
    return [_compared(document, zones) for document in _without_parts(found)]


def _without_parts(documents: Sequence[Document]) -> list[Document]:
    """Without a masked number that is the end of a longer masked number on the same line."""
    longest: dict[tuple[object, ...], Document] = {}
    for document in documents:
        key: tuple[object, ...] = (document.masked, tuple(document.lines), tuple(span.end for span in document.spans))
        if not document.masked:
            key = (*key, document.type, document.number)
        if key not in longest or len(document.number) > len(longest[key].number):
            longest[key] = document
    return list(longest.values())


def _compared(document: Document, zones: Sequence[Document]) -> Document:
    """A passport with the fields of the machine-readable zone on its page, and whether the numbers agree."""
    passports = [zone for zone in zones if zone.extra["format"] == "TD3"]
    if document.type != "passport" or not passports:
        return document
    zone = passports[0]
    checks = {**document.checks, "mrz": document.number == zone.number}
    proven = {name: zone.fields[name] for name in _FROM_ZONE if zone.valid and name in zone.fields}
    return replace(document, checks=checks, fields={**document.fields, **proven})
