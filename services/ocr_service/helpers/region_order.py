"""Reading order of a page whose text layer is complemented by OCR of regions.

The order of a layer is better than any order by position, so a few lines of OCR are inserted into it. A page that is
mostly OCR, or whose layer is scrambled, is sorted by position.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from paddleocr_service.reading_order import reading_order
from paddleocr_service.results import PARAGRAPH, Block, Line
from services.ocr_service.helpers.layer_order import blocks_of, is_scrambled
from services.ocr_service.helpers.page_transform import Box, box_around, join
from services.ocr_service.helpers.text_layer import LayerLine

#: Share of the characters of the layer from which on OCR decides the order.
_MAX_INSERTED = 0.2
#: Two lines are in one row if they overlap by this share of the lower one, and one is at most this many times higher.
_SAME_ROW, _MAX_RATIO = 0.6, 2.5
#: Minimum share of the lines of a region that continue a row of the layer.
_MIN_CONTINUED = 0.7


#: Sorts lines by position, given the pixels of the page.
Sort = Callable[[tuple[Line, ...], int, int], tuple[Block, ...]]


def order_with_regions(
    layer: Sequence[LayerLine], regions: Sequence[Sequence[Line]], width: int, height: int, sort: Sort = reading_order
) -> tuple[Block, ...]:
    """Blocks of layer and regions in reading order.

    regions: lines read by OCR. width, height: pixels of the page. sort: of a region; it may remember its results,
    because a region can be on each page of a document.
    """
    added = [line for region in regions for line in region]
    written = sum(len(line.line.text) for line in layer)
    few = sum(len(line.text) for line in added) <= _MAX_INSERTED * written
    if not few or is_scrambled([line.box for line in layer if line.upright]):
        return reading_order([*(line.line for line in layer), *added], width, height)
    blocks = list(blocks_of(layer, width, height))
    for region in regions:
        if not _continue_rows(blocks, region):
            _insert(blocks, _blocks_of_region(region, width, height, sort))
    return tuple(blocks)


def _blocks_of_region(region: Sequence[Line], width: int, height: int, sort: Sort) -> list[Block]:
    if len(region) == 1:
        return [_block_of(region[0])]
    return list(sort(tuple(region), width, height))


def _block_of(line: Line) -> Block:
    return Block(PARAGRAPH, ((line,),), box_around(line.polygon))


def _continue_rows(blocks: list[Block], region: Sequence[Line]) -> bool:
    """Append lines to the rows of the layer that end to their left, as amounts beside labels, if most have such a row.

    The other lines of the region become blocks of their own.
    """
    places = [_row_beside(blocks, box_around(line.polygon)) for line in region]
    if sum(place is not None for place in places) < _MIN_CONTINUED * len(region):
        return False
    for line, place in zip(region, places, strict=True):
        if place is None:
            _insert(blocks, [_block_of(line)])
    for line in region:
        # Blocks may have been inserted since, so the place is looked up again.
        place = _row_beside(blocks, box_around(line.polygon))
        if place is not None:
            index, row = place
            rows = list(blocks[index].rows)
            rows[row] = tuple(sorted((*rows[row], line), key=lambda one: box_around(one.polygon)[0]))
            box = join([blocks[index].bbox, box_around(line.polygon)])
            blocks[index] = replace(blocks[index], rows=tuple(rows), bbox=box)
    return True


def _row_beside(blocks: Sequence[Block], box: Box) -> tuple[int, int] | None:
    """Indexes of the block and of its row that contains the nearest line to the left of a box."""
    best, place = 0.0, None
    for index, block in enumerate(blocks):
        if block.bbox[3] <= box[1] or block.bbox[1] >= box[3]:
            continue
        for number, row in enumerate(block.rows):
            for line in row:
                other = box_around(line.polygon)
                if other[2] > best and other[0] < box[0] and _is_same_row(other, box):
                    best, place = other[2], (index, number)
    return place


def _is_same_row(one: Box, other: Box) -> bool:
    heights = sorted((one[3] - one[1], other[3] - other[1]))
    overlap = min(one[3], other[3]) - max(one[1], other[1])
    return overlap >= _SAME_ROW * heights[0] and heights[1] <= _MAX_RATIO * heights[0]


def _insert(blocks: list[Block], added: list[Block]) -> None:
    """Insert the blocks of a region after the last block above it in its columns, or before the first below it."""
    box = join([block.bbox for block in added])
    middle = (box[1] + box[3]) / 2
    for index, block in enumerate(blocks):
        if block.bbox[1] < middle < block.bbox[3] and _share_columns(block.bbox, box):
            parts = _split(block, middle)
            blocks[index : index + 1] = [*parts[:1], *added, *parts[1:]] if parts else [block, *added]
            return
    above = [index for index, block in enumerate(blocks) if block.bbox[3] <= middle and _share_columns(block.bbox, box)]
    below = [index for index, block in enumerate(blocks) if block.bbox[1] >= middle]
    nearest = max(above, key=lambda index: blocks[index].bbox[3], default=None)
    if nearest is not None:
        blocks[nearest + 1 : nearest + 1] = added
    elif below:
        same = [index for index in below if _share_columns(blocks[index].bbox, box)] or below
        blocks[same[0] : same[0]] = added
    else:
        blocks += added


def _share_columns(one: Box, other: Box) -> bool:
    return min(one[2], other[2]) > max(one[0], other[0])


def _split(block: Block, y: float) -> list[Block]:
    """The rows of a block above and below y. One of the two if the other would be empty."""
    above: list[tuple[Line, ...]] = []
    below: list[tuple[Line, ...]] = []
    for row in block.rows:
        x0, y0, x1, y1 = join([box_around(line.polygon) for line in row])
        (above if (y0 + y1) / 2 < y else below).append(row)
    if not above or not below:
        return []
    return [
        replace(block, rows=tuple(rows), bbox=join([box_around(line.polygon) for row in rows for line in row]))
        for rows in (above, below)
    ]
