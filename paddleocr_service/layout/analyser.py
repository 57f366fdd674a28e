"""Find the structure of pages, from images or from the text layer of a PDF."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from ..results import AUTO, Block
from .regions import find_figures, typed_regions
from .tables import StructureModel, find_tables, find_tables_in_image, with_tables
from .tables.cells import Box

if TYPE_CHECKING:
    from ..arrays import Pixels


class LayoutAnalyser:
    """Holds the models, which are loaded on first use. threads: of each model."""

    def __init__(self, threads: int) -> None:
        self._structure = StructureModel(threads)

    def of_image(self, blocks: Sequence[Block], image: Pixels, lang: str, layout: str) -> tuple[Block, ...]:
        """The typed regions, tables and figures of a page, in reading order.

        image: (H, W, 3) uint8 RGB, upright, in whose pixels the blocks are. layout: "auto" uses models, "geometry" does
        not.
        """
        lines = [line for block in blocks for line in block.lines]
        model = self._structure if layout == AUTO else None
        blocks = with_tables(blocks, find_tables_in_image(lines, image, model))
        return typed_regions(blocks, image.shape[1], image.shape[0], lang, find_figures(image, lines))


def structure_of_layer(
    blocks: Sequence[Block], drawn: Iterable[Box], width: int, height: int, lang: str
) -> tuple[Block, ...]:
    """The typed regions and tables of a page from a text layer, in reading order.

    drawn: boxes around the strokes and filled rectangles of the page. width, height: size of the page. In pixels.
    """
    lines = [line for block in blocks for line in block.lines]
    found = with_tables(blocks, find_tables(lines, drawn, width, height))
    return typed_regions(found, width, height, lang, as_written=True)
