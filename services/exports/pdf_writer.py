"""Writes a PDF object by object, so that only one object is in memory at a time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import BinaryIO

#: The second line has four bytes above 127, so that programs take the file as binary.
_HEADER = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
CATALOGUE, PAGES = 1, 2


@dataclass(eq=False)
class PdfWriter:
    """`out` is written from its beginning. Objects 1 and 2 are the catalogue and the list of pages."""

    out: BinaryIO
    _size: int = field(init=False, default=0)
    _offsets: dict[int, int] = field(init=False, default_factory=dict)
    _pages: list[int] = field(init=False, default_factory=list)
    _last: int = field(init=False, default=PAGES)

    def __post_init__(self) -> None:
        self._write(_HEADER)

    def reserve(self) -> int:
        """The number of a new object."""
        self._last += 1
        return self._last

    def add(self, content: bytes, number: int | None = None) -> int:
        """Write an object and return its number."""
        number = number or self.reserve()
        self._offsets[number] = self._size
        self._write(b"%d 0 obj\n%b\nendobj\n" % (number, content))
        return number

    def add_stream(self, dictionary: bytes, parts: Iterable[bytes]) -> int:
        """dictionary: its entries other than `Length`. parts: the encoded data."""
        number, length = self.reserve(), self.reserve()
        self._offsets[number] = self._size
        self._write(b"%d 0 obj\n<< %b /Length %d 0 R >>\nstream\n" % (number, dictionary, length))
        start = self._size
        for part in parts:
            self._write(part)
        size = self._size - start
        self._write(b"\nendstream\nendobj\n")
        self.add(b"%d" % size, length)
        return number

    def add_page(self, entries: bytes) -> None:
        """entries: those of the page's dictionary other than `Type` and `Parent`."""
        self._pages.append(self.add(b"<< /Type /Page /Parent %d 0 R %b >>" % (PAGES, entries)))

    def finish(self) -> None:
        kids = b" ".join(b"%d 0 R" % number for number in self._pages)
        self.add(b"<< /Type /Pages /Count %d /Kids [%b] >>" % (len(self._pages), kids), PAGES)
        self.add(b"<< /Type /Catalog /Pages %d 0 R >>" % PAGES, CATALOGUE)
        start, count = self._size, self._last + 1
        entries = [b"0000000000 65535 f \n", *(b"%010d 00000 n \n" % self._offsets[n] for n in range(1, count))]
        self._write(b"xref\n0 %d\n%b" % (count, b"".join(entries)))
        self._write(b"trailer\n<< /Size %d /Root %d 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (count, CATALOGUE, start))

    def _write(self, data: bytes) -> None:
        self.out.write(data)
        self._size += len(data)
