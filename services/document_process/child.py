"""The child: opens one document after another and reads their pages. See the package for the messages."""

from __future__ import annotations

import codecs
import errno
import importlib
import itertools
import json
import mmap
import os
import pickle
import pkgutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import replace
from io import BytesIO
from typing import Any, cast

import numpy as np

import services.exports
import services.extraction
import services.ocr_service
from paddleocr_service import NullEngine, OCREngine, Recognition, RecognizeOptions
from paddleocr_service.memory import mmap_large_blocks, release_freed_memory
from paddleocr_service.polygons import Polygon
from services.confined import samples
from services.confined.channel import Channel, ChannelClosed, Message
from services.confined.child import start_template
from services.confined.errors import error_data
from services.document_process import pixels
from services.errors import OCRServiceError, OutputFailed, StorageUnavailable
from services.exports import outputs
from services.exports.formats import OUTPUTS
from services.extraction.options import EXTRACT_NAMES
from services.ocr_service.document import Document, OCRService
from services.ocr_service.options import DocumentOptions
from services.ocr_service.result_limits import page_as_json

#: Modules and codecs that libraries load when they need them.
_LOADED_LATE = ("cv2", "numpy.ma", "traceback", "pymupdf.utils")
_CODECS = ("ascii", "latin-1", "cp1252", "utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-16-le", "mac-roman")
#: The size of sample pictures, and of drawn pages.
_SAMPLE_SIZE, _SAMPLE_SIDE = (40, 30), 100
#: Of the encrypted sample. qpdf opens a device for random numbers when it reads its first encrypted file.
_PASSWORD = "sample"
#: All kinds of documents, at a low resolution.
_SAMPLE_OPTIONS = DocumentOptions("en", dpi=100, detail="word", extract=",".join(EXTRACT_NAMES), password=_PASSWORD)
#: Bytes of a picture after which freed memory is returned: one of 4 megapixels.
_LARGE_PICTURE = 12_000_000
_OUTPUT_TOO_LARGE = "It would be too large. Split the document, or send its pages at a lower resolution."


class _RemoteEngine:
    """Has pictures read by the engine of the worker."""

    def __init__(self, channel: Channel, memory: mmap.mmap) -> None:
        self._channel, self._memory = channel, memory
        #: Bytes of the largest picture since this was set to 0.
        self.largest = 0

    def recognize(self, image: np.ndarray, options: RecognizeOptions) -> Recognition:
        return cast(Recognition, self._ask(image, {"layout": options.layout}))

    def read_codes(
        self, image: np.ndarray, polygons: Sequence[Polygon], alphabet: str, lang: str | None = None
    ) -> tuple[str, ...]:
        corners = [[[float(x), float(y)] for x, y in polygon] for polygon in polygons]
        return cast(tuple[str, ...], self._ask(image, {"codes": {"polygons": corners, "alphabet": alphabet}}))

    def _ask(self, image: np.ndarray, question: dict[str, Any]) -> Any:
        self.largest = max(self.largest, image.nbytes)
        pixels.write(self._memory, image)
        self._channel.send({"read": image.shape[:2], **question})
        return pickle.loads(self._channel.receive().attachment)


