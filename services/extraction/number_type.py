"""The description of one type of identity number, and the search for it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from services.extraction.candidates import Candidate, NumberSearch, Span
from services.extraction.found import CORRECTED, Document, box_around, span_box
from services.extraction.look_alikes import DIGIT, other_end
from services.extraction.page_lines import PageLine, PageLines

Fields = Mapping[str, str]
Checks = dict[str, bool]
#: Labels of numbers that are no identity numbers.
_FOREIGN = re.compile(
    r"order|track|invoice|\binv\b|phone|mobile|\bmob\b|\btel|\bfax|\bref\b|reference|consignment|\bawb\b|a/c|account\s*n"
    r"|bill|receipt|customer|transaction|\btxn|\butr\b|\brrn\b|serial|batch|\bsku\b|policy|shipment|booking|ticket",
    re.I,
)
#: Evidence for a number, the strongest last.
WORDS_ON_PAGE, LABEL_NEARBY, LABEL_IN_FRONT = 1, 2, 3


@dataclass(frozen=True, slots=True)
class NumberType:
    """A type of identity number.

    shapes: see `look_alikes.py`. checks: of a number that fits a shape, with the fields of the page.
    own_label: words in front of or above the number. context: words anywhere on the page.
    proven: if the number itself is evidence enough, because a checksum or its fixed beginning leaves little to chance:
    a pattern that a page with such a number matches.
    checksum: whether look-alike characters may be corrected if the check `checksum` passes then.
    fields: which fields of the page belong to the document.
    masked: a number that the document itself shows masked; group 1 is its visible end.
    normal: from the number without separators to the form that the result shows.
    """

    name: str
    shapes: tuple[str, ...]
    checks: Callable[[str, Fields], Checks]
    own_label: re.Pattern[str]
    context: re.Pattern[str]
    proven: re.Pattern[str] | None = None
    checksum: bool = False
    fields: tuple[str, ...] = ()
    masked: re.Pattern[str] | None = None
    normal: Callable[[str], str] = field(default=lambda number: number)


def documents_of(
    kind: NumberType, search: NumberSearch, fields: Callable[[], Fields], number: int
) -> Iterator[Document]:
    """The documents of a type on a page. fields: of the page. number: the page number."""
    seen: set[str] = set()
    for shape in kind.shapes if _may_have(kind, search.page) else ():
        for candidate in search.candidates(shape):
            evidence = _evidence(kind, search.page, candidate)
            if not evidence and not kind.proven:
                continue
            value, checks, corrected = _best(kind, candidate, shape, fields())
            if value in seen or not (evidence or all(checks.values())):
                continue
            # A label nearby makes up for a look-alike that nothing proves: the number is reported as invalid.
            well_formed = checks["format"] or evidence == LABEL_NEARBY
            if evidence < LABEL_IN_FRONT and not (well_formed and _is_whole(candidate, shape)):
                continue
            seen.add(value)
            yield Document(
                kind.name,
                kind.normal(value),
                checks,
                candidate.confidence,
                number,
                box_around([span_box(span) for span in candidate.spans]),
                [span.line.index for span in candidate.spans],
                _chosen(kind, fields()),
                [CORRECTED] if corrected else [],
                spans=candidate.spans,
            )


def _may_have(kind: NumberType, page: PageLines) -> bool:
    """Whether the page has any evidence of the type. Most pages have none, and searching them takes time."""
    if kind.own_label.search(page.text) or kind.context.search(page.text):
        return True
    return bool(kind.proven and kind.proven.search(page.text))


def _chosen(kind: NumberType, fields: Fields) -> Fields:
    return {name: fields[name] for name in kind.fields if name in fields}


def _best(kind: NumberType, candidate: Candidate, shape: str, fields: Fields) -> tuple[str, Checks, bool]:
    """The number, its checks, and whether look-alike characters were corrected, which only a checksum allows."""
    read = candidate.read
    if candidate.corrected == read:
        checks = kind.checks(read, fields)
        if not kind.checksum or checks["checksum"]:
            return read, checks, False
    if kind.checksum:
        for text in (candidate.corrected, other_end(candidate.corrected, shape)):
            if text and text != read and all((checks := kind.checks(text, fields)).values()):
                return text, checks, True
    checks = kind.checks(candidate.corrected, fields)
    if candidate.corrected != read:
        checks = dict.fromkeys(checks, False)
    return read, checks, False


def _evidence(kind: NumberType, page: PageLines, candidate: Candidate) -> int:
    """How close to the number something says that it is of this type. 0: nothing does, or it is of another type."""
    if _has_label(kind, candidate):
        return LABEL_IN_FRONT
    if has_foreign_label(candidate.before):
        return 0
    line = candidate.spans[0].line
    for other in _labels_beside(page, line):
        if kind.own_label.search(other):
            return LABEL_NEARBY
        if _FOREIGN.search(other):
            return 0
    return WORDS_ON_PAGE if kind.context.search(page.text) else 0


def _is_whole(candidate: Candidate, shape: str) -> bool:
    """Letters and digits of two rows form a number too easily. Groups of digits do not."""
    rows = [span.line.middle for span in candidate.spans]
    return set(shape) == {DIGIT} or max(rows) - min(rows) < candidate.spans[0].line.height / 2


def has_foreign_label(text: str) -> bool:
    """Whether the text in front of a number says that it is a telephone, order or other number."""
    return bool(_FOREIGN.search(text) or text.endswith("+"))


def _has_label(kind: NumberType, candidate: Candidate) -> bool:
    return bool(kind.own_label.search(candidate.before))


def _labels_beside(page: PageLines, line: PageLine) -> list[str]:
    """Texts to the left of a line in its row, then the nearest one above it."""
    return [other.text for other in [*page.left_of(line), *page.close_above(line)[:1]]]


def masked_documents_of(
    kind: NumberType, page: PageLines, fields: Callable[[], Fields], number: int
) -> Iterator[Document]:
    """Numbers of a type that the document itself shows masked."""
    if not kind.masked:
        return
    for line in page.lines:
        for match in kind.masked.finditer(line.text):
            hidden = len(re.sub(r"[\s-]", "", match[0])) - len(match[1])
            span = Span(line, match.start(), match.end())
            yield Document(
                kind.name,
                "X" * hidden + match[1],
                {"format": True},
                line.confidence,
                number,
                span_box(span),
                [line.index],
                _chosen(kind, fields()),
                masked=True,
            )
