"""Mistral's own client: files and OCR."""

import base64

from checks import Scene, close, fails, rectangle, run, same_words

try:
    from mistralai.client import Mistral
    from mistralai.client.errors import MistralError
except ImportError:  # version 1
    from mistralai import Mistral
    from mistralai.models import MistralError

MODEL = "mistral-ocr-latest"
HAS_BLOCKS = "include_blocks" in Mistral(api_key="none").ocr.process.__func__.__annotations__


def client(scene: Scene, key="", url=""):
    return Mistral(api_key=key or scene.key, server_url=f"{url or scene.url}/mistral")


def embedded(scene, name):
    path = scene.path(name)
    media_type = "application/pdf" if path.suffix == ".pdf" else "image/png"
    return f"data:{media_type};base64,{base64.b64encode(path.read_bytes()).decode()}"


def read(scene, name, key="", url="", **options):
    """A file within the request."""
    kind = "document_url" if scene.path(name).suffix == ".pdf" else "image_url"
    document = {"type": kind, kind: embedded(scene, name)}
    return client(scene, key, url).ocr.process(model=MODEL, document=document, **options)


def joined(response):
    return "\n".join(page.markdown for page in response.pages)


def text(scene):
    same_words(joined(read(scene, "picture")), scene.text("picture"))
    assert MODEL in [model.id for model in client(scene).models.list().data]


def boxes(scene):
    """In pixels of the picture."""
    options = {"include_blocks": True} if HAS_BLOCKS else {}
    (page,) = read(scene, "picture", **options).pages
    (expected,) = scene.pages("picture")
    assert (page.dimensions.width, page.dimensions.height) == (expected["width"], expected["height"])
    if HAS_BLOCKS:
        for block, own in zip(page.blocks, expected["blocks"], strict=True):
            corners = [block.top_left_x, block.top_left_y, block.bottom_right_x, block.bottom_right_y]
            close(corners, rectangle(own["bbox"]))


def two_pages(scene):
    """Sent as a file, read by its address, deleted. Pages count from 0."""
    files = client(scene).files
    path = scene.path("two_pages")
    sent = files.upload(file={"file_name": path.name, "content": path.read_bytes()}, purpose="ocr")
    address = files.get_signed_url(file_id=sent.id).url
    document = {"type": "document_url", "document_url": address}
    response = client(scene).ocr.process(model=MODEL, document=document)
    same_words(joined(response), scene.text("two_pages"))
    assert [page.index for page in response.pages] == [0, 1]
    assert response.usage_info.doc_size_bytes == path.stat().st_size
    second = client(scene).ocr.process(model=MODEL, document=document, pages=[1])
    assert [page.index for page in second.pages] == [1]
    assert files.retrieve(file_id=sent.id).filename == path.name
    assert files.delete(file_id=sent.id).deleted
    fails(MistralError, lambda: client(scene).ocr.process(model=MODEL, document=document), "job_not_found")


def rotated(scene):
    response = read(scene, "rotated")
    same_words(joined(response), scene.text("rotated"))
    (page,) = scene.pages("rotated")
    dimensions = response.pages[0].dimensions
    assert page["orientation"] in (90, 270) and (dimensions.width, dimensions.height) == (page["height"], page["width"])


def option(scene):
    """Options that change nothing here, and one that cannot be honoured."""
    same_words(joined(read(scene, "picture", image_limit=3, include_image_base64=True)), scene.text("picture"))
    schema = {"type": "json_schema", "json_schema": {"name": "a", "schema": {}}}
    fails(
        MistralError,
        lambda: read(scene, "picture", document_annotation_format=schema),
        "document_annotation_format",
    )


def key(scene):
    fails(MistralError, lambda: read(scene, "picture", key="wrong"), "API key")


def broken(scene):
    fails(MistralError, lambda: read(scene, "broken"), "damaged")


def queue(scene):
    fails(MistralError, lambda: read(scene, "picture", url=scene.full_url), "queue_full")


run({check.__name__: check for check in (text, boxes, two_pages, rotated, option, key, broken, queue)})
