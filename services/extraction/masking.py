"""Hide the numbers of documents in the result of a page: in its text, lines, words, blocks, form fields and documents.

A hidden character becomes an X. Texts keep their length, and separators stay. What is hidden is more than what is
reported: every text of the shape of a masked type, unless a label says that it is something else.
"""

from __future__ import annotations

import base64
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from services.extraction import secure_qr
from services.extraction.candidates import Candidate, NumberSearch, Span
from services.extraction.found import Document
from services.extraction.look_alikes import DIGIT
from services.extraction.masked_areas import HIDDEN, masked_areas
from services.extraction.number_type import has_foreign_label
from services.extraction.options import BARCODE, MRZ
from services.extraction.page_lines import PageLines, page_lines
from services.extraction.types import number_types

#: Characters that stay visible at the end of a number: what the issuer of Aadhaar numbers demands of masked ones.
_VISIBLE = {"aadhaar": 4, "aadhaar_vid": 4}
#: A shorter text is no identity number, and hiding it everywhere would spoil the text.
_MIN_SECRET = 6
_LOOK_ALIKES = ("O0QD", "I1L", "B8", "S5", "Z2", "G6")
_GSTIN_PAN = slice(2, 12)


@dataclass(frozen=True, slots=True)
class Secret:
    """A number to hide, in upper case and without separators. visible: characters at its end that stay."""

    number: str
    visible: int = 0


def mask_page(page: Mapping[str, Any], documents: Sequence[Document], names: frozenset[str]) -> dict[str, Any]:
    """The page with the numbers of the named types hidden.

    `documents` of the page are those found on it, `masked_areas` the polygons that show what is hidden.
    """
    lines = page_lines(page["lines"])
    spans = list(_spans(lines, documents, names))
    secrets = _secrets(documents, names, spans)
    hide = _hider(secrets)
    texts = _hidden_lines(lines, spans)
    masked = {**page, "lines": [_line(line, texts[index]) for index, line in enumerate(page["lines"])]}
    changed = {line.text: texts[line.index] for line in lines.lines if line.text != texts[line.index]}
    # Longest first: a short line may be a part of a longer one.
    replaced = sorted(changed.items(), key=lambda item: -len(item[0]))
    masked["text"] = _replaced(page["text"], replaced)
    masked["blocks"] = [_block(block, replaced) for block in page["blocks"]]
    masked["documents"] = [_document(_in_code(each.as_dict(), names), each.type in names) for each in documents]
    result = {key: _walk(value, hide) for key, value in masked.items()}
    plain = {**page, "documents": [each.as_dict() for each in documents]}
    return {**result, "masked_areas": masked_areas(plain, result)}


def _spans(page: PageLines, documents: Sequence[Document], names: frozenset[str]) -> Iterator[tuple[Span, int]]:
    """What to hide of the lines, each with the number of characters that stay visible at its end."""
    for document in documents:
        if document.type in names and not document.masked:
            yield from _with_visible(document.spans, _VISIBLE.get(document.type, 0))
    yield from _shaped_spans(page, names)


def _shaped_spans(page: PageLines, names: frozenset[str]) -> Iterator[tuple[Span, int]]:
    """Texts of the shape of a named type, unless their label is that of another number."""
    search = NumberSearch(page)
    for kind in number_types():
        for shape in kind.shapes if kind.name in names else ():
            for candidate in search.candidates(shape):
                if _has_shape(candidate, shape) and not has_foreign_label(candidate.before):
                    yield from _with_visible(candidate.spans, _VISIBLE.get(kind.name, 0))


def _has_shape(candidate: Candidate, shape: str) -> bool:
    """Not if all its letters would be digits that look like letters: that is another number."""
    return set(shape) == {DIGIT} or any(char.isalpha() for char in candidate.read)


def _with_visible(spans: Sequence[Span], visible: int) -> Iterator[tuple[Span, int]]:
    for span in reversed(spans):
        characters = sum(char.isalnum() for char in span.line.text[span.start : span.end])
        yield span, min(visible, characters)
        visible = max(0, visible - characters)


def _secrets(documents: Sequence[Document], names: frozenset[str], spans: Sequence[tuple[Span, int]]) -> list[Secret]:
    found = []
    for document in documents:
        if document.masked or document.type == BARCODE:
            continue
        if document.type in names:
            found.append(Secret(_plain(document.number), _VISIBLE.get(document.type, 0)))
        if document.type == "gstin" and "pan" in names:
            found.append(Secret(document.number[_GSTIN_PAN]))
    found += [Secret(_plain(span.line.text[span.start : span.end]), visible) for span, visible in spans]
    return [secret for secret in dict.fromkeys(found) if len(secret.number) >= _MIN_SECRET]


