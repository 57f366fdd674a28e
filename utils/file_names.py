"""Names of files as clients give them. They are told back, and nothing else is ever done with them."""

from __future__ import annotations

import re

LONGEST = 255


def plain_name(given: str) -> str:
    """Without folders and control characters, and not longer than a file system allows."""
    name = re.split(r"[/\\]", given)[-1]
    return "".join(char for char in name if char.isprintable())[-LONGEST:] or "unnamed"
