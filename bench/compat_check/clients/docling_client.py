"""docling's own client of docling-serve, and the loader of LangChain that uses it."""

from checks import Scene, close, fails, rectangle, run, same_words
from docling.datamodel.service.options import ConvertDocumentsOptions
from docling.service_client import DoclingServiceClient
from docling.service_client.exceptions import ServiceError, ServiceUnavailableError
from langchain_docling import DoclingLoader
from langchain_docling.loader import ExportType


def client(scene: Scene, **changes):
    return DoclingServiceClient(**{"url": scene.url, "api_key": scene.key, "poll_client_interval": 0.5, **changes})


def loaded(scene, name):
    loader = DoclingLoader(str(scene.path(name)), converter=client(scene), export_type=ExportType.MARKDOWN)
    (document,) = loader.load()
    return document.page_content


def text(scene):
    assert client(scene).health().status
    same_words(loaded(scene, "picture"), scene.text("picture"))


def boxes(scene):
    """In pixels from the bottom left of the picture, one for each block."""
    document = client(scene).convert(scene.path("picture")).document
    (page,) = scene.pages("picture")
    assert (document.pages[1].size.width, document.pages[1].size.height) == (page["width"], page["height"])
    found = sorted(item.prov[0].bbox.as_tuple() for item in (*document.texts, *document.tables))
    expected = []
    for block in page["blocks"]:
        left, top, right, bottom = rectangle(block["bbox"])
        expected.append((left, page["height"] - bottom, right, page["height"] - top))
    for one, other in zip(found, sorted(expected), strict=True):
        close(one, other)


def two_pages(scene):
    same_words(loaded(scene, "two_pages"), scene.text("two_pages"))
    document = client(scene).convert(scene.path("two_pages")).document
    assert {item.prov[0].page_no for item in document.texts} == {1, 2}
    close([document.pages[1].size.width, document.pages[1].size.height], [595, 842])
    assert document.texts[0].prov[0].bbox.l - 72 < 1
    second = client(scene).convert(scene.path("two_pages"), page_range=(2, 9)).document
    assert list(second.pages) == [2]


def rotated(scene):
    same_words(loaded(scene, "rotated"), scene.text("rotated"))
    document = client(scene).convert(scene.path("rotated")).document
    (page,) = scene.pages("rotated")
    size = document.pages[1].size
    assert page["orientation"] in (90, 270) and (size.width, size.height) == (page["height"], page["width"])
    assert all(0 <= item.prov[0].bbox.l <= item.prov[0].bbox.r <= size.width for item in document.texts)


def option(scene):
    """An option that changes nothing here."""
    options = ConvertDocumentsOptions(do_code_enrichment=True, images_scale=1.0)
    same_words(
        client(scene).convert(scene.path("picture"), options=options).document.export_to_markdown(),
        scene.text("picture"),
    )


def key(scene):
    fails(ServiceError, lambda: client(scene, api_key="wrong").convert(scene.path("picture")), "API key")


def broken(scene):
    fails(ServiceError, lambda: client(scene).convert(scene.path("broken")), "damaged")


def queue(scene):
    def convert():
        return client(scene, url=scene.full_url, http_retries=0).convert(scene.path("picture"))

    fails(ServiceUnavailableError, convert, "503")


run({check.__name__: check for check in (text, boxes, two_pages, rotated, option, key, broken, queue)})
