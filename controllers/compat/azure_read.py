"""Azure Computer Vision, Read v3.2: the older interface, whose result has lines and words but no offsets."""

from __future__ import annotations

import re
from typing import Any

from flask import Response, make_response, request

from controllers.compat import azure_errors, azure_options, files, jobs
from controllers.compat.azure import POLL_SECONDS, operation_response
from controllers.compat.azure_geometry import AzureFrame
from controllers.compat.ignored import ignore
from controllers.compat.placed_text import words_in
from controllers.sources import Source, from_body, json_body
from services import errors
from services.errors import OCRServiceError

VERSION, MODEL_VERSION = "3.2.0", "2022-04-30"
KNOWN = ("language", "pages", "readingOrder", "model-version")
ORDERS = ("basic", "natural")
_MODEL_VERSION = re.compile(r"(latest|\d{4}-\d{2}-\d{2})(-preview)?")


def error_response(error: OCRServiceError, status: int, request_id: str) -> tuple[int, Any, dict[str, str]]:
    """The Python SDK reads `code` and `message`; others read `error`."""
    status, body, headers = azure_errors.response(error, status, request_id)
    outer = {"code": body["error"]["code"], "message": error.message, "requestId": request_id}
    return status, {**outer, **body}, headers


def analyze(result_endpoint: str) -> Response:
    """202 with the address of the operation. `result_endpoint`: the view of that address."""
    chosen = jobs.options(**job_options())
    record = jobs.submit(_file(), chosen)
    address = jobs.external_url(result_endpoint, job_id=record.id)
    return make_response(b"", 202, {"Operation-Location": address, "Retry-After": POLL_SECONDS})


def job_options() -> dict[str, Any]:
    """Raises InvalidOption. Lines are always in the natural reading order."""
    query = request.args
    for name in query:
        if name not in KNOWN:
            raise errors.InvalidOption(
                f"The query parameter `{name[:64]}` is not known. Known: {', '.join(KNOWN)}.", option=name[:64]
            )
    chosen: dict[str, Any] = {"detail": "word"}
    if pages := ",".join(azure_options.values(query, "pages")).replace(" ", ""):
        chosen["pages"] = pages
    if lang := azure_options.language(query.get("language", ""), "language"):
        chosen["lang"] = lang
    order = query.get("readingOrder")
    if order and order not in ORDERS:
        raise errors.InvalidOption(f"`readingOrder` must be one of: {', '.join(ORDERS)}.", option="readingOrder")
    if order == "basic":
        ignore("readingOrder=basic")
    version = query.get("model-version")
    if version and not _MODEL_VERSION.fullmatch(version):
        raise errors.InvalidOption("`model-version` must be `latest` or a date.", option="model-version")
    if version and version != "latest":
        ignore(f"model-version={version}")
    return chosen


def _file() -> Source:
    if not request.is_json:
        return from_body()
    body = json_body()
    if not body.get("url"):
        raise errors.MissingFile("No file was sent. Send it as the body, or `url`.")
    return files.from_address(body["url"], "url")


def operation(job_id: str) -> Response:
    """200 with the state of the operation, and its result when it has succeeded."""
    record = jobs.find(job_id)
    return operation_response(record, lambda: read_result(jobs.document(record), jobs.limits().max_image_pixels))


def read_result(document: dict[str, Any], max_pixels: int = 0) -> dict[str, Any]:
    """document: with `pages`, and words in their lines. max_pixels: pages of a PDF are not rendered larger."""
    dpi = document.get("processing_dpi")
    return {
        "version": VERSION,
        "modelVersion": MODEL_VERSION,
        "readResults": [_page(page, AzureFrame.of(page, dpi, max_pixels)) for page in document["pages"]],
    }


def _page(page: dict[str, Any], frame: AzureFrame) -> dict[str, Any]:
    width, height = frame.size
    return {
        "page": page["page"],
        "angle": frame.angle,
        "width": width,
        "height": height,
        "unit": frame.unit,
        "lines": [_line(line, frame) for line in page["lines"]],
    }


def _line(line: dict[str, Any], frame: AzureFrame) -> dict[str, Any]:
    words = [
        {"boundingBox": frame.polygon(polygon), "text": text, "confidence": confidence}
        for text, polygon, confidence, _ in words_in(line)
    ]
    return {"boundingBox": frame.polygon(line["bbox"]), "text": line["text"], "words": words}
