"""The child: opens one document after another and reads their pages. See the package for the messages."""

from __future__ import annotations

import codecs
import gc
import importlib
import mmap
import os
import pickle
import pkgutil
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from typing import Any, cast

import numpy as np

import services.extraction
import services.ocr_service
from paddleocr_service import NullEngine, OCREngine, Recognition, RecognizeOptions
from paddleocr_service.polygons import Polygon
from services.confined import samples
from services.confined.channel import Channel, ChannelClosed, Message
from services.confined.child import start
from services.confined.errors import error_data
from services.document_process import pixels
from services.errors import OCRServiceError
from services.extraction.options import EXTRACT_NAMES
from services.ocr_service.document import Document, OCRService
from services.ocr_service.options import DocumentOptions
from services.ocr_service.result_limits import page_as_json

#: Modules and codecs that libraries load when they need them.
_LOADED_LATE = ("cv2", "numpy.ma", "traceback", "pymupdf.utils")
_CODECS = ("ascii", "latin-1", "cp1252", "utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-16-le", "mac-roman")
#: Resolution at which samples are read.
_SAMPLE_DPI = 100
#: All kinds of documents.
_EXTRACT = ",".join(EXTRACT_NAMES)


class _RemoteEngine:
    """Has pictures read by the engine of the worker."""

    def __init__(self, channel: Channel, memory: mmap.mmap) -> None:
        self._channel, self._memory = channel, memory

    def recognize(self, image: np.ndarray, options: RecognizeOptions) -> Recognition:
        return cast(Recognition, self._ask(image, {"layout": options.layout}))

    def read_codes(
        self, image: np.ndarray, polygons: Sequence[Polygon], alphabet: str, lang: str | None = None
    ) -> tuple[str, ...]:
        corners = [[[float(x), float(y)] for x, y in polygon] for polygon in polygons]
        return cast(tuple[str, ...], self._ask(image, {"codes": {"polygons": corners, "alphabet": alphabet}}))

    def _ask(self, image: np.ndarray, question: dict[str, Any]) -> Any:
        pixels.write(self._memory, image)
        self._channel.send({"read": image.shape[:2], **question})
        return pickle.loads(self._channel.receive().attachment)


class _Reader:
    """Holds one open document."""

    def __init__(self, channel: Channel, memory: mmap.mmap, max_pixels: int) -> None:
        engine = cast(OCREngine, _RemoteEngine(channel, memory))
        self._service = OCRService(engine, max_pixels)
        self._stack = ExitStack()
        self._document: Document | None = None

    def respond(self, message: Message) -> dict[str, Any]:
        try:
            if "open" in message.data:
                return self._open(message)
            return self._recognize(message.data["recognize"])
        except ChannelClosed:
            raise
        except Exception as error:
            return error_data(error)

    def _open(self, message: Message) -> dict[str, Any]:
        self._stack.close()
        self._document = None
        gc.collect()  # a closed document of MuPDF is part of a reference cycle and holds the content of its file
        (descriptor,) = message.files
        self._stack.callback(os.close, descriptor)
        options, kind = DocumentOptions(**message.data["options"]), message.data["open"]
        opened = self._service.open(descriptor, kind, options, message.data["frames"])
        self._document = self._stack.enter_context(opened)
        return {"pages": self._document.page_numbers}

    def _recognize(self, number: int) -> dict[str, Any]:
        assert self._document
        self._service.stages.take()
        page = self._document.recognize(number)
        page_as_json(page)  # a page that is too large is an error here, and a broken connection later
        stages = [(stage.name, stage.started, stage.ended) for stage in self._service.stages.take()]
        return {"page": page, "stages": stages}


def main() -> None:
    channel = start(_warm_up)
    with suppress(ChannelClosed):
        shared = channel.receive(max_files=1)
        memory = mmap.mmap(shared.files[0], shared.data["size"])
        os.close(shared.files[0])
        reader = _Reader(channel, memory, shared.data["max_pixels"])
        while True:
            channel.send(reader.respond(channel.receive(max_files=1)))


def _warm_up() -> None:
    """Import all modules, and read a document of each type in each mode."""
    for name in _LOADED_LATE:
        importlib.import_module(name)
    for name in _CODECS:
        codecs.lookup(name)
    for package in (services.ocr_service, services.extraction):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            importlib.import_module(module.name)
    service = OCRService(NullEngine(), max_pixels=1_000_000)
    for kind, contents in (("image", list(samples.pictures())), ("pdf", [samples.pdf()])):
        for content in contents:
            for part in (content, content[: len(content) // 2]):
                for mode in ("ocr", "auto", "text"):
                    options = DocumentOptions("en", _SAMPLE_DPI, detail="word", mode=mode, extract=_EXTRACT)
                    with (
                        suppress(OCRServiceError),
                        samples.opened(part) as descriptor,
                        service.open(descriptor, kind, options) as document,
                    ):
                        document.recognize(1)


if __name__ == "__main__":
    main()
