"""A finished result with the names of earlier OCR services."""

from __future__ import annotations

from typing import Any

#: The names that earlier services had for types of documents. Others keep ours.
_DOCUMENTS = {"pan": "PAN", "aadhaar": "Aadhaar", "driving_licence": "DL", "passport": "Passport", "udyam": "UDYAM"}
_MACHINE_READABLE = ("mrz", "barcode")


def reading(result: dict[str, Any]) -> dict[str, Any]:
    """text, and error: the pages that could not be read."""
    failed = [f"Page {page['page']}: {page['error']['detail']}" for page in result["pages"] if not page["success"]]
    return {"text": result["full_text"], "error": " ".join(failed) or None}


def prediction(result: dict[str, Any], cached: bool) -> dict[str, Any]:
    """Lines, text and identity documents. The result needs documents (`extract=ids`)."""
    documents = [each for each in result.get("documents", []) if each["type"] not in _MACHINE_READABLE]
    numbers: dict[str, list[str]] = {}
    for document in documents:
        numbers.setdefault(_DOCUMENTS.get(document["type"], document["type"]), []).append(document["number"])
    return {
        "job_id": result["job_id"],
        "filename": result["filename"],
        "texts": [line["text"] for page in result["pages"] for line in page["lines"]],
        "raw_text": result["full_text"],
        "document_ids": numbers,
        "document_type": next(iter(numbers), None),
        "execution_time": result["processing_time_seconds"],
        "cached": cached,
        "error": reading(result)["error"],
    }
