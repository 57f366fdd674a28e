"""The text layer of a page after checks: used as it is, with some lines replaced by OCR, or not at all.

A layer in a script that the recogniser cannot read is used with its gaps, and with a warning: OCR would return noise.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean

from paddleocr_service import Line, Recognition
from services.ocr_service.helpers.layer_comparison import (
    differs_at,
    lines_with,
    same_text,
    sample,
    sample_with,
    wrong_characters,
)
from services.ocr_service.helpers.layer_correction import corrected
from services.ocr_service.helpers.layer_fonts import SPACE, FontProofs
from services.ocr_service.helpers.layer_gaps import is_unmapped, lines_with_gaps, mark_gaps
from services.ocr_service.helpers.layer_scripts import unreadable_script
from services.ocr_service.helpers.layer_trust import TrustChecker, Verdict
from services.ocr_service.helpers.page_transform import Box, join
from services.ocr_service.helpers.text_layer import LayerLine, TextLayer
from services.ocr_service.page_warnings import UNREADABLE_SCRIPT, PageWarning

#: OCR of lines of a page: None where it reads nothing.
ReadLines = Callable[[Sequence[LayerLine]], Sequence[Line | None]]
#: If a larger share of the text has to be read by OCR, the whole page is.
_MAX_REREAD = 0.5
#: A layer with a larger share of gaps is useless even if OCR cannot read its script.
_MAX_GAPS = 0.5
#: Lines with a suspected ligature that are compared with OCR, and the share that must differ.
_LIGATURE_LINES, _MIN_DIFFERENT = 4, 0.5
#: If OCR of a page with a useless layer finds less than this share of its characters, or is less confident on average,
#: the page is in a script that it cannot read.
_MIN_FOUND, _MIN_CONFIDENCE = 0.5, 0.8


@dataclass(frozen=True, slots=True)
class CheckedLayer:
    """lines: the visible lines, None if OCR has to read the page. script: that of the page if OCR cannot read it."""

    lines: tuple[LayerLine, ...] | None
    warnings: tuple[PageWarning, ...] = ()
    script: str = ""


@dataclass(eq=False)
class LayerChecker:
    """Checks the layers of one document, and corrects them. lang: the language of the recogniser."""

    proofs: FontProofs
    lang: str
    _trust: TrustChecker = field(init=False, default_factory=TrustChecker)
    _wrong: dict[str, set[str]] = field(init=False, default_factory=dict)

    def check(self, layer: TextLayer, number: int, read: ReadLines) -> CheckedLayer:
        """layer: that of page `number` (from 1)."""
        visible = layer.visible
        # The values of form fields, whose lines have no fonts, are right, but do not show that the rest is.
        printed = [line for line in visible if line.fonts]
        gaps = lines_with_gaps(printed)
        few = gaps if gaps and _size(gaps) <= _MAX_REREAD * _size(printed) else ()
        verdict = self._trust.check(printed, lambda used: self.proofs.unproven(number, used), few)
        if verdict.trusted and not gaps and not verdict.doubtful:
            return CheckedLayer(visible)
        script = unreadable_script((line.line.text for line in visible), self.lang)
        if not verdict.trusted:
            return self._unusable(visible, script)
        if not verdict.doubts and not self._matches(verdict, read):
            return CheckedLayer(None, (), script)
        wrong = {*gaps, *self._lines_with_ligatures(layer, number, verdict, read)}
        wrong.update(self._lines_with_wrong_characters(printed, verdict, read))
        return self._corrected(visible, wrong, script, read)

    def _unusable(self, visible: tuple[LayerLine, ...], script: str) -> CheckedLayer:
        text = "".join(line.line.text for line in visible)
        if not script or sum(map(is_unmapped, text)) > _MAX_GAPS * len(text):
            return CheckedLayer(None, (), script)
        return CheckedLayer(mark_gaps(visible), (self._warning(visible, script),), script)

    def _warning(self, lines: Sequence[LayerLine], script: str) -> PageWarning:
        gaps = sum(map(is_unmapped, "".join(line.line.text for line in lines)))
        cause = f"{gaps} signs of it are unknown and returned as U+FFFD" if gaps else "some of it is wrong"
        detail = f"The recogniser of {self.lang!r} cannot read {script} text, and in the file {cause}."
        return UNREADABLE_SCRIPT.at(detail, join(line.box for line in lines))

    def _matches(self, verdict: Verdict, read: ReadLines) -> bool:
        """Whether the doubtful lines as a whole match OCR."""
        lines = sample(verdict.doubtful)
        if lines:
            ocr = " ".join(line.text for line in read(lines) if line)
            if not same_text(" ".join(line.line.text for line in lines), ocr):
                return False
            self._trust.confirm(verdict.doubtful)
        return True

    def _lines_with_wrong_characters(
        self, visible: Sequence[LayerLine], verdict: Verdict, read: ReadLines
    ) -> tuple[LayerLine, ...]:
        """Compare a sample of each doubted character with OCR, once in a document."""
        ligatures = self.proofs.ambiguous(verdict.doubts)
        doubts = {name: chars - ligatures.get(name, set()) for name, chars in verdict.doubts.items()}
        new = {name: chars - self._wrong.get(name, set()) for name, chars in doubts.items()}
        lines = sample_with(new, visible)
        wrong = wrong_characters(new, [(line, ocr.text if ocr else "") for line, ocr in _pairs(lines, read)])
        self._record(wrong)
        if lines:
            self.proofs.confirm({name: chars - wrong.get(name, set()) for name, chars in new.items()})
        return lines_with({name: chars & self._wrong.get(name, set()) for name, chars in doubts.items()}, visible)

    def _lines_with_ligatures(
        self, layer: TextLayer, number: int, verdict: Verdict, read: ReadLines
    ) -> tuple[LayerLine, ...]:
        """Lines with ligatures that are mapped to one of their letters."""
        letters = self.proofs.ambiguous(verdict.doubts)
        if not letters:
            return ()
        places = [(x * layer.zoom, y * layer.zoom) for x, y in self.proofs.places(number, letters)]
        lines = tuple(line for line in layer.visible if any(_contains(line.box, place) for place in places))
        # A space that shows something is always wrong.
        self._record({name: {SPACE} for name, chars in letters.items() if SPACE in chars})
        new = {name: chars - self._wrong.get(name, set()) for name, chars in letters.items()}
        straight = [line for line in lines_with(new, lines) if line.turns is not None][:_LIGATURE_LINES]
        different = [differs_at(new, line, ocr.text if ocr else "") for line, ocr in _pairs(straight, read)]
        if different and fmean(different) < _MIN_DIFFERENT:
            self.proofs.confirm(new)
        elif different:
            self._record(new)
        return lines_with({name: chars & self._wrong.get(name, set()) for name, chars in letters.items()}, lines)

    def _record(self, wrong: Mapping[str, Collection[str]]) -> None:
        for name, chars in wrong.items():
            self._wrong.setdefault(name, set()).update(chars)

    def _corrected(
        self, visible: tuple[LayerLine, ...], wrong: set[LayerLine], script: str, read: ReadLines
    ) -> CheckedLayer:
        """Read wrong lines by OCR, or the whole page if there are many. Keep those in a script that OCR cannot read."""
        kept = [line for line in wrong if unreadable_script([line.line.text], self.lang)]
        reread = [line for line in visible if line in wrong and line not in kept]
        if not script and (_size(reread) > _MAX_REREAD * _size(visible) or any(line.turns is None for line in reread)):
            return CheckedLayer(None)
        script = unreadable_script([line.line.text for line in kept], self.lang)
        warnings = (self._warning(kept, script),) if kept else ()
        found = {line: corrected(line, ocr, self._wrong.keys()) for line, ocr in _pairs(reread, read) if ocr}
        lines = tuple(line._replace(line=found.get(line, line.line)) for line in visible)
        return CheckedLayer(mark_gaps(lines) if kept else lines, warnings)


def warnings_of_ocr(checked: CheckedLayer, layer: TextLayer, page: Recognition) -> tuple[PageWarning, ...]:
    """Warnings for a page that was read by OCR because its layer is useless: the text may be noise."""
    if checked.script:
        detail = f"The text layer is damaged, and the recogniser of this `lang` cannot read {checked.script}."
        return (UNREADABLE_SCRIPT.at(detail),)
    signs = sum(len("".join(line.line.text.split())) for line in layer.visible)
    found = sum(len("".join(line.text.split())) for line in page.lines)
    confidence = fmean([line.confidence for line in page.lines] or [0.0])
    if not signs or (found >= _MIN_FOUND * signs and confidence >= _MIN_CONFIDENCE):
        return ()
    detail = (
        f"The text layer is damaged. OCR found {found} of about {signs} signs, with a confidence of {confidence:.2f}. "
        "The page may be in a script that this `lang` does not read."
    )
    return (UNREADABLE_SCRIPT.at(detail),)


def _size(lines: Sequence[LayerLine]) -> int:
    return sum(len(line.line.text) for line in lines)


def _pairs(lines: Sequence[LayerLine], read: ReadLines) -> list[tuple[LayerLine, Line | None]]:
    return list(zip(lines, read(lines), strict=True)) if lines else []


def _contains(box: Box, place: tuple[float, float]) -> bool:
    return box[0] <= place[0] <= box[2] and box[1] <= place[1] <= box[3]
