"""Labels on documents and the values beside or below them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from services.extraction.dates import dates_in
from services.extraction.page_lines import PageLine, PageLines

#: A text to the value in it, or None.
Parser = Callable[[str], str | None]

_SEX_WORDS = {
    "male": "M", "female": "F", "transgender": "X", "m": "M", "f": "F", "x": "X",
    "पुरुष": "M", "महिला": "F", "स्त्री": "F",
}  # fmt: skip
_SEX = re.compile(r"(?<!\w)(transgender|female|male|पुरुष|महिला|स्त्री)(?!\w)", re.I)
_SEX_LETTER = re.compile(r"(?<![\w/])[MFX](?![\w/])")
_NATIONALITIES = {"INDIAN": "IND", "IND": "IND"}
_NAME = re.compile(r"[^\W\d_][^\d_:;|<>(){}\[\]=+*#@!?]*")
_RELATION = (
    r"(father|mother|husband|spouse|guardian|wife)('?\s?s)?(\s*name)?|s\s*/\s*[dw](\s*/\s*w)?(\s*of)?|[sdwc]\s*/\s*o\b"
    r"|(son|daughter)\s*of|care\s*of"
)


def name_in(text: str) -> str | None:
    """A name: letters, spaces, dots, hyphens and apostrophes."""
    text = " ".join(text.strip(" :.-–/|,").split())
    if len(text) < 3 or not _NAME.fullmatch(text) or is_label(text) or _HEADINGS.search(text):
        return None
    return text


def sex_in(text: str) -> str | None:
    """M, F or X."""
    if match := _SEX.search(text):
        return _SEX_WORDS[match[0].lower()]
    match = _SEX_LETTER.search(text)
    return match[0] if match else None


def date_in(text: str) -> str | None:
    found = dates_in(text)
    return found[0] if found else None


def nationality_in(text: str) -> str | None:
    """The code of Doc 9303."""
    words = re.findall(r"[A-Z]+", text.upper())
    return next((_NATIONALITIES[word] for word in words if word in _NATIONALITIES), None)


@dataclass(frozen=True, slots=True)
class Label:
    """A field, the words that announce it, and the parser of its value."""

    field: str
    pattern: re.Pattern[str]
    parse: Parser


def _label(field: str, pattern: str, parse: Parser) -> Label:
    return Label(field, re.compile(pattern, re.I), parse)


#: The earlier label wins where two match the same words.
LABELS = (
    _label("relative", _RELATION, name_in),
    _label("enterprise", r"name\s*of\s*(the\s*)?(enterprise|business|unit)|(enterprise|trade|legal)\s*name", name_in),
    _label("surname", r"sur\s*name|last\s*name|family\s*name|उपनाम", name_in),
    _label("given_names", r"given\s*name\s*(\(s\)|s)?|first\s*name|fore\s*names?", name_in),
    _label("place_of_birth", r"(place|city)\s*of\s*bir\s?th", name_in),
    _label("date_of_birth", r"(date|year)\s*of\s*bir\s?th|bir\s?th\s*date|\bd\.?\s?[o0]\.?\s?b\b|\b(born|yob)\b|जन्म",
           date_in),
    _label("date_of_expiry", r"valid\s*(till|until|upto|up\s*to|to\b|thru|through)|(date\s*of\s*)?expir[ey]\w*"
           r"|validity|expiration", date_in),
    _label("date_of_issue", r"date\s*of\s*(first\s*)?issue|issued?\s*(on|date)|\bdo[i1l]\b", date_in),
    _label("date_of_registration", r"date\s*of\s*(udyam\s*)?registration|registration\s*date", date_in),
    _label("sex", r"\bsex\b|gender|लिंग", sex_in),
    _label("nationality", r"nationality|citizenship", nationality_in),
    _label("name", r"\bname\b|holder'?s?\s*name|नाम", name_in),
)  # fmt: skip
_HEADINGS = re.compile(
    r"government|govt|republic|department|income\s*tax|india\b|authority|election|commission|passport|licen[cs]e"
    r"|transport|permanent\s*account|certificate|identity|card\b|number\b|signature|type\s*of|nationality|unique"
    r"|aadhaar|valid|issue|address|male$|^\W*/",
    re.I,
)


def is_label(text: str) -> bool:
    """Whether a line starts with a label."""
    return any(label.pattern.match(text.strip(" :./-")) for label in LABELS)


def labelled_fields(page: PageLines) -> dict[str, str]:
    """The fields of a page whose labels were found: {field: value}. The first label with a value wins."""
    found: dict[str, str] = {}
    for line in page.lines:
        for label, start, end in _labels_in(line.text):
            if label.field not in found and (value := _value(page, line, label, start, end)):
                found[label.field] = value
    if "sex" not in found and (sex := _unlabelled_sex(page)):
        found["sex"] = sex
    if "date_of_birth" not in found and (birth := _unlabelled_birth(page)):
        found["date_of_birth"] = birth
    if "name" not in found and (name := _unlabelled_name(page)):
        found["name"] = name
    return found


def _labels_in(text: str) -> Iterator[tuple[Label, int, int]]:
    taken: list[tuple[int, int]] = []
    for label in LABELS:
        for match in label.pattern.finditer(text):
            if not any(start < match.end() and match.start() < end for start, end in taken):
                taken.append(match.span())
                yield label, match.start(), match.end()


def _value(page: PageLines, line: PageLine, label: Label, start: int, end: int) -> str | None:
    """The value in the rest of the line, else in the next lines to the right, else below."""
    if value := label.parse(line.text[end:]):
        return value
    part = _part(line, start, end)
    for other in page.right_of(line)[:2]:
        if is_label(other.text):
            break
        if value := label.parse(other.text):
            return value
    for other in page.below(part)[:2]:
        if value := label.parse(other.text):
            return value
    return None


def _part(line: PageLine, start: int, end: int) -> PageLine:
    """The part of a line between two characters: a row of several labels has a value below each."""
    width = (line.right - line.left) / max(1, len(line.text))
    return replace(line, left=line.left + start * width, right=line.left + end * width)


def _unlabelled_sex(page: PageLines) -> str | None:
    """Cards that print the word without a label. Single letters do not count."""
    for line in page.lines:
        if len(line.text) < 30 and (match := _SEX.search(line.text)):
            return _SEX_WORDS[match[0].lower()]
    return None


def _announces_birth(text: str) -> bool:
    return any(label.field == "date_of_birth" for label, *_ in _labels_in(text))


def _unlabelled_name(page: PageLines) -> str | None:
    """The name above the date of birth. Old PAN cards print the holder, then the father, both without a label."""
    dated = (each for each in page.lines if _announces_birth(each.text) or dates_in(each.text))
    line = next(dated, None)
    if line is None:
        return None
    names: list[str] = []
    for other in page.above(line):
        name = name_in(other.text)
        if not name or len(names) == 2:
            break
        names.append(name)
    return names[-1 if _is_tax_card(page) else 0] if names else None


def _unlabelled_birth(page: PageLines) -> str | None:
    """The only date of an old PAN card, which has no label."""
    found = [date for line in page.lines for date in dates_in(line.text)]
    return found[0] if len(found) == 1 and _is_tax_card(page) else None


def _is_tax_card(page: PageLines) -> bool:
    return any(re.search(r"income\s*tax", line.text, re.I) for line in page.lines)
