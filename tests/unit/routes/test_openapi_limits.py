"""Patterns and maxima in the OpenAPI document are those that the code enforces, and events have a schema."""

import json
import re
from types import SimpleNamespace

import pytest

from controllers.events_controller import status_body
from routes.schemas import examples
from routes.schemas.accounts import AccountListOptions
from routes.schemas.jobs import DeadLetterListOptions, JobListOptions
from services.errors import InvalidOption
from services.webhooks.guard import Guard
from tests.support.jobs import record
from tests.support.openapi import Description

CURSOR = "1764000000.123456_01234567-89ab-4def-8123-456789abcdef"


@pytest.fixture(scope="module")
def description(make_shared_app):
    app = make_shared_app(SimpleNamespace(), MAX_CONTENT_LENGTH=12345, MAX_BATCH_FILES=7)
    return Description(app.test_client().get("/openapi.json").json)


def field(description, schema, name):
    return description.document["components"]["schemas"][schema]["properties"][name]


@pytest.mark.parametrize("cursor", ["", CURSOR, CURSOR + "\n", CURSOR + "0", "1_2", "x"])
def test_cursor(description, cursor):
    (schema,) = [
        parameter["schema"]
        for parameter in description.operations()["get", "/ocr/jobs"]["parameters"]
        if parameter["name"] == "cursor"
    ]
    valid = cursor in ("", CURSOR)
    assert bool(re.search(schema["pattern"], cursor)) == valid
    assert len(CURSOR) <= schema["maxLength"] <= len(CURSOR) + 4
    assert bool(JobListOptions().validate({"cursor": cursor})) != valid
    assert "\\Z" not in schema["pattern"], "not known in JSON Schema"


@pytest.mark.parametrize(
    ("url", "valid"),
    [
        ("https://192.0.2.1/path?a=[b]", True),
        ("HTTP://192.0.2.1", True),
        ("ftp://192.0.2.1", False),
        ("https://192.0.2.1/a b", False),
        ("https://192.0.2.1/\\", False),
        ("https://192.0.2.1/é", False),
    ],
)
def test_callback_url(description, url, valid):
    pattern = field(description, "ImageUpload", "callback_url")["pattern"]
    assert bool(re.search(pattern, url)) == valid
    if not valid:
        with pytest.raises(InvalidOption):
            Guard(()).check(url)


@pytest.mark.parametrize(
    ("path", "options"), [("/admin/dead-letters", DeadLetterListOptions), ("/admin/accounts", AccountListOptions)]
)
def test_offset(description, path, options):
    """Redis takes numbers of at most 64 bits."""
    parameters = description.operations()["get", path]["parameters"]
    (schema,) = [parameter["schema"] for parameter in parameters if parameter["name"] == "offset"]
    assert schema["minimum"] == 0 and schema["maximum"] < 1 << 62
    assert not options().validate({"offset": schema["maximum"]})
    assert options().validate({"offset": schema["maximum"] + 1})


def test_maxima(description):
    assert field(description, "UploadAnnouncement", "file_size")["maximum"] == 12345
    assert field(description, "BatchUpload", "files")["maxItems"] == 7


def test_events(description):
    content = description.operations()["get", "/ocr/job/{job_id}/events"]["responses"]["200"]["content"]
    schemas = content["text/event-stream"]["x-event-data"]
    events = re.findall(r"event: (\w+)\ndata: (.*)\n", examples.EVENTS)
    assert len(events) == 3
    for name, data in [*events, ("queued", json.dumps(status_body(record())))]:
        description.validate(schemas[name], json.loads(data))