class _Reader:
    """Holds one open document."""

    def __init__(self, channel: Channel, memory: mmap.mmap, max_pixels: int) -> None:
        self._channel = channel
        self._engine = _RemoteEngine(channel, memory)
        self._service = OCRService(cast(OCREngine, self._engine), max_pixels)
        self._stack = ExitStack()
        self._document: Document | None = None
        #: Whether the open document leaves so much freed memory behind that it has to be returned.
        self._is_large = False

    def respond(self, message: Message) -> tuple[dict[str, Any], bytes]:
        """The answer, and bytes that belong to it."""
        try:
            if "open" in message.data:
                return self._open(message), b""
            if "create" in message.data:
                return self._create(message), b""
            if "draw" in message.data:
                return {}, self._draw(message)
            return self._recognize(message.data["recognize"]), b""
        except ChannelClosed:
            raise
        except Exception as error:
            return error_data(error), b""

    def release_memory(self) -> None:
        """Return freed memory to the system after a large page: glibc keeps up to hundreds of megabytes."""
        if self._engine.largest > _LARGE_PICTURE:
            self._engine.largest, self._is_large = 0, True
            release_freed_memory()

    def _close(self) -> None:
        self._stack.close()
        self._document = None
        # Not after small pictures: it doubles the time of a receipt, because all memory is mapped again.
        if self._is_large:
            self._is_large = False
            release_freed_memory(collect=True)

    def _open(self, message: Message) -> dict[str, Any]:
        self._close()
        (descriptor,) = message.files
        self._stack.callback(os.close, descriptor)
        options, kind = DocumentOptions(**message.data["options"]), message.data["open"]
        # A closed document of MuPDF is part of a reference cycle and holds the content of its file.
        self._is_large = kind == "pdf"
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

    def _create(self, message: Message) -> dict[str, Any]:
        self._close()
        try:
            with ExitStack() as stack:
                for descriptor in message.files:
                    stack.callback(os.close, descriptor)
                source, *written = message.files
                out, scratch = (stack.enter_context(open(file, "w+b", closefd=False)) for file in written)
                pages, data = _RemotePages(self._channel), message.data
                outputs.create(data["create"], source, pages, out, data["masked"], scratch, data["password"])
        except OSError as error:
            if error.errno == errno.ENOSPC:
                raise StorageUnavailable() from error
            raise OutputFailed(_OUTPUT_TOO_LARGE if error.errno == errno.EFBIG else "") from error
        finally:
            release_freed_memory()
        return {"created": True}

    def _draw(self, message: Message) -> bytes:
        (descriptor,) = message.files
        try:
            data = message.data
            return outputs.draw(descriptor, data["draw"], data["side"], data["password"])
        finally:
            os.close(descriptor)


class _RemotePages:
    """The pages of a result, which the worker sends one at a time."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel

    def pages(self) -> Iterator[Mapping[str, Any]]:
        for place in itertools.count():
            self._channel.send({"page": place})
            page = self._channel.receive().attachment
            if not page:
                return
            yield json.loads(page)


class _SamplePages:
    """One page with one line."""

    def pages(self) -> Iterator[Mapping[str, Any]]:
        width, height = _SAMPLE_SIZE
        bbox = [[1, 1], [width, 1], [width, height / 2], [1, height / 2]]
        line = {"text": "sample", "confidence": 1.0, "bbox": bbox}
        page = {"page": 1, "success": True, "source": "ocr", "orientation": 90, "width": width, "height": height}
        yield {**page, "text": "sample", "lines": [line], "blocks": [], "masked_areas": [bbox]}


def main() -> None:
    mmap_large_blocks()
    channel = start_template(_warm_up)
    with suppress(ChannelClosed):
        shared = channel.receive(max_files=1)
        memory = mmap.mmap(shared.files[0], shared.data["size"])
        os.close(shared.files[0])
        reader = _Reader(channel, memory, shared.data["max_pixels"])
        while True:
            channel.send(*reader.respond(channel.receive(max_files=3)))
            reader.release_memory()  # while the worker goes on with the answer


def _warm_up() -> None:
    """Import all modules, and read a document of each type in each mode."""
    for name in _LOADED_LATE:
        importlib.import_module(name)
    for name in _CODECS:
        codecs.lookup(name)
    for package in (services.ocr_service, services.extraction, services.exports):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            importlib.import_module(module.name)
    service = OCRService(NullEngine(), max_pixels=1_000_000)
    for kind, contents in (("image", list(samples.pictures())), ("pdf", [samples.pdf(), samples.pdf(_PASSWORD)])):
        for content in contents:
            _create_samples(content)
            for part in (content, content[: len(content) // 2]):
                for mode in ("ocr", "auto", "text"):
                    options = replace(_SAMPLE_OPTIONS, mode=mode)
                    with (
                        suppress(OCRServiceError),
                        samples.opened(part) as descriptor,
                        service.open(descriptor, kind, options) as document,
                    ):
                        document.recognize(1)


def _create_samples(content: bytes) -> None:
    for name, masked in itertools.product(OUTPUTS, (False, True)):
        with samples.opened(content) as source, samples.opened(b"") as created, BytesIO() as scratch:
            with open(created, "w+b", closefd=False) as out:
                outputs.create(name, source, _SamplePages(), out, masked, scratch, _PASSWORD)
            outputs.draw(created, 1, _SAMPLE_SIDE, _PASSWORD)


if __name__ == "__main__":
    main()
