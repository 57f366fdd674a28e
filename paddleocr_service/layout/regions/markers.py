"""What the beginning of a text says about its kind: list markers, captions, numbered headings, page numbers, notes."""

import re
from collections.abc import Sequence
from typing import NamedTuple

#: Bullets that one item alone shows to be a list; dashes also begin the lines of a dialogue.
_BULLETS = "•‣◦▪▫●○■□◆◇►▶➢➤✓✔☐☑☒·∙⁃※"
_DASHES = "-–—*"
_FIRST = frozenset(_BULLETS + _DASHES)
_MAX_MARKER = 7  # characters of an enumerator
_BULLET = re.compile(rf"([{_BULLETS}]|[{_DASHES}](?=\s))\s*(?=\S)")
_ENUMERATOR = re.compile(r"(\(?(\d{1,3}|[a-zA-Z]|[ivxIVX]{2,5})[.)])\s+(?=\S)|(\(?(\d{1,3}|[a-z])\))(?=\w)")
_CAPTION = re.compile(
    r"(fig(ure|ura|\.)?|abb(ildung|\.)?|tab(le|elle|leau|la|ela|ella|\.)?|tabla|chart|exhibit|plate|photo|foto|rysunek|"
    r"rys\.|obr\.|obrázek|kuva|kuvio|afbeelding|grafik|graphique|gráfico|schema|schéma|image|bild)\s*"
    r"[\dIVX]{1,4}[a-z]?([.\-–]\d{1,3})*\s*($|[.:|–—-]\s*\S|\()",
    re.IGNORECASE,
)
#: The first two letters of all words above. Most texts begin with others, which takes a tenth of the time to find.
_BEGIN_OF_CAPTION = frozenset(
    ("fi", "ab", "ta", "ch", "ex", "pl", "ph", "fo", "ry", "ob", "ku", "af", "gr", "sc", "im", "bi")
)
_CREDIT = re.compile(r"(photo(graph)?|foto|source|quelle|fuente|fonte|crédit photo|źródło|bild)\s*:", re.IGNORECASE)
_BEGIN_OF_CREDIT = frozenset(("ph", "fo", "so", "qu", "fu", "cr", "źr", "bi"))
_PAGE_NUMBER = re.compile(
    r"[\W_]*((page|seite|p\.|s\.|pagina|página|strona|sida|side|pág\.|pag\.)\s*)?"
    r"(\d{1,4}|[ivxlc]{1,6}|[A-Z]-?\d{1,3})(\s*(/|of|von|de|di|sur|van|z)\s*\d{1,4})?[\W_]*",
    re.IGNORECASE,
)
_ROMAN = {"i": 1, "v": 5, "x": 10}
_MIN_MARKERS = 2
_MIN_HEAD, _MAX_HEAD = 4, 80
_NUMBERED = re.compile(r"(\d{1,2}(?:\.\d{1,2}){0,4})\.?\s+(?=[^\W\d_])|([IVX]{1,5}|[A-H])\.\s+(?=[^\W\d_])")
_NOTE = re.compile(r"(\d{1,3}|[*†‡§¹²³⁴⁵⁶⁷⁸⁹]+|\[\d{1,3}\]|\(\d{1,3}\))\s*[.)]?\s*(?=[^\W\d_\"“„«(]|[\"“„«(])")


class Marker(NamedTuple):
    """The bullet or number of a list item. value: of an enumerator, as a number; None for bullets.

    certain: one item alone is a list.
    """

    text: str
    value: int | None
    certain: bool


def list_marker(text: str) -> Marker | None:
    """Return the marker with which a text begins, or None."""
    begin = text[:_MAX_MARKER]
    if "." not in begin and ")" not in begin and begin[:1] not in _FIRST:
        return None
    found = _BULLET.match(text)
    if found:
        return Marker(found[1], None, found[1] in _BULLETS)
    found = _ENUMERATOR.match(text)
    if found:
        return Marker(found[1] or found[3], _value((found[2] or found[4]).lower()), False)
    return None


def _value(number: str) -> int:
    if number.isdigit():
        return int(number)
    if len(number) > 1:
        digits = [_ROMAN[char] for char in number]
        return sum(-one if one < other else one for one, other in zip(digits, [*digits[1:], 0], strict=True))
    return ord(number) - ord("a") + 1


def is_list(markers: Sequence[Marker]) -> bool:
    """Return whether consecutive markers are those of a list: bullets, or numbers that increase by one."""
    if any(marker.certain for marker in markers):
        return True
    if len(markers) < _MIN_MARKERS:
        return False
    if any(marker.value is None for marker in markers):
        return len({marker.value for marker in markers}) == 1
    steps = [
        any(following == value + 1 for value in _values(one) for following in _values(other))
        for one, other in zip(markers, markers[1:], strict=False)
    ]
    return sum(steps) * 2 > len(steps)


def _values(marker: Marker) -> list[int]:
    """Return the values that an enumerator may have: ``i`` is a letter or a Roman number."""
    roman = _ROMAN.get(marker.text.strip("().").lower())
    return [value for value in (marker.value, roman) if value is not None]


def is_caption(text: str) -> bool:
    """Return whether a text begins like the caption of a figure or a table, ``Fig. 3:``."""
    return text[:2].casefold() in _BEGIN_OF_CAPTION and _CAPTION.match(text) is not None


def is_credit(text: str) -> bool:
    """Return whether a text begins like the source of a picture or a table."""
    return text[:2].casefold() in _BEGIN_OF_CREDIT and _CREDIT.match(text) is not None


def is_page_number(text: str) -> bool:
    return _PAGE_NUMBER.fullmatch(text.strip()) is not None


def is_running_head(text: str) -> bool:
    """Return whether a row looks like the running head of a book: in capitals, or with a page number at one end."""
    words = text.split()
    numbered = len(words) > 1 and any(word.strip("[]()·.-").isdigit() for word in (words[0], words[-1]))
    letters = sum(char.isalpha() for char in text)
    return len(text) <= _MAX_HEAD and letters >= _MIN_HEAD and (numbered or text.isupper())


def is_note(text: str) -> bool:
    """Return whether a text begins with the mark of a footnote."""
    return _NOTE.match(text) is not None


def section_number(text: str) -> int:
    """Return the number of a heading like ``3. Results``; 0 if it has none or several."""
    found = _NUMBERED.match(text)
    return int(found[1]) if found and found[1] and found[1].isdigit() else 0


def heading_depth(text: str) -> int:
    """Return how many numbers a numbered heading has (``2.1 Data`` has 2); 0 if it has none."""
    found = _NUMBERED.match(text)
    if not found:
        return 0
    return found[1].count(".") + 1 if found[1] else 1
