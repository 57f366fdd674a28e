"""A Tika server: the body of a request is a file, the response is its text."""

from __future__ import annotations

import re
from typing import Any

from flask import Response, current_app, g, jsonify, request
from werkzeug.http import parse_options_header

from controllers import sources
from controllers.compat import ignored, jobs
from controllers.compat.tika_result import (
    CONTENT,
    CONTENT_4,
    FAILED,
    HTML,
    IGNORE,
    MARKDOWN,
    TEXT,
    XML,
    content,
    metadata,
)
from services import errors
from services.errors import OCRServiceError
from services.exports.characters import clean
from services.jobs.record import JobRecord
from utils.sniffing import HEAD_BYTES, sniff

HANDLERS = (TEXT, HTML, XML, MARKDOWN, IGNORE)
#: Forms of a response: the content alone, a JSON object with it (version 3 and 4), or a list with such an object.
PLAIN, OBJECT, OBJECT_4, LIST = "plain", "object", "object 4", "list"
#: Seconds. The client in Python waits for 60.
WAIT_SECONDS = 55.0
ANY_TYPE = "application/octet-stream"
#: Media types of the form PLAIN, and the handler of each.
_PLAIN_TYPES = {"text/plain": TEXT, "text/html": HTML, "text/xml": XML}
_JSON = "application/json"
#: Values of X-Tika-PDFOcrStrategy.
_MODES = {
    "auto": "auto",
    "no_ocr": "text",
    "ocr_only": "ocr",
    "ocr_and_text": "auto",
    "ocr_and_text_extraction": "auto",
}
#: Headers of Tika that do not begin with X-Tika-.
_OTHER_OPTIONS = ("maxEmbeddedResources", "writeLimit", "throwOnWriteLimitReached")
_MAX_REASON = 200
#: Ends of paths whose response is a JSON object.
_OBJECT_PATHS = ("/meta", "/json", *(f"/{base}/{handler}" for base in ("tika", "json") for handler in HANDLERS))
_BYTE_STRING = re.compile("""filename=b['"](.*)['"]$""")


def read(handler: str, form: str) -> Response:
    """200 with the text of the file in the body. Raises StillRunning if it takes too long."""
    jobs.require_reading()
    if not handler:
        handler, form = _wanted()
    chosen = jobs.options(**_options())
    upload = sources.from_body(_filename())
    upload.content.seek(0)
    media_type = sniff(upload.content.read(HEAD_BYTES)) or ANY_TYPE
    record = jobs.submit(upload, chosen)

    def respond(current: JobRecord) -> Response:
        return _response(current, handler, form, media_type)

    return jobs.wait_for(record, WAIT_SECONDS, respond)


def detect() -> Response:
    """The media type of the body. Only its beginning is read."""
    return _text(sniff(request.stream.read(HEAD_BYTES)) or ANY_TYPE)


def greeting() -> Response:
    return _text("This is the Tika interface of an OCR service. Send a file with PUT.\n")


def version() -> Response:
    """Clients expect this product name."""
    return _text(f"Apache Tika 3.0.0 (interface of paddleocr-service {current_app.config['VERSION']})")


def error_response(error: OCRServiceError, status: int, request_id: str) -> tuple[int, Any, dict[str, str]]:
    """In the form in which the client expects the content. Some clients show only the reason phrase of the status."""
    message = f"{error.message} ({error.code})"
    g.reason = message
    facts = {FAILED: message, "code": error.code, "request_id": request_id}
    if "/rmeta" in request.path:
        return status, [facts], {}
    if request.path.endswith(_OBJECT_PATHS):
        return status, facts, {}
    return status, message, {}


def add_reason(response: Response) -> Response:
    """The message of an error as the reason phrase, which has one line of plain characters."""
    if "reason" in g:
        plain = "".join(char if " " <= char <= "~" else " " for char in g.reason)
        response.status = f"{response.status_code} {plain[:_MAX_REASON]}"
    return response


def _response(record: JobRecord, handler: str, form: str, media_type: str) -> Response:
    if not record.ended:
        raise jobs.still_running(record)
    result = jobs.document(record)
    if form == PLAIN:
        answer = clean(content(result, handler, record.filename))
        return _text(answer, next(name for name, value in _PLAIN_TYPES.items() if value == handler))
    facts = metadata(result, media_type, record.filename)
    if handler != IGNORE:
        facts[CONTENT_4 if form == OBJECT_4 else CONTENT] = content(result, handler, record.filename)
    return jsonify([facts] if form == LIST else facts)


def _wanted() -> tuple[str, str]:
    """Handler and form that the header Accept asks for."""
    accepted = request.accept_mimetypes
    best = accepted.best_match([*_PLAIN_TYPES, _JSON], default="text/plain") if accepted else "text/plain"
    return (TEXT, OBJECT) if best == _JSON else (_PLAIN_TYPES[best], PLAIN)


def _options() -> dict[str, str]:
    """Job options from Tika's headers. The others are ignored. Raises InvalidOption."""
    options: dict[str, str] = {}
    for name, value in request.headers.items():
        match name.lower():
            case "x-tika-ocrlanguage":
                options["lang"] = value
            case "password":
                options["password"] = value.encode("latin-1").decode("utf-8", "replace")
            case "x-tika-pdfocrstrategy":
                options["mode"] = _mode(value)
            case "x-tika-skip-ocr" | "x-tika-ocrskipocr" if value.lower() == "true":
                options["mode"] = "text"
            case lower if lower.startswith("x-tika-") or lower in map(str.lower, _OTHER_OPTIONS):
                ignored.ignore(name)
    return options


def _mode(strategy: str) -> str:
    try:
        return _MODES[strategy.strip().lower()]
    except KeyError:
        raise errors.InvalidOption(
            f"The header X-Tika-PDFOcrStrategy must be one of: {', '.join(_MODES)}.", option="X-Tika-PDFOcrStrategy"
        ) from None


def _filename() -> str:
    """From Content-Disposition, where the client in Python sends the text of a byte string: `b'page.png'`."""
    header = request.headers.get("Content-Disposition", "")
    if found := _BYTE_STRING.search(header):
        return found[1]
    return parse_options_header(header)[1].get("filename") or request.headers.get("File-Name", "")


def _text(body: str, media_type: str = "text/plain") -> Response:
    return Response(body, content_type=f"{media_type}; charset=UTF-8", headers={"X-Content-Type-Options": "nosniff"})
