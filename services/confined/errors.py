"""Errors of the service as they travel from a child to its parent."""

from __future__ import annotations

import os
from typing import Any

from services.confined.child import OUT_OF_MEMORY
from services.errors import OCRServiceError, all_errors

_ERRORS = {error.code: error for error in all_errors()}


def error_data(error: Exception) -> dict[str, Any]:
    """An error as JSON. Ends the process if its memory was used up: what the parser has left behind is unknown."""
    known = None
    if isinstance(error, OCRServiceError):
        known = {"code": error.code, "message": error.message, "extra": error.extra}
    cause = error.__cause__ if known else error
    # MuPDF reports a failed allocation with this word.
    if isinstance(cause, MemoryError) or "malloc" in str(cause):
        os._exit(OUT_OF_MEMORY)
    return {"error": known, "cause": f"{cause!r}{_place(cause)}"}


def _place(error: BaseException | None) -> str:
    """Where it was raised. The module `traceback` would open source files, which a confined process cannot."""
    place, step = "", error.__traceback__ if error else None
    while step:
        place, step = f" in {step.tb_frame.f_code.co_filename}:{step.tb_lineno}", step.tb_next
    return place


def error_from(data: dict[str, Any]) -> OCRServiceError | None:
    """The error that a child sent. None if the child failed in an unknown way.

    The child may be taken over by the file that it read, so the data is checked.
    """
    try:
        error = data["error"]
        return _ERRORS[error["code"]](str(error["message"]), **error["extra"])
    except (KeyError, TypeError):
        return None
