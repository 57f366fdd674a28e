"""Mistral's OCR and the part of its files that OCR needs. A file is a job: reading begins when the file arrives."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from flask import Response, jsonify, request

from controllers.compat import files, jobs, options
from controllers.compat.mistral_pages import GRANULARITIES, TABLE_FORMATS, PageOptions, mistral_page
from controllers.context import services
from controllers.sources import form_files, json_body
from services import errors
from services.errors import OCRServiceError
from services.jobs.record import JobRecord
from services.ocr_service.page_ranges import parse_pages

#: Seconds. Mistral's client in Python and Open WebUI wait for 300.
WAIT_SECONDS = 290.0
MODEL = "mistral-ocr-latest"
PURPOSE = "ocr"
#: What the client sends as `document`, by its `type`.
DOCUMENT_URL, IMAGE_URL, FILE = "document_url", "image_url", "file"
#: Options that ask for structured answers of a language model, which is not here.
_ANNOTATIONS = ("document_annotation_format", "bbox_annotation_format", "document_annotation_prompt")
_HONOURED = (
    *("model", "document", "pages", "table_format", "extract_header", "extract_footer", "include_blocks"),
    "confidence_scores_granularity",
)
_WITHOUT_EFFECT = {"include_image_base64": False}
_FILE_ID = re.compile(r"/files/([0-9a-fA-F-]{36})/content(?:\?|$)")
#: Entries of a list of pages.
_MAX_PAGES = 1000
_INVALID_REQUEST = "invalid_request_error"
_UNPROCESSABLE = 422


def upload_file() -> Response:
    """Store a file, which is a job from now on."""
    form = request.form.to_dict(flat=False)
    purpose = options.text(form, "purpose", PURPOSE)
    if purpose != PURPOSE:
        raise errors.InvalidOption(f"The purpose `{purpose[:64]}` is not supported. Use `{PURPOSE}`.", option="purpose")
    options.note_others(form, ("purpose",), {"visibility": "workspace"})
    uploads = form_files("file")
    if len(uploads) != 1:
        raise errors.MissingFile("Send exactly one file, in the field `file`.")
    return jsonify(_file(jobs.submit(uploads[0], jobs.options())))


def describe_file(file_id: str) -> Response:
    return jsonify({**_file(jobs.find(file_id)), "deleted": False})


def file_url(file_id: str, content_endpoint: str) -> Response:
    """The address to send as `document_url`. Nothing is signed: the file belongs to the key that sent it."""
    return jsonify(url=jobs.external_url(content_endpoint, job_id=jobs.find(file_id).id))


def file_content(file_id: str) -> Response:
    """Files are deleted as soon as they have been read, so they cannot be fetched."""
    jobs.find(file_id)
    raise errors.Forbidden("Files can be read by POST to `ocr`, but not be downloaded.")


def delete_file(file_id: str) -> Response:
    """Cancels the job of the file, and deletes it with its result."""
    record = jobs.find(file_id)
    if services().jobs.discard(record):
        services().jobs.discard(jobs.find(file_id))
    return jsonify(id=file_id, object="file", deleted=True)


def models() -> Response:
    return jsonify(object="list", data=[_model(MODEL)])


def model(model_id: str) -> Response:
    if model_id != MODEL:
        raise errors.EndpointNotFound(f"The model `{model_id[:64]}` does not exist. Use `{MODEL}`.")
    return jsonify(_model(MODEL))


def ocr() -> Response:
    """The pages of a document: of a file that was sent before, of one in the request, or of one at an address."""
    jobs.require_reading()
    body = json_body()
    if asked := [name for name in _ANNOTATIONS if body.get(name)]:
        raise errors.InvalidOption(f"`{asked[0]}` is not supported: no language model is part of this service.")
    options.note_others(body, (*_HONOURED, *_ANNOTATIONS), _WITHOUT_EFFECT)
    pages, wanted = _pages(body), _page_options(body)
    record = _record(body.get("document"), pages, wanted)
    name = options.text(body, "model", MODEL)

    def respond(current: JobRecord) -> Response:
        if not current.ended:
            raise jobs.still_running(current)
        return jsonify(_answer(current, pages, wanted, name))

    return jobs.wait_for(record, WAIT_SECONDS, respond)


def error_response(error: OCRServiceError, status: int, request_id: str) -> tuple[int, Any, dict[str, str]]:
    """Mistral's client expects a list of faults with the status 422, and shows the whole body with any other."""
    body: dict[str, Any] = {
        "object": "error",
        "message": error.message,
        "type": _INVALID_REQUEST if status < 500 else error.code,
        "param": error.extra.get("option"),
        "code": error.code,
        "request_id": request_id,
    }
    if status == _UNPROCESSABLE:
        body["detail"] = [{"loc": ["body"], "msg": error.message, "type": error.code}]
    return status, body, {"x-request-id": request_id}


