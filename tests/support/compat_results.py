"""Result documents, as `controllers.compat.jobs.document` returns them, for tests of translators."""

from controllers.compat.jobs import with_pages


def box(left, top, right, bottom):
    return [[left, top], [right, top], [right, bottom], [left, bottom]]


def line(text, left, top, right, bottom, confidence=0.9):
    """A line of words that are equally wide."""
    words = text.split()
    width = (right - left) / len(words)
    parts = [
        {
            "text": word,
            "confidence": confidence,
            "bbox": box(left + width * index, top, left + width * (index + 1), bottom),
        }
        for index, word in enumerate(words)
    ]
    return {"text": text, "confidence": confidence, "bbox": box(left, top, right, bottom), "words": parts}


def page(*lines, number=1, width=1000, height=800, orientation=0, blocks=()):
    return {
        "page": number,
        "success": True,
        "text": "\n".join(each["text"] for each in lines),
        "lines": list(lines),
        "blocks": list(blocks),
        "width": width,
        "height": height,
        "orientation": orientation,
        "source": "ocr",
        "warnings": [],
        "fields": [],
        "lang": "en",
    }


def failed(number):
    error = {"code": "page_timeout", "title": "Page timeout", "detail": "The page took too long."}
    empty = page(number=number, width=None, height=None, orientation=None)
    return {**empty, "success": False, "lang": None, "error": error}


def document(*pages, filename="scan.pdf"):
    return {
        "pages": list(pages),
        "full_text": "\n\n".join(each["text"] for each in pages if each["text"]),
        "total_pages": len(pages),
        **_job(filename),
    }


def picture(only, filename="scan.png"):
    """Of one frame, as `jobs.document` returns it."""
    fields = ("text", "lines", "blocks", "width", "height", "orientation", "warnings")
    return with_pages({**{name: only[name] for name in fields}, **_job(filename)})


def _job(filename):
    return {
        "job_id": "0b7c8d8e-7a3c-4b60-9a53-5d3a5c9f8f10",
        "status": "completed",
        "success": True,
        "filename": filename,
        "file_size": 1234,
        "cached": False,
        "processing_time_seconds": 1.25,
        "engine": {"name": "PaddleOCR", "runtime": "onnxruntime", "models": ["PP-OCRv6_small_rec"]},
        "lang": "en",
    }
