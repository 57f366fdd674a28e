"""Example responses in the API description. A test validates them against the schemas."""

import json
from typing import Any

JOB = "0b2c8f0e-6f0e-4c62-9d8e-2f0d3f1c7a55"
BATCH_ID = "f2a5cb6e-6f4b-4b1c-8a5c-3f4f0c6a7d11"
REQUEST_ID = "4bf92f3577b34da6a3ce929d0e0e4736"

_FILE = {"filename": "scan.jpg", "file_size": 1024000}
_LINKS = {"self": f"/ocr/job/{JOB}", "result": f"/ocr/job/{JOB}/result"}
_JOB = {"job_id": JOB, "status": "processing", **_FILE, "links": _LINKS}

ACCEPTED = {**_JOB, "message": "The file was accepted. Poll links.self for its status, or fetch links.result."}

ANNOUNCEMENT = {**_FILE, "content_type": "image/jpeg", "detail": "word"}

ANNOUNCED = {
    **_JOB,
    "status": "awaiting_upload",
    "upload_url": f"http://127.0.0.1:5000/ocr/uploads/{JOB}?expires=1767269700&signature={'0b2c8f0e' * 8}",
    "method": "PUT",
    "headers": {"Content-Type": "image/jpeg", "Content-Length": "1024000"},
    "expires_at": "2026-01-01T12:15:00+00:00",
}

_UNSUPPORTED_TYPE = {
    "code": "unsupported_type",
    "title": "Unsupported file type",
    "detail": "The content of the file has no supported type.",
}

BATCH = {
    "batch_id": BATCH_ID,
    "links": {"results": f"/ocr/batch/{BATCH_ID}/results"},
    "jobs": [
        {**_JOB, "type": "image"},
        {"filename": "notes.txt", "status": "failed", "error": _UNSUPPORTED_TYPE},
    ],
    "summary": {"total_files": 2, "jobs_created": 1, "failed_files": 1, "success": False},
    "message": "1 of 2 files were accepted.",
}

STATUS = {
    "job_id": JOB,
    "status": "processing",
    "stage": "started",
    "ready": False,
    "successful": None,
    "failed": None,
    "progress": {"pages_total": 3, "pages_done": 1},
    "created_at": "2026-01-01T12:00:00+00:00",
    "started_at": "2026-01-01T12:00:00.100000+00:00",
    "finished_at": None,
    "attempts": 1,
    "queue_position": None,
    "eta_seconds": 1.4,
    "filename": "scan.pdf",
}


BATCH_RUNNING = {"ready": False, "jobs": [STATUS]}


def _ended(status: str, finished_at: str) -> dict[str, Any]:
    return {
        **{name: value for name, value in STATUS.items() if name not in ("queue_position", "eta_seconds")},
        "status": status,
        "stage": status,
        "ready": True,
        "successful": status == "completed",
        "failed": status == "failed",
        "finished_at": finished_at,
    }


ENDED_STATUS = _ended("completed", "2026-01-01T12:00:01.500000+00:00")
ENDED_STATUS["progress"] = {"pages_total": 3, "pages_done": 3}

CANCELLED_STATUS = _ended("cancelled", "2026-01-01T12:00:00.700000+00:00")

JOBS = {"jobs": [ENDED_STATUS], "next_cursor": None}

DEAD_LETTER = {
    **_ended("failed", "2026-01-01T12:00:30+00:00"),
    "attempts": 3,
    "owner": "@203.0.113.7",
    "type": "pdf",
    "file_size": 1024000,
    "request_id": REQUEST_ID,
    "dead_since": "2026-01-01T12:00:30+00:00",
    "faults": [
        {
            "code": "page_crashed",
            "title": "Page could not be processed",
            "detail": "The page crashed its worker process twice and was not tried again. Send it in another format.",
        }
    ],
    "links": _LINKS,
}

DEAD_LETTERS = {"dead_letters": [DEAD_LETTER], "total": 1}

_SENT_TO_CALLBACK = ("job_id", "status", "successful", "progress", "created_at", "finished_at", "filename")

JOB_ENDED = {
    "type": "job.completed",
    "timestamp": ENDED_STATUS["finished_at"],
    "data": {**{name: ENDED_STATUS[name] for name in _SENT_TO_CALLBACK}, "links": _LINKS},
}

#: A whole event stream.
EVENTS = (
    f"retry: 2000\nid: 1\nevent: status\ndata: {json.dumps(STATUS)}\n\n"
    'id: 2\nevent: page\ndata: {"page": 3, "pages_done": 3, "pages_total": 3, "success": true}\n\n'
    f"id: 3\nevent: completed\ndata: {json.dumps(ENDED_STATUS)}\n\n"
)

_BOX = [[10, 20], [100, 20], [100, 40], [10, 40]]

_TEXT = {
    "text": "Hello World",
    "lines": [{"text": "Hello World", "confidence": 0.987, "bbox": _BOX, "script": "Latin"}],
    "blocks": [{"kind": "paragraph", "bbox": _BOX, "text": "Hello World", "lines": [0], "confidence": 1.0}],
    "orientation": 0,
    "warnings": [],
}

_LICENCE = {
    "type": "driving_licence",
    "number": "MH1220231234567",
    "valid": True,
    "checks": {"format": True, "state": True, "year": True},
    "fields": {"name": "ASHA UDAHARAN", "date_of_birth": "1993-05-11", "date_of_expiry": "2043-05-10"},
    "confidence": 0.97,
    "needs_review": False,
    "reasons": [],
    "page": 1,
    "bbox": _BOX,
    "lines": [0],
}

_RESULT = {
    "job_id": JOB,
    "status": "completed",
    "success": True,
    **_FILE,
    "cached": False,
    "processing_time_seconds": 0.41,
    "engine": {
        "name": "PaddleOCR",
        "runtime": "onnxruntime",
        "models": ["PP-OCRv6_small_det", "PP-OCRv6_small_rec", "PP-OCRv6_tiny_rec"],
    },
    "lang": "en",
}

_IMAGE_RESULT = {**_RESULT, **_TEXT, "width": 640, "height": 480}

DOCUMENT_RESULT = {
    **_RESULT,
    "filename": "scan.pdf",
    "pages": [
        {
            **_TEXT,
            "page": 1,
            "success": True,
            "width": 2480,
            "height": 3508,
            "lang": "en",
            "source": "ocr",
            "fields": [],
        }
    ],
    "full_text": "Hello World",
    "total_pages": 1,
    "processing_dpi": 300,
}

RESULTS = {
    "image": {"summary": "An image", "value": _IMAGE_RESULT},
    "documents": {"summary": "With `extract=all`", "value": {**_IMAGE_RESULT, "documents": [_LICENCE]}},
    "document": {"summary": "A PDF, or a TIFF with several frames", "value": DOCUMENT_RESULT},
}
