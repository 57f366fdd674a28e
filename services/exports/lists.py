"""List items as formats with lists of their own need them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from services.exports.structure import Block

_BULLET = re.compile(r"[-–—*+•‣◦▪●○■□·]")
_ORDINAL = re.compile(r"\(?(\d{1,9})[.)]")


@dataclass(frozen=True, slots=True)
class ListItem:
    """ordinal: the number of an item of an ordered list. text: with its marker if that is neither number nor bullet."""

    text: str
    ordinal: int | None = None

    @property
    def is_ordered(self) -> bool:
        return self.ordinal is not None


def list_item_of(block: Block) -> ListItem:
    marker, text = block.marker.strip(), " ".join(block.text.split())
    if marker:
        text = text.removeprefix(marker).lstrip()
    if ordinal := _ORDINAL.fullmatch(marker):
        return ListItem(text, int(ordinal[1]))
    if not marker or _BULLET.fullmatch(marker):
        return ListItem(text)
    return ListItem(f"{marker} {text}")
