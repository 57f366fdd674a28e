"""A wrapper of ocr.space in Python. It returns only the text, so the positions are read from the response itself."""

import base64

import ocrspace
import requests
from checks import Scene, close, fails, rectangle, run

PATH = "/ocrspace/parse/image"


def api(scene: Scene, key="", url="", **options):
    return ocrspace.API(f"{url or scene.url}{PATH}", key or scene.key, **options)


def read(scene, name, key="", url="", **options):
    return api(scene, key, url, **options).ocr_file(str(scene.path(name)))


def response(scene, name, **options):
    """What the wrapper gets."""
    with open(scene.path(name), "rb") as file:
        sent = requests.post(f"{scene.url}{PATH}", files={"filename": file}, data={"apikey": scene.key, **options})
    return sent.json()


def text(scene):
    assert read(scene, "picture") == scene.text("picture")
    content = base64.b64encode(scene.path("picture").read_bytes()).decode()
    assert api(scene).ocr_base64(f"data:image/png;base64,{content}") == scene.text("picture")


def boxes(scene):
    """In pixels of the picture."""
    (page,) = response(scene, "picture", isOverlayRequired=True)["ParsedResults"]
    found = [word for line in page["TextOverlay"]["Lines"] for word in line["Words"]]
    own = [word for line in scene.pages("picture")[0]["lines"] for word in line["words"]]
    for word, expected in zip(found, own, strict=True):
        left, top, right, bottom = rectangle(expected["bbox"])
        assert word["WordText"] == expected["text"]
        close([word["Left"], word["Top"], word["Width"], word["Height"]], [left, top, right - left, bottom - top], 0.2)


def two_pages(scene):
    """The wrapper returns the first page. The searchable PDF needs no key."""
    pages = [page["text"] for page in scene.pages("two_pages")]
    assert read(scene, "two_pages") == pages[0]
    whole = response(scene, "two_pages", isCreateSearchablePdf=True)
    assert [page["ParsedText"] for page in whole["ParsedResults"]] == pages
    assert requests.get(whole["SearchablePDFURL"]).content.startswith(b"%PDF")


def rotated(scene):
    """Positions on the picture as it was sent, or on the upright page."""
    assert read(scene, "rotated") == scene.text("rotated")
    (own,) = scene.pages("rotated")
    for upright in (False, True):
        options = {"isOverlayRequired": True, "detectOrientation": upright}
        (page,) = response(scene, "rotated", **options)["ParsedResults"]
        assert page["TextOrientation"] == str(own["orientation"] if upright else 0)
        word = page["TextOverlay"]["Lines"][0]["Words"][0]
        left, top, right, bottom = rectangle(own["lines"][0]["words"][0]["bbox"])
        turned = {90: (top, own["width"] - right), 270: (own["height"] - bottom, left)}[own["orientation"]]
        close([word["Left"], word["Top"]], (left, top) if upright else turned, 0.2)


def option(scene):
    """Options that change nothing here, and one that cannot be honoured."""
    assert read(scene, "picture", OCREngine=2, scale=True, unknownOption=3) == scene.text("picture")
    fails(Exception, lambda: read(scene, "picture", language="tlh"), "(unsupported_language)")


def key(scene):
    fails(Exception, lambda: read(scene, "picture", key="wrong"), "The API key is missing or unknown.")


def broken(scene):
    fails(Exception, lambda: read(scene, "broken"), "(corrupt_file)")


def queue(scene):
    fails(Exception, lambda: read(scene, "picture", url=scene.full_url), "The job queue is full.")


run({check.__name__: check for check in (text, boxes, two_pages, rotated, option, key, broken, queue)})
