"""The formats of results other than JSON, each with an example."""

from typing import Any

from controllers.result_formats import FORMATS, Format, example
from routes.schemas import examples

#: Files have no example that can be read: this is how they begin.
BEGINNINGS = {"xlsx": "PK\x03\x04…", "pdf": "%PDF-1.7\n…", "annotated": "\x89PNG\r\n…"}


def _example(each: Format) -> dict[str, Any]:
    value = BEGINNINGS.get(each.name) or example(each.name, examples.DOCUMENT_RESULT)
    return {"summary": f"`format={each.name}`", "value": value}


def _content() -> dict[str, Any]:
    """{media type: description}. Two formats share a media type."""
    content: dict[str, Any] = {}
    for each in FORMATS[1:]:
        described = content.setdefault(each.media_type, {"schema": {"type": "string"}, "examples": {}})
        described["examples"][each.name] = _example(each)
    return content


OTHER_FORMATS = _content()
