"""The external content extraction engine of Open WebUI: the body of a request is a file, the response its text."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

from flask import Response, jsonify, request

from controllers.compat import jobs, page_text
from controllers.sources import from_body
from services.errors import OCRServiceError
from services.jobs.record import JobRecord

#: Seconds. Open WebUI waits for 120 or longer.
WAIT_SECONDS = 110.0


def process(as_markdown: bool) -> Response:
    jobs.require_reading()
    record = jobs.submit(from_body(unquote(request.headers.get("X-Filename", ""))), jobs.options())

    def respond(current: JobRecord) -> Response:
        if not current.ended:
            raise jobs.still_running(current)
        result = jobs.document(current)
        text = page_text.rendered(result, "markdown").strip("\n") if as_markdown else result["full_text"]
        return jsonify(page_content=text, metadata=_metadata(current, result))

    return jobs.wait_for(record, WAIT_SECONDS, respond)


def error_response(error: OCRServiceError, status: int, request_id: str) -> tuple[int, Any, dict[str, str]]:
    """Open WebUI shows the status and the body."""
    return status, {"detail": error.message, "code": error.code, "request_id": request_id}, {}


def _metadata(record: JobRecord, result: dict[str, Any]) -> dict[str, Any]:
    """Vector databases store it with each part of the text, so its values are simple."""
    return {
        "filename": record.filename,
        "file_size": record.file_size,
        "total_pages": result["total_pages"],
        "lang": result["lang"],
        "processing_engine": "paddleocr-service",
    }
