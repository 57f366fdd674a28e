"""The options `extract` and `mask`: which names they accept, and their canonical form."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from pkgutil import iter_modules

ALL = "all"
IDS, MRZ, BARCODES = "ids", "mrz", "barcodes"
EXTRACT_NAMES = (IDS, MRZ, BARCODES)
BARCODE = "barcode"
#: Types of documents that can be masked: all that a result can name. Each module in `types/` is named like its type.
MASK_NAMES = (*(module.name for module in iter_modules([str(Path(__file__).with_name("types"))])), MRZ, BARCODE)


def canonical(text: str, names: Sequence[str]) -> str:
    """The chosen names in a fixed order, separated by commas, so that equal choices give equal options.

    `all` chooses every name. Raises ValueError with the first unknown name.
    """
    chosen = {name.strip().lower() for name in text.split(",") if name.strip()}
    for name in sorted(chosen - {ALL}):
        if name not in names:
            raise ValueError(name[:64])
    return ",".join(name for name in names if ALL in chosen or name in chosen)


def names_in(text: str, names: Sequence[str]) -> frozenset[str]:
    """The chosen names of an option in any form. Raises ValueError with the first unknown name."""
    return frozenset(filter(None, canonical(text, names).split(",")))
