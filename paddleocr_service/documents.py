"""Whole documents and output formats, through an extension: the engine itself reads single images.

The extension is the package `services.standalone` beside this one. It is looked up by its name when it is first used,
so this package works without it.
"""

from __future__ import annotations

import os
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

from .errors import ExtensionMissing

if TYPE_CHECKING:
    from .engine import OCREngine

EXTENSION = "services.standalone"


def read_document(source: str | os.PathLike[str], *, engine: OCREngine | None = None, **options: Any) -> dict[str, Any]:
    """The result of an image or a PDF, as the service answers a job.

    options: those of a job that change its result, such as `pages="1-3"`, `detail="word"` or `extract="ids"`.
    Raises UnreadableDocument, other EngineErrors, and TypeError for an unknown option.
    """
    result: dict[str, Any] = extension().read_document(source, engine=engine, **options)
    return result


def convert(
    source: str | os.PathLike[str],
    target: str | os.PathLike[str],
    *,
    format: str = "pdf",
    engine: OCREngine | None = None,
    **options: Any,
) -> None:
    """Read an image or a PDF, and write it in a format: `text`, `markdown`, `hocr`, `pdf` (searchable), …

    The target appears when it is complete. Raises what `read_document` raises, and OSError if it cannot be written.
    """
    extension().convert(source, target, format=format, engine=engine, **options)


def extension() -> ModuleType:
    """Raises ExtensionMissing."""
    try:
        return import_module(EXTENSION)
    except ModuleNotFoundError as error:
        if error.name and (f"{EXTENSION}.").startswith(f"{error.name}."):
            raise ExtensionMissing(
                f"Only images can be read here: PDFs and output formats need the package {EXTENSION}."
            ) from error
        raise
