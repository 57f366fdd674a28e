"""A zip archive that is sent while it is written."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator

#: The oldest time that a zip can hold. Equal content gives an equal archive.
_TIME = (1980, 1, 1, 0, 0, 0)


class _Written(io.RawIOBase):
    """Collects what is written until it is taken. Cannot seek, so `zipfile` writes sizes after each file."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self._parts.append(bytes(data))
        return len(data)

    def take(self) -> bytes:
        taken, self._parts = b"".join(self._parts), []
        return taken


def zip_stream(files: Iterable[tuple[str, Iterable[bytes]]]) -> Iterator[bytes]:
    """files: (name, parts of the content). One part of one file is in memory at a time."""
    written = _Written()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, parts in files:
            info = zipfile.ZipInfo(name, _TIME)
            info.compress_type = zipfile.ZIP_DEFLATED
            # The size is not known yet: `force_zip64` allows more than 2 GB.
            with archive.open(info, "w", force_zip64=True) as file:
                for part in parts:
                    file.write(part)
                    if taken := written.take():
                        yield taken
    yield written.take()