def _plain(text: str) -> str:
    return "".join(char for char in text.upper() if char.isalnum())


@dataclass(frozen=True, slots=True)
class _Hider:
    """Hides secrets in a text, whatever separates their characters and whichever look-alikes they are read as."""

    patterns: Sequence[tuple[re.Pattern[str], int]]

    def __call__(self, text: str) -> str:
        for pattern, visible in self.patterns:
            text = pattern.sub(partial(_crossed_out_match, visible=visible), text)
        return text


def _hider(secrets: Sequence[Secret]) -> _Hider:
    separated = r"[\W_]*"
    return _Hider([(re.compile(separated.join(map(_class, one.number)), re.I), one.visible) for one in secrets])


def _crossed_out_match(match: re.Match[str], visible: int) -> str:
    return _crossed_out(match[0], visible)


def _class(char: str) -> str:
    return next((f"[{group}]" for group in _LOOK_ALIKES if char in group), re.escape(char))


def _crossed_out(text: str, visible: int = 0) -> str:
    places = [place for place, char in enumerate(text) if char.isalnum()]
    hidden = set(places[: len(places) - visible])
    return "".join(HIDDEN if place in hidden else char for place, char in enumerate(text))


def _hidden_lines(page: PageLines, spans: Sequence[tuple[Span, int]]) -> list[str]:
    by_line: defaultdict[int, list[tuple[Span, int]]] = defaultdict(list)
    for span, visible in spans:
        by_line[span.line.index].append((span, visible))
    texts = []
    for line in page.lines:
        text = line.text
        for span, visible in by_line[line.index]:
            hidden = _crossed_out(line.text[span.start : span.end], visible)
            text = text[: span.start] + hidden + text[span.end :]
        texts.append(text)
    return texts


def _line(line: Mapping[str, Any], text: str) -> dict[str, Any]:
    """A line of the result with another text of the same length; its words are cut from that."""
    if text == line["text"] or "words" not in line:
        return {**line, "text": text}
    words, place = [], 0
    for word in line["words"]:
        start = line["text"].find(word["text"], place)
        if start < 0:  # words that are not in the text: nothing says which of their characters are hidden
            words.append({**word, "text": _crossed_out(word["text"])})
            continue
        place = start + len(word["text"])
        words.append({**word, "text": text[start:place]})
    return {**line, "text": text, "words": words}


def _replaced(text: str, changes: Sequence[tuple[str, str]]) -> str:
    for before, after in changes:
        text = text.replace(before, after)
    return text


def _block(block: Mapping[str, Any], changes: Sequence[tuple[str, str]]) -> dict[str, Any]:
    result = {**block, "text": _replaced(block["text"], changes)}
    if "cells" in block:
        result["cells"] = [{**cell, "text": _replaced(cell["text"], changes)} for cell in block["cells"]]
    return result


def _in_code(document: dict[str, Any], names: frozenset[str]) -> dict[str, Any]:
    """A barcode with the numbers in its content hidden. Content that is no text is left out if it has any.

    The Secure QR of an Aadhaar card is hidden as a whole.
    """
    if document["type"] != BARCODE:
        return document
    if document.get("kind") == secure_qr.KIND and "aadhaar" in names:
        return {**document, "masked": True}
    content = base64.b64decode(document.get("bytes", "")).decode("latin-1")
    text = document["number"] or content
    page = page_lines([{"text": text, "confidence": 1.0, "bbox": document["bbox"]}])
    (hidden_text,) = _hidden_lines(page, list(_shaped_spans(page, names)))
    if hidden_text == text:
        return document
    hidden = {**document, "masked": True, "number": hidden_text if document["number"] else ""}
    hidden.pop("bytes", None)
    return hidden


def _document(document: dict[str, Any], hidden: bool) -> dict[str, Any]:
    """A document of a masked type is marked as masked. Zones and barcodes are hidden as a whole."""
    if not hidden:
        return document
    result = {**document, "masked": True}
    if document["type"] == MRZ:
        result["mrz"] = [_crossed_out(line) for line in document["mrz"]]
    if document["type"] == BARCODE:
        result["number"] = _crossed_out(document["number"])
        result.pop("bytes", None)
    return result


def _walk(value: Any, hide: _Hider) -> Any:
    if isinstance(value, str):
        return hide(value)
    if isinstance(value, list):
        return [_walk(item, hide) for item in value]
    if isinstance(value, dict):
        return {key: _walk(item, hide) for key, item in value.items()}
    return value
