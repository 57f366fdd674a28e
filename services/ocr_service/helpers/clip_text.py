"""Text that is only a clip: it shows what is painted through it, or nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from services.ocr_service.helpers.page_transform import Box

if TYPE_CHECKING:
    import pymupdf

_PAINTING = ("fill_path", "stroke_path", "fill_text", "stroke_text", "fill_shade", "fill_image", "fill_image_mask")
#: A mask ends as a clip.
_CLIPPING = ("clip_path", "clip_stroke_path", "clip_image_mask", "end_mask")


def unpainted_clips(page: pymupdf.Page) -> list[Box]:
    """Boxes (points) of text of a page that is used as a clip through which nothing is painted."""
    from pymupdf import mupdf

    clips = _OpenClips()
    back = page.derotation_matrix
    device = _device_type(mupdf)(clips)
    mupdf.fz_run_page(
        page.this, device, mupdf.FzMatrix(back.a, back.b, back.c, back.d, back.e, back.f), mupdf.FzCookie()
    )
    mupdf.fz_close_device(device)
    return clips.unpainted


class _OpenClips:
    """For each open clip: the box of its text (None for other clips), and whether something has been painted in it."""

    def __init__(self) -> None:
        self.unpainted: list[Box] = []
        self._open: list[tuple[Box | None, bool]] = []

    def open(self, box: Box | None) -> None:
        self._open.append((box, False))

    def paint(self) -> None:
        self._open = [(box, True) for box, _ in self._open]

    def close(self) -> None:
        box, painted = self._open.pop() if self._open else (None, True)
        if box and not painted:
            self.unpainted.append(box)


def _device_type(mupdf: Any) -> Any:
    """A MuPDF device that reports clips and painting. MuPDF calls its methods, so it has one for each operation."""

    def text(self: Any, _context: Any, text: Any, matrix: Any, *_: Any) -> None:
        box = mupdf.ll_fz_bound_text(text, None, matrix)
        self.clips.open((box.x0, box.y0, box.x1, box.y1))

    def stroked_text(self: Any, context: Any, content: Any, _stroke: Any, matrix: Any, *_: Any) -> None:
        text(self, context, content, matrix)

    methods = {
        "clip_text": text,
        "clip_stroke_text": stroked_text,
        "pop_clip": lambda self, *_: self.clips.close(),
        **dict.fromkeys(_PAINTING, lambda self, *_: self.clips.paint()),
        **dict.fromkeys(_CLIPPING, lambda self, *_: self.clips.open(None)),
    }

    def initialise(self: Any, clips: _OpenClips) -> None:
        mupdf.FzDevice2.__init__(self)
        self.clips = clips
        for name in methods:
            getattr(self, f"use_virtual_{name}")()

    return type("ClipDevice", (mupdf.FzDevice2,), {**methods, "__init__": initialise})
