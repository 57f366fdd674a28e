"""What can go wrong in here. Each error has a code for machines and a message that a client may see."""

from __future__ import annotations


class EngineError(Exception):
    """Base of all. ``message`` names what is wrong and the remedy; it holds no path and no traceback."""

    code = "engine_error"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    def __reduce__(self):
        """Errors cross process borders (a queue worker's pool pickles them)."""
        return type(self), (self.message,)


class ModelNotAvailable(EngineError):
    """The model that the settings or the language ask for is not on this machine."""

    code = "model_not_available"


class UnsupportedLanguage(EngineError):
    """No model of PaddleOCR reads this language, or nobody ever heard of its code."""

    code = "unsupported_language"


class RuntimeNotAvailable(EngineError):
    """The inference runtime asked for is not installed, or does not work here."""

    code = "runtime_not_available"


class UnreadableImage(EngineError):
    """The bytes given are not a picture that can be decoded."""

    code = "unreadable_image"
