"""Errors of the engine. Each has a machine-readable code and a message that clients may see."""


class EngineError(Exception):
    """Base class. ``message`` names the problem and the remedy, without file paths or tracebacks."""

    code = "engine_error"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class ModelNotAvailable(EngineError):
    """The model that the settings or the language require is not installed."""

    code = "model_not_available"


class UnsupportedLanguage(EngineError):
    """The language code is unknown."""

    code = "unsupported_language"


class RuntimeNotAvailable(EngineError):
    """The requested inference runtime is not installed or does not work on this machine."""

    code = "runtime_not_available"


class UnreadableImage(EngineError):
    """The input is not an image that can be decoded."""

    code = "unreadable_image"


class UnreadableDocument(EngineError):
    """A document that cannot be read or written. ``code`` names the reason, such as ``encrypted_file``."""

    code = "unreadable_document"

    def __init__(self, message: str, code: str = "") -> None:
        super().__init__(message)
        self.code = code or self.code


class ExtensionMissing(EngineError):
    """The package that reads PDFs and writes output formats is not there."""

    code = "extension_missing"
