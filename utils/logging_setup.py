"""Log lines as JSON or, on a terminal, for people. Each has its request and job id, none has recognized text."""

import logging
import sys
from collections.abc import Mapping, MutableMapping, Sequence
from typing import Any

import structlog
from structlog.types import Processor

#: Loggers whose INFO lines repeat what this service logs itself, or whose DEBUG lines contain URLs of clients.
QUIET = ("urllib3", "celery", "kombu", "werkzeug", "flask-limiter", "gunicorn.access", "ppocr", "paddlex")


class LineLogger:
    """Writes rendered lines to stderr. `logging`, which the console format uses, takes three times as long."""

    def __init__(self, name: str = "") -> None:
        self.name = name

    def msg(self, line: str) -> None:
        sys.stderr.write(line + "\n")

    debug = info = warning = error = critical = msg


def escape_controls(_: object, __: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """Escape control characters of all values: in a terminal they could hide lines or run commands."""
    for key, value in event.items():
        if isinstance(value, str) and not value.isprintable():
            event[key] = "".join(
                char if char.isprintable() or char in "\n\t" else char.encode("unicode_escape").decode()
                for char in value
            )
    return event


def configure_logging(level: str, log_format: str) -> None:
    """Write the log of this service and of its libraries to stderr in one format: auto, json or console."""
    console = log_format == "console" or (log_format == "auto" and sys.stderr.isatty())
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        escape_controls,
    ]
    renderers: list[Processor]
    if console:
        renderers = [structlog.dev.ConsoleRenderer()]
        structlog.configure(
            processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
            logger_factory=structlog.stdlib.LoggerFactory(),
            wrapper_class=structlog.stdlib.BoundLogger,
        )
    else:
        renderers = [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]
        structlog.configure(
            processors=[*shared, *renderers],
            logger_factory=LineLogger,
            wrapper_class=structlog.make_filtering_bound_logger(level),
        )
    _configure_libraries(shared, renderers, level)


def _configure_libraries(shared: Sequence[Processor], renderers: Sequence[Processor], level: str) -> None:
    processors = [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *renderers]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=processors))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in QUIET:
        logger = logging.getLogger(name)
        logger.handlers[:] = []
        logger.propagate = True
        logger.setLevel(max(logging.WARNING, root.level))
