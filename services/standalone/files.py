"""Which files the command line reads, and where it writes each result."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from services.exports.formats import XLSX_TYPE, Format
from utils.sniffing import sniff_file

#: Output: the standard output, also for formats that are not text.
STANDARD_OUTPUT = Path("-")


@dataclass(frozen=True, slots=True)
class Conversion:
    """target: None for the standard output."""

    source: Path
    target: Path | None


def conversions(sources: Sequence[Path], output: Path | None, chosen: Format) -> Iterator[Conversion]:
    """Each file to read. A folder is searched with all folders in it.

    output: the file to write, or the folder if there are several sources; `STANDARD_OUTPUT` for a single one. Raises
    ValueError if several sources have no folder.
    """
    extension = "pdf" if chosen.needs_source else chosen.extension
    several = len(sources) > 1 or sources[0].is_dir()
    if not several:
        binary = chosen.needs_source or chosen.media_type == XLSX_TYPE
        beside = sources[0].with_name(f"{sources[0].stem}.{chosen.name}.{extension}") if binary else None
        yield Conversion(sources[0], None if output == STANDARD_OUTPUT else output or beside)
        return
    if output is None or output == STANDARD_OUTPUT:
        raise ValueError("several files need --output FOLDER: the standard output takes one file")
    for source in sources:
        for path, name in _files(source, output):
            # The whole name stays: a folder may have scan.jpg and scan.pdf.
            yield Conversion(path, output / name.with_name(f"{name.name}.{extension}"))


def _files(source: Path, output: Path) -> Iterator[tuple[Path, Path]]:
    """Each file with its name below the source. Earlier results in the output folder are no sources."""
    if not source.is_dir():
        yield source, Path(source.name)
        return
    within = output != source and output.resolve().is_relative_to(source.resolve())
    for path in sorted(path for path in source.rglob("*") if path.is_file() and _is_document(path)):
        if not (within and path.resolve().is_relative_to(output.resolve())):
            yield path, path.relative_to(source)


def _is_document(path: Path) -> bool:
    """By its content. A file that cannot be read counts, so that it is reported."""
    try:
        return bool(sniff_file(path))
    except OSError:
        return True
