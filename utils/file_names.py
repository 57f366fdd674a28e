"""Names of uploaded files. Clients choose them, so they are only shown, never used as paths."""

import re

MAX_LENGTH = 255


def plain_name(given: str) -> str:
    """The name without folders and control characters, at most 255 characters long."""
    name = re.split(r"[/\\]", given)[-1]
    return "".join(char for char in name if char.isprintable())[-MAX_LENGTH:] or "unnamed"
