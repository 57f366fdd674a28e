"""Creates the files that need the uploaded file: the only entry to the modules that read it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from services.exports.formats import BY_NAME


class Pages(Protocol):
    def pages(self) -> Iterator[Mapping[str, Any]]:
        """The pages of a result in order, each time from the first."""


def create(name: str, source: Path, result: Pages, out: BinaryIO) -> None:
    """Write an output (see `formats.OUTPUTS`) to `out`. source: the uploaded file.

    Raises OCRServiceError. Parses the client's bytes, so it may crash: never call it in a web process.
    """
    with open(source, "rb") as file:
        BY_NAME[name].implementation().write(file, result, out)


def create_pictures(
    annotated: Path, result: Pages, out: BinaryIO, limit: Callable[[], AbstractContextManager[None]]
) -> None:
    """Write a zip with a picture of each page to `out`. annotated: what `create` wrote for `annotated`.

    limit: is entered for each page. A page for which it raises PageTimeout has no picture.
    """
    BY_NAME["annotated"].implementation().write_pictures(annotated, result, out, limit)
