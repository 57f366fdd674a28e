"""docling-serve, version 1: files to Markdown, HTML, text and DoclingDocument. A task is a job."""

from __future__ import annotations

from typing import Any, cast

from flask import Response, g, jsonify, make_response, request

from controllers.compat import files, jobs, options, page_text
from controllers.compat.docling_document import docling_document
from controllers.compat.docling_options import Conversion, Wanted, conversion
from controllers.context import services
from controllers.sources import Source, form_files, json_body
from services import errors
from services.errors import OCRServiceError
from services.jobs.record import COMPLETED, RETRYING, STARTED, JobRecord

#: Seconds that docling-serve lets a synchronous conversion take, and that a client may wait for a status.
MAX_SYNC_WAIT = 120.0
MAX_POLL_WAIT = 60.0
FILE, HTTP = "file", "http"
#: The client compares these texts.
_TASK_UNKNOWN = "Task not found."
_NO_RESULT = "Task result not found. Please wait for a completion status."


def convert_file(waiting: bool) -> Response:
    """A conversion of a file in a form."""
    _require(waiting)
    chosen = conversion(request.form.to_dict(flat=False))
    uploads = form_files("files")
    if len(uploads) != 1:
        raise errors.MissingFile("Send exactly one file, in the field `files`.")
    return _convert(uploads[0], chosen, waiting)


def convert_source(waiting: bool) -> Response:
    """A conversion of a file in base64, or by address, in JSON."""
    _require(waiting)
    body = json_body()
    given = body.get("options") or {}
    sources = body.get("sources")
    if not isinstance(given, dict) or not isinstance(sources, list) or len(sources) != 1:
        raise errors.InvalidOption("`sources` must be a list of exactly one source, and `options` an object.")
    target = body.get("target") or {}
    if isinstance(target, dict) and "kind" in target:
        given = {**given, "target_type": target["kind"]}
    chosen = conversion(given)
    return _convert(_source(sources[0]), chosen, waiting)


def status(task_id: str) -> Response:
    """The status of a task, at once or when it has ended. `wait`: seconds to wait for its end."""
    job_id, _ = Wanted.of_task(task_id)
    try:
        seconds = float(request.args.get("wait", 0))
    except ValueError as error:
        raise errors.InvalidOption("`wait` must be a number of seconds.", option="wait") from error
    seconds = min(seconds, MAX_POLL_WAIT) if seconds > 0 else 0.0
    return jobs.wait_for(jobs.find(job_id), seconds, lambda record: jsonify(_task(record, task_id)))


def result(task_id: str) -> Response:
    """The result of an ended task, or how it failed."""
    job_id, wanted = Wanted.of_task(task_id)
    record = jobs.find(job_id)
    if not record.ended:
        return make_response({"detail": _NO_RESULT, "code": errors.StillRunning.code, "request_id": g.request_id}, 404)
    if record.status != COMPLETED:
        return jsonify(kind="TaskFailureResult", failure=_failure(record))
    return jsonify(_converted(record, wanted))


def error_response(error: OCRServiceError, status: int, request_id: str) -> tuple[int, Any, dict[str, str]]:
    """`detail` is text, which clients show."""
    detail = error.message
    if isinstance(error, errors.JobNotFound):
        detail = _TASK_UNKNOWN
    elif isinstance(error, errors.ResultExpired):
        status, detail = 404, _NO_RESULT
    return status, {"detail": detail, "code": error.code, "request_id": request_id}, {}


def _require(waiting: bool) -> None:
    if waiting:
        jobs.require_reading()


def _source(source: object) -> Source:
    if not isinstance(source, dict) or source.get("kind") not in (FILE, HTTP):
        raise errors.InvalidOption(f"The `kind` of a source must be `{FILE}` or `{HTTP}`.", option="sources")
    if source["kind"] == HTTP:
        return files.from_address(source.get("url"), "sources")
    return files.embedded(source.get("base64_string"), "base64_string", options.text(source, "filename"))


def _convert(upload: Source, chosen: Conversion, waiting: bool) -> Response:
    record = _submit(upload, chosen)
    if not waiting:
        return jsonify(_task(record, chosen.wanted.task_id(record.id)))

    def respond(current: JobRecord) -> Response:
        if not current.ended:
            raise jobs.still_running(current)
        return jsonify(_converted(current, chosen.wanted))

    return jobs.wait_for(record, MAX_SYNC_WAIT, respond)


def _submit(upload: Source, chosen: Conversion) -> JobRecord:
    """A range of pages may end beyond the end of the document."""
    try:
        return jobs.submit(upload, chosen.job, chosen.kinds)
    except errors.PageOutOfRange as error:
        count = cast(int, error.extra.get("total_pages", 0))
        if chosen.first_page > count:
            raise
        return jobs.submit(upload, chosen.up_to(count).job, chosen.kinds)


def _task(record: JobRecord, task_id: str) -> dict[str, Any]:
    estimate = services().jobs.estimate_wait(record)
    failure = _failure(record) if record.ended and record.status != COMPLETED else None
    return {
        "task_id": task_id,
        "task_type": "convert",
        "task_status": _task_status(record),
        "task_position": None if estimate is None or estimate.ahead is None else estimate.ahead + 1,
        "task_meta": None,
        "error_message": failure and failure["message"],
        "failure": failure,
    }


def _task_status(record: JobRecord) -> str:
    if record.ended:
        return "success" if record.status == COMPLETED else "failure"
    return "started" if record.stage in (STARTED, RETRYING) else "pending"


def _failure(record: JobRecord) -> dict[str, Any]:
    """Why a job failed or was cancelled. A job that failed here was tried several times: again would not help."""
    message = record.error.get("detail") or errors.JobCancelled().message
    details = {"code": record.error.get("code", errors.JobCancelled.code)}
    return {
        "category": "unknown",
        "message": message,
        "retryable": False,
        "phase": "execution",
        "details": details,
    }


def _converted(record: JobRecord, wanted: Wanted) -> dict[str, Any]:
    result = jobs.document(record)
    failed = [page for page in result["pages"] if not page["success"]]
    return {
        "document": {"filename": record.filename, **_contents(record, result, wanted)},
        "status": "partial_success" if failed else "success",
        "errors": [
            {
                "component_type": "model",
                "module_name": "ocr",
                "error_message": page["error"]["detail"],
                "page_no": page["page"],
            }
            for page in failed
        ],
        "processing_time": result["processing_time_seconds"],
        "timings": {},
    }


def _contents(record: JobRecord, result: dict[str, Any], wanted: Wanted) -> dict[str, Any]:
    contents: dict[str, Any] = dict.fromkeys(f"{name}_content" for name in ("md", "json", "html", "text", "doctags"))
    if "md" in wanted.formats:
        contents["md_content"] = _markdown(result, wanted.page_break)
    if "json" in wanted.formats:
        # The beginning of a hash of the file's content and the options.
        contents["json_content"] = docling_document(result, record.kind, int(record.cache_key[:16], 16))
    if "html" in wanted.formats:
        contents["html_content"] = page_text.rendered(result, "html")
    if "text" in wanted.formats:
        contents["text_content"] = result["full_text"]
    return contents


def _markdown(result: dict[str, Any], page_break: str) -> str:
    if not page_break:
        return page_text.rendered(result, "markdown").strip("\n")
    pages = filter(None, map(page_text.markdown, result["pages"]))
    return f"\n\n{page_break}\n\n".join(pages)
