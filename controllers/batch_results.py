"""All results of a batch as one zip, which is sent while it is written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response, g, make_response

from controllers import responses
from controllers.context import services
from controllers.output_responses import parts_of
from controllers.result_formats import HEADERS, Wanted, disposition, result_of
from controllers.result_responses import job_fields
from controllers.waiting import once_ended
from services import errors
from services.exports.formats import BY_NAME, JSON, ZIP, render
from services.exports.zip_stream import zip_stream
from services.jobs.batches import BatchFile
from services.jobs.record import JobRecord
from services.jobs.result_body import CHUNK
from services.jobs.service import JobService
from services.storage import Storage
from utils.compact_json import dumps

RESULT_ERRORS = (
    *(errors.InvalidOption, errors.Unauthorized, errors.Forbidden, errors.RateLimited, errors.RedisUnavailable),
    errors.BatchNotFound,
)
#: Characters that a file name cannot have on some systems.
_UNUSUAL = re.compile(r'[<>:"|?*\\/]')


def batch_results(batch_id: str, options: dict[str, Any]) -> Response:
    """200 with a zip of all results, or 202 with the status of each job while one is running.

    `wait`: seconds to wait for the end of all jobs.
    """
    files = services().batches.get(batch_id, g.owner)
    want = Wanted(BY_NAME[options["format"]] if options["format"] else JSON)
    return _respond(files, want, options["wait"])


def _respond(files: Sequence[BatchFile], want: Wanted, wait: float) -> Response:
    jobs, owner = services().jobs, g.owner
    records = [_record(jobs, each, owner) for each in files]
    running = [record.id for record in records if isinstance(record, JobRecord) and not record.ended]
    if running and wait:
        return once_ended(running, wait, lambda: _respond(files, want, 0.0))
    if running:
        bodies = [responses.status_body(record) for record in records if isinstance(record, JobRecord)]
        return make_response({"ready": False, "jobs": bodies}, 202, responses.RETRY_AFTER)
    # A zip counts as a large result, whatever its size.
    end = jobs.large_reads.begin(owner, CHUNK + 1)
    members = Members(jobs, services().storage, want)
    sent = Response(zip_stream(members.all(records)), content_type=ZIP, headers=HEADERS)
    sent.headers["Content-Disposition"] = disposition(ZIP, "results.zip")
    sent.call_on_close(end)
    return sent


def _record(jobs: JobService, file: BatchFile, owner: str) -> JobRecord | tuple[str, dict[str, str]]:
    """The current record, or the file's name and why it has none."""
    if file.error:
        return file.filename, file.error
    try:
        return jobs.get(file.job_id, owner)
    except errors.JobNotFound as error:
        return file.filename, error.as_dict()


@dataclass(frozen=True)
class Members:
    """The files of the zip. Works outside of a request."""

    jobs: JobService
    storage: Storage
    want: Wanted

    def all(self, records: Sequence[JobRecord | tuple[str, dict[str, str]]]) -> Iterator[tuple[str, Iterable[bytes]]]:
        """(name, parts of the content) of each file, in the order of the batch. A failed file has its error."""
        for number, record in enumerate(records, 1):
            if isinstance(record, JobRecord):
                try:
                    extension, parts = self._member(record)
                except errors.OCRServiceError as error:
                    extension, parts = "error.json", [dumps(error.as_dict())]
                yield _name(number, record.filename, extension), parts
            else:
                yield _name(number, record[0], "error.json"), [dumps(record[1])]

    def _member(self, record: JobRecord) -> tuple[str, Iterable[bytes]]:
        """The extension and the parts. Raises OCRServiceError."""
        stored = self.jobs.result(record)
        if self.want.format == JSON:
            return JSON.extension, stored.as_text(job_fields(record))[1]
        if self.want.format.needs_source:
            return "pdf", parts_of(self.storage, record, self.want.format.name)
        rendered = render(result_of(record, self.jobs, self.want), self.want.format)
        return rendered.extension, rendered.parts


def _name(number: int, filename: str, extension: str) -> str:
    """Begins with the file's number, because files of a batch may have equal names."""
    return f"{number:03}-{_UNUSUAL.sub('_', filename)}.{extension}"
