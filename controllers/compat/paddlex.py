"""A server of PaddleX: the pipelines `/ocr` and `/layout-parsing`. Each request waits for its result."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from typing import Any

from flask import Response, g, jsonify

from controllers import output_responses
from controllers.compat import files, jobs, options
from controllers.compat.paddlex_pages import (
    Settings,
    blocks_and_lines_of,
    data_info,
    lines_of,
    markdown_text,
    scale_of,
)
from controllers.sources import json_body
from services import errors
from services.errors import OCRServiceError
from services.jobs.record import JobRecord

#: Seconds. Clients wait for 300 or longer, or without end.
WAIT_SECONDS = 290.0
ANNOTATED = "annotated"
_HONOURED = (
    *("file", "fileType", "useDocOrientationClassify", "returnWordBox", "visualize", "logId", "useTableRecognition"),
    "markdownIgnoreLabels",
)
_WITHOUT_EFFECT = {
    "useDocUnwarping": False,
    "useTextlineOrientation": True,
    "useChartRecognition": False,
    "useSealRecognition": False,
    "useFormulaRecognition": False,
    "useLayoutDetection": True,
    "prettifyMarkdown": True,
    "showFormulaNumber": False,
    "returnMarkdownImages": False,
    "formatBlockContent": True,
    "mergeLayoutBlocks": False,
    "restructurePages": False,
}
_ADDRESSES = ("http://", "https://")
_MAX_LOG_ID = 128


def ocr() -> Response:
    """The lines of each page. The picture of each page with its lines is included unless `visualize` is false."""
    body = _body()
    words = options.flag(body, "returnWordBox")
    pictures = options.flag(body, "visualize", default=True)
    settings = Settings(options.flag(body, "useDocOrientationClassify", default=True), words)

    def answer(record: JobRecord, result: dict[str, Any]) -> dict[str, Any]:
        scale = scale_of(result)
        return {
            "ocrResults": [
                {
                    "prunedResult": lines_of(page, scale, settings),
                    "ocrImage": _picture(record, page) if pictures else None,
                    "docPreprocessingImage": None,
                    "inputImage": None,
                }
                for page in result["pages"]
            ]
        }

    return _respond(body, {"detail": "word"} if words else {}, pictures, answer)


def layout_parsing() -> Response:
    """The blocks of each page, and its Markdown. `visualize`: with the picture of each page with its lines."""
    body = _body()
    pictures = options.flag(body, "visualize")
    upright = options.flag(body, "useDocOrientationClassify", default=True)
    left_out = None
    if body.get("markdownIgnoreLabels") is not None:
        left_out = [str(label) for label in options.many(body, "markdownIgnoreLabels")]
    settings = Settings(upright, left_out=left_out)
    changes = {} if options.flag(body, "useTableRecognition", default=True) else {"layout": "off"}

    def answer(record: JobRecord, result: dict[str, Any]) -> dict[str, Any]:
        scale = scale_of(result)
        return {
            "layoutParsingResults": [
                {
                    "prunedResult": blocks_and_lines_of(page, scale, settings),
                    "markdown": {"text": markdown_text(page, settings), "images": {}, "isStart": True, "isEnd": True},
                    "outputImages": {"ocr_res_img": _picture(record, page)} if pictures else {},
                    "inputImage": None,
                }
                for page in result["pages"]
            ]
        }

    return _respond(body, changes, pictures, answer)


def health() -> Response:
    return jsonify(logId=g.request_id, errorCode=0, errorMsg="Healthy")


def error_response(error: OCRServiceError, status: int, request_id: str) -> tuple[int, Any, dict[str, str]]:
    """PaddleX repeats the status as the error code."""
    message = f"{error.message} ({error.code})"
    return status, {"logId": request_id, "errorCode": status, "errorMsg": message, "code": error.code}, {}


def _body() -> dict[str, Any]:
    jobs.require_reading()
    body = json_body()
    options.note_others(body, _HONOURED, _WITHOUT_EFFECT)
    return body


def _respond(
    body: Mapping[str, Any],
    changes: dict[str, str],
    pictures: bool,
    answer: Callable[[JobRecord, dict[str, Any]], dict[str, Any]],
) -> Response:
    """Reads the file. `answer`: makes the response from the job and its result."""
    chosen = jobs.options(**changes, **({"outputs": ANNOTATED} if pictures else {}))
    given = body.get("file")
    by_address = isinstance(given, str) and given.startswith(_ADDRESSES)
    upload = files.from_address(given, "file") if by_address else files.embedded(given, "file")
    record = jobs.submit(upload, chosen)
    log_id = options.text(body, "logId")[:_MAX_LOG_ID] or g.request_id

    def respond(current: JobRecord) -> Response:
        if not current.ended:
            raise jobs.still_running(current)
        result = jobs.document(current)
        found = {**answer(current, result), "dataInfo": data_info(result)}
        return jsonify(logId=log_id, result=found, errorCode=0, errorMsg="Success")

    return jobs.wait_for(record, WAIT_SECONDS, respond)


def _picture(record: JobRecord, page: dict[str, Any]) -> str | None:
    """The annotated page in base64. PaddleX sends JPEG; this is PNG. None if it could not be made."""
    try:
        return base64.b64encode(output_responses.picture(record, page["page"])).decode()
    except errors.OutputFailed:
        return None
