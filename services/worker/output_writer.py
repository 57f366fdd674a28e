"""Generates the files that a job asked for besides its result, after its last page, while its upload still exists."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Protocol, cast

import structlog

from services.errors import OCRServiceError, OutputFailed
from services.exports.formats import MAX_SIDE
from services.jobs.outputs import PICTURES, save_failures
from services.jobs.record import JobRecord
from services.jobs.result_body import Document, unpack_json
from services.jobs.store import JobStore
from services.jobs.unit_queue import Unit, UnitQueue
from services.redis_retry import retry_until_redis_is_back
from services.storage import IncomingFile, Storage
from services.worker.lease import LeaseLost
from services.worker.page_timeout import page_time_limit

log = structlog.get_logger(__name__)


class OutputCreator(Protocol):
    """Parses the upload, but not in this process. Methods raise OCRServiceError."""

    def create(self, name: str, source: Path, result: StoredPages, out: BinaryIO, masked: bool, password: str) -> None:
        """Write an output (see `exports.formats.OUTPUTS`) to `out`, an open file. masked: it hides numbers."""

    def draw(self, annotated: Path, number: int, side: int, password: str = "") -> bytes:
        """A page of what was created for `annotated`, as PNG. side: pixels on its longer side."""


@dataclass(frozen=True)
class StoredPages:
    """The pages of a job, with the words that its result may lack. Read again by each call of a method.

    before_page: is called before each page.
    """

    store: JobStore
    job_id: str
    numbers: Sequence[int]
    before_page: Callable[[], None] = field(default=lambda: None)

    def json_pages(self) -> Iterator[bytes]:
        for _, packed in self.store.packed_pages(self.job_id, self.numbers):
            self.before_page()
            yield unpack_json(packed)

    def pages(self) -> Iterator[Document]:
        return map(json.loads, self.json_pages())


@dataclass(frozen=True)
class OutputWriter:
    """time_limit: seconds for each page of a file, and for what has to be done for all pages together."""

    store: JobStore
    unit_queue: UnitQueue
    storage: Storage
    creator: OutputCreator
    time_limit: int

    def write(self, record: JobRecord, unit: Unit, numbers: Sequence[int], progress: Callable[[], None]) -> None:
        """Generate and store all files. For a file that cannot be generated, the reason is stored.

        The job is registered first, so the sweeper finds the files whatever happens next. progress: is called before
        each page. Raises LeaseLost, and StorageUnavailable, after which the unit can be tried again.
        """
        if not retry_until_redis_is_back(lambda: self.unit_queue.begin_outputs(unit)):
            raise LeaseLost()
        failures: dict[str, OCRServiceError] = {}
        for name in record.options.output_names:
            try:
                self._write(record, name, numbers, progress)
            except LeaseLost:
                raise
            except OCRServiceError as error:
                if error.retryable:
                    raise
                log.warning("output could not be created", output=name, code=error.code)
                failures[name] = error
            except Exception:
                log.exception("output could not be created", output=name)
                failures[name] = OutputFailed()
        if failures:
            save_failures(self.storage, record.id, failures)

    def _write(self, record: JobRecord, name: str, numbers: Sequence[int], progress: Callable[[], None]) -> None:
        with self.storage.local(record.upload) as path, closing(self.storage.receive()) as out:
            with page_time_limit(self.time_limit) as restart:

                def before_page() -> None:
                    restart()
                    progress()

                pages = StoredPages(self.store, record.id, numbers, before_page)
                masked, password = bool(record.options.mask), record.options.password
                self.creator.create(name, path, pages, cast(BinaryIO, out), masked, password)
            if name == "annotated":
                self._write_pictures(record, StoredPages(self.store, record.id, numbers, progress), out)
            self.storage.save(out, self.storage.output_key(record.id, name))

    def _write_pictures(self, record: JobRecord, pages: StoredPages, annotated: IncomingFile) -> None:
        """A zip with a PNG of each page of the result, `NUMBER.png`.

        Left out are pages that cannot be drawn, and those that could not be read: they may be too large.
        """
        with closing(self.storage.receive()) as out:
            with zipfile.ZipFile(cast(BinaryIO, out), "w") as archive:
                for page in pages.pages():
                    if page["success"] and (picture := self._picture(annotated.path, page, record.options.password)):
                        archive.writestr(f"{page['page']}.png", picture)
            self.storage.save(out, self.storage.output_key(record.id, PICTURES))

    def _picture(self, annotated: Path, page: Document, password: str) -> bytes:
        """Empty if the page cannot be drawn."""
        side = min(MAX_SIDE, max(page["width"], page["height"]))
        try:
            with page_time_limit(self.time_limit):
                return self.creator.draw(annotated, page["page"], side, password)
        except OCRServiceError as error:
            if error.retryable:
                raise
            log.warning("annotated page could not be drawn", page=page["page"], code=error.code)
            return b""
