"""Removes the text of a page whose own text cannot be trusted, without a change to what the page shows.

Invisible text is removed. Text that the page shows stays, but its codes are mapped to spaces, so that programs find
nothing in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import dataclass, field
from typing import Any

import pikepdf
from pikepdf import Name, Operator, Pdf, Stream

from services.exports.page_resources import copy_of

#: Render modes that show nothing (ISO 32000-2, 9.3.6). Mode 7 shows nothing itself, but clips what follows.
_INVISIBLE = 3
_SHOW = {"Tj", "TJ", "'", '"'}
#: Forms in forms in forms.
_MAX_DEPTH = 8
_CMAP = b"""/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CMapType 2 def
1 begincodespacerange
%b
endcodespacerange
%bendcmap
end
end
"""
_BLOCK = 64


@dataclass(eq=False)
class OldText:
    """Removes text from pages of one document."""

    pdf: Pdf
    _maps: dict[int, pikepdf.Object] = field(init=False, default_factory=dict)
    _fonts: dict[tuple[int, int], pikepdf.Object] = field(init=False, default_factory=dict)

    def remove(self, page: pikepdf.Page, resources: pikepdf.Object) -> None:
        """resources: those of the page, which no other page uses."""
        if not _may_have_text(resources):
            return
        content = self._changed(pikepdf.parse_content_stream(page), resources, 0)
        if content is not None:
            page.obj.Contents = Stream(self.pdf, content)

    def _changed(self, content: Sequence[Any], resources: pikepdf.Object, depth: int) -> bytes | None:
        """The content without invisible text. None if it can stay. Changes the resources."""
        kept = list(_without_invisible_text(content))
        fonts = resources.get(Name.Font)
        for name in sorted({str(one.operands[0]) for one in kept if str(one.operator) == "Tf"}):
            if fonts is not None and name in fonts:
                resources.Font[name] = self._without_meaning(fonts[name])
        forms = resources.get(Name.XObject)
        for name in sorted({str(one.operands[0]) for one in kept if str(one.operator) == "Do"}):
            if forms is not None and name in forms and depth < _MAX_DEPTH:
                resources.XObject[name] = self._form(forms[name], resources, depth)
        return pikepdf.unparse_content_stream(kept) if len(kept) != len(content) or _differs(kept, content) else None

    def _form(self, form: pikepdf.Object, outer: pikepdf.Object, depth: int) -> pikepdf.Object:
        if form.get(Name.Subtype) != Name.Form:
            return form
        resources = copy_of(form.get(Name.Resources, outer))
        if not _may_have_text(resources):
            return form
        content = self._changed(pikepdf.parse_content_stream(form), resources, depth + 1)
        entries = {key: value for key, value in form.stream_dict.items() if key not in _OF_STREAMS}
        data = form.read_bytes() if content is None else content
        return Stream(self.pdf, data, {**entries, "/Resources": resources})

    def _without_meaning(self, font: pikepdf.Object) -> pikepdf.Object:
        """A copy of the font whose characters are spaces."""
        key = font.objgen
        if key[0] and key in self._fonts:
            return self._fonts[key]
        changed = self.pdf.make_indirect(copy(font))
        changed.ToUnicode = self._map(2 if font.get(Name.Subtype) == Name.Type0 else 1)
        if key[0]:
            self._fonts[key] = changed
        return changed

    def _map(self, size: int) -> pikepdf.Object:
        """The map from codes of one or two bytes to spaces."""
        if size not in self._maps:
            self._maps[size] = self.pdf.make_indirect(Stream(self.pdf, _spaces(size)))
        return self._maps[size]


_OF_STREAMS = ("/Length", "/Filter", "/DecodeParms", "/Resources")


def _may_have_text(resources: pikepdf.Object) -> bool:
    forms = resources.get(Name.XObject)
    has_forms = forms is not None and any(each.get(Name.Subtype) == Name.Form for each in forms.as_dict().values())
    return has_forms or bool(resources.get(Name.Font))


def _without_invisible_text(content: Sequence[Any]) -> Iterator[Any]:
    """The instructions, without what shows invisible text and without texts that marked content stands for."""
    mode, saved = 0, []
    for one in content:
        operator = str(one.operator)
        if operator == "q":
            saved.append(mode)
        elif operator == "Q" and saved:
            mode = saved.pop()
        elif operator == "Tr":
            mode = int(one.operands[0])
        elif operator in _SHOW and mode == _INVISIBLE:
            yield from _moves(operator, one.operands)
            continue
        elif operator == "BDC" and _stands_for_text(one.operands):
            yield pikepdf.ContentStreamInstruction([one.operands[0]], Operator("BMC"))
            continue
        yield one


def _moves(operator: str, operands: Sequence[pikepdf.Object]) -> Iterator[Any]:
    """What an operator does besides showing text: it goes to the next line, with other spaces."""
    if operator == '"':
        yield pikepdf.ContentStreamInstruction([operands[0]], Operator("Tw"))
        yield pikepdf.ContentStreamInstruction([operands[1]], Operator("Tc"))
    if operator in ("'", '"'):
        yield pikepdf.ContentStreamInstruction([], Operator("T*"))


def _stands_for_text(operands: Sequence[pikepdf.Object]) -> bool:
    return len(operands) == 2 and isinstance(operands[1], pikepdf.Dictionary) and "/ActualText" in operands[1]


def _differs(kept: Sequence[Any], content: Sequence[Any]) -> bool:
    return any(one is not other for one, other in zip(kept, content, strict=True))


def _spaces(size: int) -> bytes:
    """A character map from all codes of `size` bytes to a space."""
    last = 256**size - 1
    codespace = b"<%0*x> <%0*x>" % (2 * size, 0, 2 * size, last)
    ranges = [
        b"<%0*x> <%0*x> [%b]\n" % (2 * size, start, 2 * size, start + 255, b"<0020>" * 256)
        for start in range(0, last, 256)
    ]
    blocks = [ranges[start : start + _BLOCK] for start in range(0, len(ranges), _BLOCK)]
    mappings = b"".join([b"%d beginbfrange\n%bendbfrange\n" % (len(block), b"".join(block)) for block in blocks])
    return _CMAP % (codespace, mappings)
