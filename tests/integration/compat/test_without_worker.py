"""What clients get while no job ends, when the queue is full, and without a valid key."""

import base64
import io

import pytest
import requests
from PIL import Image

from stress.harness import ServiceProcesses

KEY = "0123456789abcdef"
TIMEOUT = 30


@pytest.fixture(scope="module")
def waiting(tmp_path_factory):
    """No worker processes its jobs. Few of them fit into the queue."""
    settings = {"API_KEYS": f"ann:{KEY}", "REQUEST_TIMEOUT": 1, "MAX_QUEUE_WAIT": 5, "OCR_RUNTIME": "null"}
    with ServiceProcesses(tmp_path_factory.mktemp("waiting"), parts=("redis", "web"), **settings) as running:
        yield running


def picture(number):
    target = io.BytesIO()
    Image.new("L", (200 + number, 100), 255).save(target, "PNG")
    return target.getvalue()


def encoded(number):
    return base64.b64encode(picture(number)).decode()


#: {interface: (header of the key, request for a picture, where the message of an error is)}
INTERFACES = {
    "docling": (
        lambda key: {"X-Api-Key": key},
        lambda number: ("POST", "/v1/convert/file", {"files": {"files": ("a.png", picture(number))}}),
        lambda body: body["detail"],
    ),
    "mistral": (
        lambda key: {"Authorization": f"Bearer {key}"},
        lambda number: (
            "POST",
            "/mistral/v1/ocr",
            {"json": {"document": {"type": "image_url", "image_url": f"data:image/png;base64,{encoded(number)}"}}},
        ),
        lambda body: body["message"],
    ),
    "paddlex": (
        lambda key: {"Authorization": f"token {key}"},
        lambda number: ("POST", "/paddlex/layout-parsing", {"json": {"file": encoded(number), "fileType": 1}}),
        lambda body: body["errorMsg"],
    ),
    "openwebui": (
        lambda key: {"Authorization": f"Bearer {key}"},
        lambda number: ("PUT", "/openwebui/process", {"data": picture(number)}),
        lambda body: body["detail"],
    ),
}


@pytest.fixture(params=INTERFACES)
def interface(request):
    return INTERFACES[request.param]


def send(service, interface, number, key=KEY):
    header, asked, _ = interface
    method, path, arguments = asked(number)
    return requests.request(method, f"{service.url}{path}", headers=header(key), timeout=TIMEOUT, **arguments)


@pytest.mark.parametrize("key", ["", "wrong"])
def test_without_a_valid_key(waiting, interface, key):
    found = send(waiting, interface, 0, key)
    assert found.status_code == 401
    assert "API key" in interface[2](found.json()) and found.json()["code"] == "unauthorized"


def test_a_job_that_does_not_end_in_time(waiting, interface):
    """All four send the same file, so it is one job's work and the queue does not become full."""
    found = send(waiting, interface, 1)
    assert (found.status_code, found.json()["code"]) == (504, "still_running"), found.text
    job = requests.get(found.headers["Location"], headers={"X-API-Key": KEY}, timeout=TIMEOUT)
    assert (job.status_code, job.json()["status"]) == (202, "processing")


def test_a_full_queue(waiting, interface):
    """Runs last: from then on nothing is accepted."""
    header = {"X-API-Key": KEY}
    for number in range(2, 100):
        files = {"file": picture(number)}
        sent = requests.post(f"{waiting.url}/ocr/image", files=files, headers=header, timeout=TIMEOUT)
        if sent.status_code == 503:
            break
    found = send(waiting, interface, 100)
    assert (found.status_code, found.json()["code"]) == (503, "queue_full")
    assert "queue" in interface[2](found.json()) and int(found.headers["Retry-After"]) >= 1
