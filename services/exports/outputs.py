"""Creates the files that need the uploaded file: the only entry to the modules that read it."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from typing import BinaryIO, cast

from services.exports.formats import BY_NAME
from services.exports.pages import Pages
from utils.sources import Source, open_with_own_position


def create(
    name: str,
    source: Source,
    result: Pages,
    out: BinaryIO,
    masked: bool = False,
    scratch: BinaryIO | None = None,
    password: str = "",
) -> None:
    """Write an output (see `formats.OUTPUTS`) to `out`. source: the uploaded file.

    masked: the result hides numbers, so the file has to hide them, too. scratch: an empty file for what is needed
    meanwhile, by default a temporary one. password: of the uploaded PDF. Raises OCRServiceError. Parses the client's
    bytes: services call it in a confined process (`services/document_process`).
    """
    with ExitStack() as stack:
        file = stack.enter_context(open_with_own_position(source))
        if scratch is None:
            scratch = cast(BinaryIO, stack.enter_context(tempfile.TemporaryFile()))
        BY_NAME[name].implementation().write(file, result, out, scratch, masked, password)


def draw(annotated: Source, number: int, side: int, password: str = "") -> bytes:
    """A page of what `create` wrote for `annotated`, as PNG. side: pixels on its longer side.

    The same applies as to `create`.
    """
    picture: bytes = BY_NAME["annotated"].implementation().draw(annotated, number, side, password)
    return picture
