"""Azure's older client, of Computer Vision: the operation Read."""

import io
import time

from azure.cognitiveservices.vision.computervision import ComputerVisionClient
from azure.cognitiveservices.vision.computervision.models import ComputerVisionOcrErrorException
from checks import Scene, close, fails, run, same_words
from msrest.authentication import CognitiveServicesCredentials

INCH = 300


def client(scene: Scene, url="", key=""):
    made = ComputerVisionClient(url or scene.url, CognitiveServicesCredentials(key or scene.key))
    made.config.retry_policy.policy.total = 0
    return made


def analyzed(scene, name, use=None, **options):
    """As in Azure's examples: the id of the operation is the last part of its address."""
    use = use or client(scene)
    sent = use.read_in_stream(io.BytesIO(scene.path(name).read_bytes()), raw=True, **options)
    operation = sent.headers["Operation-Location"].split("/")[-1]
    for _ in range(300):
        found = use.get_read_result(operation)
        if found.status not in ("notStarted", "running"):
            assert found.status == "succeeded", found.status
            return found.analyze_result.read_results
        time.sleep(0.2)
    raise AssertionError("the operation does not end")


def flat(polygon):
    return [value for point in polygon for value in point]


def joined(pages):
    return "\n".join(line.text for page in pages for line in page.lines)


def text(scene):
    found = analyzed(scene, "picture", language="en")
    assert [line.text for line in found[0].lines] == [line["text"] for line in scene.pages("picture")[0]["lines"]]


def boxes(scene):
    (page,) = analyzed(scene, "picture")
    (own,) = scene.pages("picture")
    assert (page.page, page.unit, page.width, page.height) == (1, "pixel", own["width"], own["height"])
    for found, expected in zip(page.lines, own["lines"], strict=True):
        close(found.bounding_box, flat(expected["bbox"]), 0.1)
        for word, expected_word in zip(found.words, expected["words"], strict=True):
            assert (word.text, word.confidence) == (expected_word["text"], expected_word["confidence"])
            close(word.bounding_box, flat(expected_word["bbox"]), 0.1)


def two_pages(scene):
    found = analyzed(scene, "two_pages")
    same_words(joined(found), scene.text("two_pages"))
    assert [(page.page, page.unit) for page in found] == [(1, "inch"), (2, "inch")]
    own = scene.pages("two_pages")[0]
    close([found[0].width, found[0].height], [own["width"] / INCH, own["height"] / INCH], 0.01)
    assert [page.page for page in analyzed(scene, "two_pages", pages=["2"])] == [2]


def rotated(scene):
    (page,), (own,) = analyzed(scene, "rotated"), scene.pages("rotated")
    same_words(joined([page]), scene.text("rotated"))
    assert page.angle == (-90 if own["orientation"] == 90 else 90)
    assert (page.width, page.height) == (own["height"], own["width"])


def option(scene):
    analyzed(scene, "picture", reading_order="basic")
    use = ComputerVisionOcrErrorException
    fails(use, lambda: analyzed(scene, "picture", reading_order="random"), "`readingOrder` must be")


def key(scene):
    use = client(scene, key="wrong")
    fails(ComputerVisionOcrErrorException, lambda: analyzed(scene, "picture", use), "API key is missing or unknown")


def broken(scene):
    fails(ComputerVisionOcrErrorException, lambda: analyzed(scene, "broken"), "damaged")


def queue(scene):
    use = client(scene, url=scene.full_url)
    fails(ComputerVisionOcrErrorException, lambda: analyzed(scene, "picture", use), "queue is full")


run({check.__name__: check for check in (text, boxes, two_pages, rotated, option, key, broken, queue)})
