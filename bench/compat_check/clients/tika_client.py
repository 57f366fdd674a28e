"""The client of Tika servers in Python. It raises no errors of its own: the status and the metadata have them."""

import os

os.environ["TIKA_LOG_FILE"] = ""  # it would write one to the temporary folder

from checks import Scene, run  # noqa: E402
from tika import parser, tika  # noqa: E402

FAILED = "X-TIKA:EXCEPTION:container_exception"


def parsed(scene: Scene, name, key="", url="", **options):
    headers = {"X-API-Key": key or scene.key, **options.pop("headers", {})}
    return parser.from_file(str(scene.path(name)), url or scene.url, headers=headers, **options)


def text(scene):
    """With the address of the service, with its base address, and with the password in the address."""
    expected = scene.text("picture")
    for url in (scene.url, f"{scene.url}/tika"):
        assert parsed(scene, "picture", url=url)["content"] == expected
    assert parsed(scene, "picture", service="text")["content"] == expected
    tika.TikaClientOnly = True
    address = scene.url.replace("http://", f"http://key:{scene.key}@")
    assert parser.from_file(str(scene.path("picture")), f"{address}/tika")["content"] == expected
    buffer = parser.from_buffer(scene.path("picture").read_bytes(), f"{address}/tika")
    tika.TikaClientOnly = False
    assert buffer["content"] == expected
    kind = tika.detectType1(
        "type", str(scene.path("picture")), f"{scene.url}/tika", requestOptions={"headers": {"X-API-Key": scene.key}}
    )
    assert kind == (200, "image/png")


def two_pages(scene):
    found = parsed(scene, "two_pages")
    assert found["content"] == scene.text("two_pages")
    assert (found["metadata"]["xmpTPg:NPages"], found["metadata"]["Content-Type"]) == ("2", "application/pdf")
    assert parsed(scene, "two_pages", xmlContent=True)["content"].count('<div class="page">') == 2


def rotated(scene):
    assert parsed(scene, "rotated")["content"] == scene.text("rotated")


def option(scene):
    """One that is honoured, one that changes nothing here, and one that cannot be honoured."""
    headers = {"X-Tika-OCRLanguage": "eng", "X-Tika-PDFextractInlineImages": "true"}
    assert parsed(scene, "picture", headers=headers)["content"] == scene.text("picture")
    failed(parsed(scene, "picture", headers={"X-Tika-OCRLanguage": "tlh"}), 400, "(unsupported_language)")


def failed(found, status, part):
    assert (found["status"], found["content"]) == (status, None)
    assert part in found["metadata"][FAILED], found


def key(scene):
    failed(parsed(scene, "picture", key="wrong"), 401, "The API key is missing or unknown.")


def broken(scene):
    failed(parsed(scene, "broken"), 422, "(corrupt_file)")


def queue(scene):
    failed(parsed(scene, "picture", url=scene.full_url), 503, "The job queue is full.")


run({check.__name__: check for check in (text, two_pages, rotated, option, key, broken, queue)})
