"""`callback_url` in the whole service: a file goes in, and the receiver hears of its end."""

import base64
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from services.webhooks.signing import derived_secret
from stress.harness import REPOSITORY, wait_until
from tests.support.drawing import picture
from tests.support.metrics import Metrics
from tests.support.obedient import ObedientService
from tests.support.openapi import Description
from tests.support.receiver import Receiver

SECRET = f"whsec_{base64.b64encode(b'of this installation, 32 bytes  ').decode()}"


@pytest.fixture(scope="module")
def calling(tmp_path_factory):
    """A service that may call receivers on this machine."""
    settings = {"WEBHOOK_ALLOWED_NETWORKS": "127.0.0.0/8", "WEBHOOK_SECRET": SECRET}
    running = ObedientService(tmp_path_factory.mktemp("calling"), **settings)
    try:
        yield running.start()
    finally:
        running.stop()


@pytest.fixture
def receiver():
    with Receiver() as listening:
        yield listening


def heard(receiver, count=1):
    """The messages that came, by the job that they are about."""
    wait_until(lambda: len(receiver.calls) >= count, 30, f"{count} calls")
    return {message["data"]["job_id"]: message for message in (call.verified(SECRET) for call in receiver.calls)}


def test_the_receiver_hears_of_the_end_and_finds_the_result_where_it_is_told(calling, receiver):
    calling.tell(text="Read well")
    job_id = calling.post("/ocr/image", picture("one"), callback_url=receiver.url).json()["job_id"]
    message = heard(receiver)[job_id]
    status = calling.get(message["data"]["links"]["self"]).json()
    assert message["type"] == "job.completed" and message["timestamp"] == status["finished_at"]
    told = {name: status[name] for name in ("successful", "progress", "created_at", "finished_at", "filename")}
    assert message["data"].items() >= told.items()
    assert calling.get(message["data"]["links"]["result"]).json()["text"] == "Read well"
    assert b"Read well" not in receiver.calls[0].body


def test_the_message_is_what_the_description_says(calling, receiver):
    description = Description(calling.get("/openapi.json").json())
    (callback,) = description.operations()["post", "/ocr/image"]["callbacks"]["jobEnded"].values()
    content = callback["post"]["requestBody"]["content"]["application/json"]
    job_id = calling.post("/ocr/image", picture("described"), callback_url=receiver.url).json()["job_id"]
    for message in (content["example"], heard(receiver)[job_id]):
        description.validate(content["schema"], message)


def test_jobs_that_are_answered_from_the_cache_or_follow_another_are_told_of_as_well(calling, receiver):
    calling.tell(seconds=1)
    with ThreadPoolExecutor(3) as pool:
        sent = [pool.submit(calling.post, "/ocr/image", picture("same"), callback_url=receiver.url) for _ in range(3)]
    jobs = [answer.result().json()["job_id"] for answer in sent]
    assert heard(receiver, 3).keys() == set(jobs)
    calling.tell()
    cached = calling.post("/ocr/image", picture("same"), callback_url=receiver.url, wait=5).json()
    assert cached["cached"] and cached["job_id"] in heard(receiver, 4)


def test_a_job_that_fails_is_told_of_with_its_error(calling, receiver):
    calling.tell(fails=True)
    try:
        job_id = calling.post("/ocr/image", picture("fails"), callback_url=receiver.url).json()["job_id"]
        message = heard(receiver)[job_id]
    finally:
        calling.tell()
    assert message["type"] == "job.failed" and message["data"]["successful"] is False
    assert message["data"]["error"] == calling.get(f"/ocr/job/{job_id}").json()["error"]


def test_each_job_of_a_batch_is_told_of(calling, receiver):
    files = [("files", (f"{number}.png", picture(f"batch {number}"))) for number in range(2)]
    answer = requests.post(calling.url + "/ocr/batch", files=files, params={"callback_url": receiver.url}, timeout=30)
    assert heard(receiver, 2).keys() == {job["job_id"] for job in answer.json()["jobs"]}


def test_who_names_no_receiver_is_not_called(calling, receiver):
    calling.post("/ocr/image", picture("quiet"), wait=10)
    told = calling.post("/ocr/image", picture("told"), callback_url=receiver.url).json()["job_id"]
    assert list(heard(receiver)) == [told]


def test_calls_are_counted_by_what_came_of_them(calling, receiver):
    def delivered():
        return Metrics(calling.get("/metrics").text)("ocr_webhooks_total", outcome="delivered")

    before = delivered()
    calling.post("/ocr/image", picture("counted"), callback_url=receiver.url)
    wait_until(lambda: delivered() == before + 1, 10, "the count")


@pytest.mark.parametrize("where", ["data", "params"])
@pytest.mark.parametrize("url", ["ftp://example.com/", "http://10.0.0.1/hook", "https://user:word@example.com/"])
def test_a_receiver_that_must_not_be_called_is_refused_when_the_job_is_sent(calling, where, url):
    file = {"file": ("scan.png", picture("refused"))}
    answer = requests.post(calling.url + "/ocr/image", files=file, **{where: {"callback_url": url}}, timeout=30)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_option")
    assert "`callback_url`" in answer.json()["detail"]


def test_this_machine_itself_is_no_receiver_unless_the_operator_says_so(service, receiver):
    answer = service.post("/ocr/image", picture("inside"), callback_url=receiver.url)
    assert answer.status_code == 400 and "`callback_url`" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("settings", "secret"),
    [
        ({"WEBHOOK_SECRET": f"{SECRET} whsec_{base64.b64encode(b'o' * 24).decode()}"}, SECRET),
        ({"SECRET_KEY": "a secret key of this test"}, derived_secret("a secret key of this test")),
    ],
)
def test_an_operator_is_told_the_secret_for_receivers(calling, settings, secret):
    environment = {name: value for name, value in calling.environment.items() if not name.startswith("WEBHOOK")}
    command = [sys.executable, "-m", "flask", "webhook-secret"]
    told = subprocess.run(command, cwd=REPOSITORY, env=environment | settings, capture_output=True, text=True)
    assert told.stdout == secret + "\n"
