"""Log lines cannot control a terminal."""

import logging

import pytest
import structlog

from utils.logging_setup import configure_logging, escape_controls


@pytest.fixture(autouse=True)
def restored():
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    structlog.reset_defaults()
    root.handlers[:], root.level = handlers, level


@pytest.mark.parametrize(
    ("value", "logged"),
    [
        ("/ocr/job/x", "/ocr/job/x"),
        ("a\x1b[2Jb", "a\\x1b[2Jb"),
        ("\x9b31m", "\\x9b31m"),
        ("a\u202eb", "a\\u202eb"),
        ("ä\n\t", "ä\n\t"),
    ],
)
def test_control_characters_are_escaped(value, logged):
    assert escape_controls(None, "", {"path": value, "status": 404}) == {"path": logged, "status": 404}


@pytest.mark.parametrize("log_format", ["console", "json"])
def test_no_format_writes_control_characters(log_format, capfd):
    configure_logging("INFO", log_format)
    structlog.get_logger("test").info("request", path="/\x1b]0;title\x07\x9b2J")
    written = capfd.readouterr().err.replace("\x1b[", "")  # colours of the console format
    assert "/" in written and written.strip("\n").replace("\x1b", "?").isprintable()
