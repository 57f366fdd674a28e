"""JSON as the service stores and sends it: UTF-8 without spaces. Half of a surrogate pair becomes a question mark."""

import json
from typing import Any


def dumps(document: Any) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
