"""Results and pages as JSON documents, stored compressed: long results are large, and Redis keeps them in memory."""

from __future__ import annotations

import json
import zlib
from typing import Any, cast

Document = dict[str, Any]


def pack(document: Document) -> bytes:
    return zlib.compress(json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode(), 1)


def unpack(body: bytes) -> Document:
    return cast(Document, json.loads(zlib.decompress(body)))
