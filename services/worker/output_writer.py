"""Generates the files that a job asked for besides its result, after its last page, while its upload still exists."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from typing import BinaryIO, cast

import structlog

from services.errors import OCRServiceError
from services.exports import outputs
from services.jobs.outputs import PICTURES
from services.jobs.record import JobRecord
from services.jobs.result_body import Document, unpack
from services.jobs.store import JobStore
from services.jobs.unit_queue import Unit, UnitQueue
from services.redis_retry import retry_until_redis_is_back
from services.storage import IncomingFile, Storage
from services.worker.lease import LeaseLost
from services.worker.page_timeout import page_time_limit

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class StoredPages:
    """The pages of a job, with the words that its result may lack. Read again by each call of `pages`."""

    store: JobStore
    job_id: str
    numbers: Sequence[int]

    def pages(self) -> Iterator[Document]:
        return (unpack(packed) for _, packed in self.store.packed_pages(self.job_id, self.numbers))


@dataclass(frozen=True)
class OutputWriter:
    """time_limit: seconds for one file, and for the picture of one page."""

    store: JobStore
    unit_queue: UnitQueue
    storage: Storage
    time_limit: int

    def write(self, record: JobRecord, unit: Unit, numbers: Sequence[int]) -> None:
        """Generate and store all files. A file that cannot be generated is left out: its absence is the client's error.

        The job is registered first, so the sweeper finds the files whatever happens next. Raises LeaseLost, and
        StorageUnavailable, after which the unit can be tried again.
        """
        if not retry_until_redis_is_back(lambda: self.unit_queue.begin_outputs(unit)):
            raise LeaseLost()
        pages = StoredPages(self.store, record.id, numbers)
        for name in record.options.output_names:
            try:
                self._write(record, name, pages)
            except OCRServiceError as error:
                if error.retryable:
                    raise
                log.warning("output could not be created", output=name, code=error.code)
            except Exception:
                log.exception("output could not be created", output=name)

    def _write(self, record: JobRecord, name: str, pages: StoredPages) -> None:
        with self.storage.local(record.upload) as path, closing(self.storage.receive()) as out:
            with page_time_limit(self.time_limit):
                outputs.create(name, path, pages, cast(BinaryIO, out))
            if name == "annotated":
                self._write_pictures(record, pages, out)
            self.storage.save(out, self.storage.output_key(record.id, name))

    def _write_pictures(self, record: JobRecord, pages: StoredPages, annotated: IncomingFile) -> None:
        with closing(self.storage.receive()) as out:
            annotated.flush()
            limit = partial(page_time_limit, self.time_limit)
            outputs.create_pictures(annotated.path, pages, cast(BinaryIO, out), limit)
            self.storage.save(out, self.storage.output_key(record.id, PICTURES))
