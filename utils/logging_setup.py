"""Log lines as JSON (or for people, on a terminal), each with the request's and the job's id. Never recognised text."""

from __future__ import annotations

import logging
import sys

import structlog

#: Loggers whose INFO lines say what ours say already.
QUIET = ("celery", "kombu", "werkzeug", "flask-limiter", "gunicorn.access", "ppocr", "paddlex")


class LineLogger:
    """Writes lines that are rendered already. The way over `logging`, for people, takes three times as long."""

    def __init__(self, name: str = "") -> None:
        self.name = name

    def msg(self, line: str) -> None:
        sys.stderr.write(line + "\n")

    debug = info = warning = error = critical = msg


def configure_logging(level: str, log_format: str) -> None:
    """Our log lines and those of libraries on stderr, in one format. `log_format`: auto, json, console."""
    console = log_format == "console" or (log_format == "auto" and sys.stderr.isatty())
    shared = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    if console:
        last = [structlog.dev.ConsoleRenderer()]
        structlog.configure(
            processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
            logger_factory=structlog.stdlib.LoggerFactory(),
            wrapper_class=structlog.stdlib.BoundLogger,
            cache_logger_on_first_use=False,
        )
    else:
        last = [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]
        structlog.configure(
            processors=[*shared, *last],
            logger_factory=LineLogger,
            wrapper_class=structlog.make_filtering_bound_logger(level),
            cache_logger_on_first_use=False,
        )
    _format_of_libraries([structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last], shared, level)


def _format_of_libraries(processors: list, shared: list, level: str) -> None:
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