def _page_options(body: Mapping[str, Any]) -> PageOptions:
    return PageOptions(
        table_format=options.choice(body, "table_format", TABLE_FORMATS),
        header=options.flag(body, "extract_header"),
        footer=options.flag(body, "extract_footer"),
        blocks=options.flag(body, "include_blocks"),
        granularity=options.choice(body, "confidence_scores_granularity", GRANULARITIES),
    )


def _pages(body: Mapping[str, Any]) -> str:
    """The wanted pages as the job option `pages` has them. Mistral counts from 0."""
    value = body.get("pages")
    parts = value.split(",") if isinstance(value, str) else options.whole_numbers(body, "pages")
    if len(parts) > _MAX_PAGES:
        raise errors.InvalidOption(f"`pages` has more than {_MAX_PAGES} entries.", option="pages")
    try:
        return ",".join("-".join(str(int(number) + 1) for number in str(part).split("-")) for part in parts)
    except ValueError as error:
        raise errors.InvalidOption("`pages` must be page numbers from 0, such as [0, 2] or `0-2`.") from error


def _record(document: object, pages: str, wanted: PageOptions) -> JobRecord:
    """The job that reads the document, or has read it."""
    if not isinstance(document, dict):
        raise errors.InvalidOption("`document` must be an object.", option="document")
    kind = document.get("type") or next((name for name in (DOCUMENT_URL, IMAGE_URL) if name in document), FILE)
    if kind == FILE:
        return jobs.find(options.text(document, "file_id"))
    if kind not in (DOCUMENT_URL, IMAGE_URL):
        raise errors.InvalidOption(
            f"The `type` of the document must be `{DOCUMENT_URL}`, `{IMAGE_URL}` or `{FILE}`.", option="document"
        )
    address = document.get(kind)
    if isinstance(address, dict):
        address = address.get("url")
    if isinstance(address, str) and (sent := _FILE_ID.search(address[-200:])):
        return jobs.find(sent[1].lower())
    detail = {"detail": "word"} if wanted.granularity == "word" else {}
    upload = files.from_address(address, kind, options.text(document, "document_name"))
    return jobs.submit(upload, jobs.options(pages=pages, **detail))


def _answer(record: JobRecord, pages: str, wanted: PageOptions, name: str) -> dict[str, Any]:
    result = jobs.document(record)
    chosen = _chosen(record, result["pages"], pages)
    dpi = result.get("processing_dpi", 0)
    return {
        "pages": [mistral_page(page, dpi, wanted) for page in chosen],
        "model": name,
        "document_annotation": None,
        "usage_info": {"pages_processed": len(chosen), "doc_size_bytes": record.file_size},
    }


def _chosen(record: JobRecord, read: list[dict[str, Any]], pages: str) -> list[dict[str, Any]]:
    """The wanted pages. A file that was sent before has been read completely. Raises PageOutOfRange."""
    if not pages:
        return read
    numbers = parse_pages(pages, record.frames)
    return [page for page in read if page["page"] in numbers]


def _file(record: JobRecord) -> dict[str, Any]:
    return {
        "id": record.id,
        "object": "file",
        "bytes": record.file_size,
        "created_at": int(record.created_at),
        "filename": record.filename,
        "purpose": PURPOSE,
        "sample_type": "ocr_input",
        "source": "upload",
        "num_lines": None,
        "mimetype": None,
        "signature": None,
    }


def _model(name: str) -> dict[str, Any]:
    return {
        "id": name,
        "object": "model",
        "type": "base",
        "owned_by": "paddleocr-service",
        "name": name,
        "capabilities": {"ocr": True, "vision": False, "completion_chat": False},
        "aliases": [],
    }
