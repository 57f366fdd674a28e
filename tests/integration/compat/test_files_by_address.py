"""Interfaces whose clients name a file by its address: a worker fetches it (FETCH_URLS)."""

import time

import pytest
import requests

from stress.harness import ServiceProcesses
from tests.support.file_server import FileServer
from tests.support.pdfs import pdf_of, write

TEXT = "Minutes of the first meeting"
TIMEOUT = 60


@pytest.fixture(scope="module")
def server():
    with FileServer() as running:
        yield running


@pytest.fixture(scope="module")
def fetching(tmp_path_factory):
    """Without a model: the text of a PDF is in its text layer."""
    settings = {"OCR_RUNTIME": "null", "FETCH_URLS": "true", "WEBHOOK_ALLOWED_NETWORKS": "127.0.0.0/8"}
    with ServiceProcesses(tmp_path_factory.mktemp("fetching"), **settings) as running:
        yield running


@pytest.fixture(scope="module")
def address(server):
    return server.add("/folder/minutes.pdf", pdf_of(lambda page: write(page, [TEXT], 72, 100)))


@pytest.fixture(scope="module")
def missing(server):
    return server.url("/none.pdf")


def docling(service, url):
    body = {"sources": [{"kind": "http", "url": url}], "options": {"to_formats": ["text"]}}
    found = requests.post(f"{service.url}/v1/convert/source", json=body, timeout=TIMEOUT)
    return found, lambda answer: answer["document"]["text_content"]


def mistral(service, url):
    body = {"document": {"type": "document_url", "document_url": url}}
    found = requests.post(f"{service.url}/mistral/v1/ocr", json=body, timeout=TIMEOUT)
    return found, lambda answer: answer["pages"][0]["markdown"]


def paddlex(service, url):
    body = {"file": url, "visualize": False}
    found = requests.post(f"{service.url}/paddlex/ocr", json=body, timeout=TIMEOUT)
    return found, lambda answer: answer["result"]["ocrResults"][0]["prunedResult"]["rec_texts"][0]


def ocrspace(service, url):
    found = requests.post(f"{service.url}/ocrspace/parse/image", data={"url": url}, timeout=TIMEOUT)
    return found, lambda answer: answer["ParsedResults"][0]["ParsedText"].strip()


def azure(service, url):
    path = "/documentintelligence/documentModels/prebuilt-read:analyze?api-version=2024-11-30"
    sent = requests.post(f"{service.url}{path}", json={"urlSource": url}, timeout=TIMEOUT)
    if sent.status_code != 202:
        return sent, None
    deadline = time.monotonic() + TIMEOUT
    while time.monotonic() < deadline:
        found = requests.get(sent.headers["Operation-Location"], timeout=TIMEOUT)
        if found.json()["status"] != "running":
            break
        time.sleep(0.2)
    return found, lambda answer: answer["analyzeResult"]["content"]


@pytest.mark.parametrize("interface", [docling, mistral, paddlex, ocrspace, azure])
def test_the_file_at_an_address_is_read(fetching, address, interface):
    found, text_of = interface(fetching, address)
    assert found.status_code == 200, found.text
    assert text_of(found.json()) == TEXT


@pytest.mark.parametrize("interface", [docling, mistral, paddlex])
def test_a_file_that_cannot_be_fetched(fetching, missing, interface):
    found, _ = interface(fetching, missing)
    assert found.status_code >= 400 and found.json()["code"] == "fetch_failed", found.text


@pytest.mark.parametrize("interface", [docling, mistral, paddlex])
def test_without_the_setting_nothing_is_fetched(service, server, interface):
    found, _ = interface(service, server.add("/never.pdf"))
    assert found.status_code == 400 and found.json()["code"] == "url_not_allowed", found.text
    assert server.count("/never.pdf") == 0
