"""`callback_url` in the whole service: a client submits a file, and its receiver gets a webhook."""

import base64
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from services.keys import WEBHOOKS
from services.webhooks.signing import derived_secret
from stress.harness import REPOSITORY, wait_until
from tests.support.drawing import picture
from tests.support.metrics import Metrics
from tests.support.openapi import Description
from tests.support.receiver import Receiver
from tests.support.scripted_service import ScriptedService

SECRET = f"whsec_{base64.b64encode(b'of this installation, 32 bytes  ').decode()}"


@pytest.fixture(scope="module")
def calling(tmp_path_factory):
    """A service that may call receivers on this machine."""
    settings = {"WEBHOOK_ALLOWED_NETWORKS": "127.0.0.0/8", "WEBHOOK_SECRET": SECRET}
    with ScriptedService(tmp_path_factory.mktemp("calling"), **settings) as running:
        yield running


@pytest.fixture
def receiver():
    with Receiver() as listening:
        yield listening


def received(receiver, count=1):
    """Wait for `count` calls. {job id: message}"""
    wait_until(lambda: len(receiver.calls) >= count, 30, f"{count} calls")
    return {message["data"]["job_id"]: message for message in (call.verified(SECRET) for call in receiver.calls)}


def test_receiver_is_called_and_finds_the_result_at_the_link(calling, receiver):
    calling.configure_engine(text="Read well")
    job_id = calling.post("/ocr/image", picture("one"), callback_url=receiver.url).json()["job_id"]
    message = received(receiver)[job_id]
    status = calling.get(message["data"]["links"]["self"]).json()
    assert message["type"] == "job.completed" and message["timestamp"] == status["finished_at"]
    expected = {name: status[name] for name in ("successful", "progress", "created_at", "finished_at", "filename")}
    assert message["data"].items() >= expected.items()
    assert calling.get(message["data"]["links"]["result"]).json()["text"] == "Read well"
    assert b"Read well" not in receiver.calls[0].body


def test_message_matches_the_openapi_description(calling, receiver):
    description = Description(calling.get("/openapi.json").json())
    (callback,) = description.operations()["post", "/ocr/image"]["callbacks"]["jobEnded"].values()
    content = callback["post"]["requestBody"]["content"]["application/json"]
    job_id = calling.post("/ocr/image", picture("described"), callback_url=receiver.url).json()["job_id"]
    for message in (content["example"], received(receiver)[job_id]):
        description.validate(content["schema"], message)


def test_cached_jobs_and_followers_send_webhooks(calling, receiver):
    calling.configure_engine(seconds=1)
    with ThreadPoolExecutor(3) as pool:
        posts = [pool.submit(calling.post, "/ocr/image", picture("same"), callback_url=receiver.url) for _ in range(3)]
    jobs = [post.result().json()["job_id"] for post in posts]
    assert received(receiver, 3).keys() == set(jobs)
    calling.configure_engine()
    cached = calling.post("/ocr/image", picture("same"), callback_url=receiver.url, wait=5).json()
    assert cached["cached"] and cached["job_id"] in received(receiver, 4)


def test_webhook_of_a_failed_job_has_its_error(calling, receiver):
    calling.configure_engine(fails=True)
    try:
        job_id = calling.post("/ocr/image", picture("fails"), callback_url=receiver.url).json()["job_id"]
        message = received(receiver)[job_id]
    finally:
        calling.configure_engine()
    assert message["type"] == "job.failed" and message["data"]["successful"] is False
    assert message["data"]["error"] == calling.get(f"/ocr/job/{job_id}").json()["error"]


def test_each_job_of_a_batch_sends_a_webhook(calling, receiver):
    files = [("files", (f"{number}.png", picture(f"batch {number}"))) for number in range(2)]
    response = requests.post(calling.url + "/ocr/batch", files=files, params={"callback_url": receiver.url}, timeout=30)
    assert received(receiver, 2).keys() == {job["job_id"] for job in response.json()["jobs"]}


def test_no_webhook_without_a_callback_url(calling, receiver):
    calling.post("/ocr/image", picture("quiet"), wait=10)
    job_id = calling.post("/ocr/image", picture("called"), callback_url=receiver.url).json()["job_id"]
    assert list(received(receiver)) == [job_id]


def test_calls_are_counted_by_outcome(calling, receiver):
    def delivered():
        return Metrics(calling.get("/metrics").text)("ocr_webhooks_total", outcome="delivered")

    # A call is counted a moment after it was received.
    wait_until(lambda: not calling.redis.client().zcard(WEBHOOKS), 10, "the calls of other tests")
    before = delivered()
    calling.post("/ocr/image", picture("counted"), callback_url=receiver.url)
    wait_until(lambda: delivered() == before + 1, 10, "the count")


@pytest.mark.parametrize("location", ["data", "params"])
@pytest.mark.parametrize("url", ["ftp://example.com/", "http://10.0.0.1/hook", "https://user:word@example.com/"])
def test_forbidden_receiver_is_rejected_at_submission(calling, location, url):
    file = {"file": ("scan.png", picture("rejected"))}
    response = requests.post(calling.url + "/ocr/image", files=file, **{location: {"callback_url": url}}, timeout=30)
    assert (response.status_code, response.json()["code"]) == (400, "invalid_option")
    assert "`callback_url`" in response.json()["detail"]


def test_loopback_receiver_is_rejected_unless_allowed(service, receiver):
    response = service.post("/ocr/image", picture("internal"), callback_url=receiver.url)
    assert response.status_code == 400 and "`callback_url`" in response.json()["detail"]


@pytest.mark.parametrize(
    ("settings", "secret"),
    [
        ({"WEBHOOK_SECRET": f"{SECRET} whsec_{base64.b64encode(b'o' * 24).decode()}"}, SECRET),
        ({"SECRET_KEY": "a secret key of this test"}, derived_secret("a secret key of this test")),
    ],
)
def test_command_prints_the_secret_for_receivers(calling, settings, secret):
    environment = {name: value for name, value in calling.environment.items() if not name.startswith("WEBHOOK")}
    command = [sys.executable, "-m", "flask", "webhook-secret"]
    result = subprocess.run(command, cwd=REPOSITORY, env=environment | settings, capture_output=True, text=True)
    assert result.stdout == secret + "\n"
