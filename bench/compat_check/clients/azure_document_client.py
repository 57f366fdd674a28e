"""Azure's own client of Document Intelligence."""

from azure.ai.documentintelligence import DocumentIntelligenceClient
from azure.ai.documentintelligence.models import AnalyzeDocumentRequest
from azure.core.credentials import AzureKeyCredential
from azure.core.exceptions import ClientAuthenticationError, HttpResponseError, ResourceNotFoundError
from checks import Scene, close, fails, run, same_words
from wcwidth import iter_graphemes

#: What `turned` pages are like: the pictures' sides are swapped.
INCH = 300


def client(scene: Scene, url="", key=""):
    return DocumentIntelligenceClient(url or scene.url, AzureKeyCredential(key or scene.key), retry_total=0)


def analyzed(scene, name, model="prebuilt-read", use=None, **options):
    request = AnalyzeDocumentRequest(bytes_source=scene.path(name).read_bytes())
    poller = (use or client(scene)).begin_analyze_document(model, request, polling_interval=0.3, **options)
    return poller.result()


def flat(polygon):
    return [value for point in polygon for value in point]


def cut(content, span, index_type):
    start, end = span.offset, span.offset + span.length
    if index_type == "utf16CodeUnit":
        return content.encode("utf-16-le")[2 * start : 2 * end].decode("utf-16-le")
    if index_type == "textElements":
        return "".join(list(iter_graphemes(content))[start:end])
    return content[start:end]


def text(scene):
    result = analyzed(scene, "picture")
    assert result.content == scene.text("picture") and result.content_format == "text"
    with open(scene.path("picture"), "rb") as file:
        again = client(scene).begin_analyze_document("prebuilt-layout", file, polling_interval=0.3).result()
    assert again.content == scene.text("picture")


def boxes(scene):
    """In pixels from the top left of the picture; pages are counted from 1."""
    (page,) = analyzed(scene, "picture").pages
    (own,) = scene.pages("picture")
    assert (page.page_number, page.unit, page.width, page.height) == (1, "pixel", own["width"], own["height"])
    words = [word for line in own["lines"] for word in line["words"]]
    for found, expected in zip(page.words, words, strict=True):
        assert found.content == expected["text"] and found.confidence == expected["confidence"]
        close(found.polygon, flat(expected["bbox"]), 0.1)
    for found, expected in zip(page.lines, own["lines"], strict=True):
        assert found.content == expected["text"]
        close(found.polygon, flat(expected["bbox"]), 0.1)


def two_pages(scene):
    """In inches."""
    pages = scene.pages("two_pages")
    result = analyzed(scene, "two_pages", "prebuilt-layout")
    assert result.content == scene.text("two_pages")
    assert [page.page_number for page in result.pages] == [1, 2]
    for found, own in zip(result.pages, pages, strict=True):
        assert found.unit == "inch"
        close([found.width, found.height], [own["width"] / INCH, own["height"] / INCH], 0.01)
        close(found.lines[0].polygon, [value / INCH for value in flat(own["lines"][0]["bbox"])], 0.01)
    assert cut(result.content, result.pages[1].spans[0], "textElements") == pages[1]["text"]
    only = analyzed(scene, "two_pages", pages="2")
    assert [page.page_number for page in only.pages] == [2]


def rotated(scene):
    """Positions are those of the page as it was sent."""
    result = analyzed(scene, "rotated")
    same_words(result.content, scene.text("rotated"))
    (page,), (own,) = result.pages, scene.pages("rotated")
    assert own["orientation"] in (90, 270)
    assert page.angle == (-90 if own["orientation"] == 90 else 90)
    assert (page.width, page.height) == (own["height"], own["width"])
    first, expected = page.words[0].polygon, own["lines"][0]["words"][0]["bbox"]
    left, top = expected[0]
    corner = [top, own["width"] - left] if own["orientation"] == 90 else [own["height"] - top, left]
    close(first[:2], corner, 0.1)


def spans(scene):
    for name in ("picture", "two_pages"):
        for index_type in ("textElements", "unicodeCodePoint", "utf16CodeUnit"):
            result = analyzed(scene, name, string_index_type=index_type)
            assert result.string_index_type == index_type
            for page in result.pages:
                for word in page.words:
                    assert cut(result.content, word.span, index_type) == word.content, word.content
                for line in page.lines:
                    assert cut(result.content, line.spans[0], index_type) == line.content, line.content


def tables(scene):
    """Also paragraphs with roles."""
    result = analyzed(scene, "picture", "prebuilt-layout")
    blocks = [block for block in scene.pages("picture")[0]["blocks"] if block["kind"] == "table"]
    for table, block in zip(result.tables, blocks, strict=True):
        assert (table.row_count, table.column_count) == (block["rows_count"], block["columns_count"])
        found = {(cell.row_index, cell.column_index): cell.content for cell in table.cells}
        assert found == {(cell["row"], cell["column"]): cell["text"] for cell in block["cells"]}
    kinds = {block["kind"] for block in scene.pages("picture")[0]["blocks"]}
    roles = {paragraph.role for paragraph in result.paragraphs}
    assert ("title" in roles, "sectionHeading" in roles) == ("title" in kinds, "heading" in kinds)


def markdown(scene):
    options = {"output_content_format": "markdown", "features": ["languages"]}
    result = analyzed(scene, "picture", "prebuilt-layout", **options)
    assert result.content_format == "markdown" and result.languages
    same_words(result.content, scene.text("picture"))
    for word in result.pages[0].words:
        assert cut(result.content, word.span, "textElements").replace("\\", "") in (word.content, "")


def pdf(scene):
    use = client(scene)
    poller = use.begin_analyze_document(
        "prebuilt-read",
        AnalyzeDocumentRequest(bytes_source=scene.path("two_pages").read_bytes()),
        output=["pdf"],
        polling_interval=0.3,
    )
    poller.wait()
    result_id = poller.details["operation_id"]
    content = b"".join(use.get_analyze_result_pdf("prebuilt-read", result_id))
    assert content.startswith(b"%PDF")
    use.delete_analyze_result("prebuilt-read", result_id)
    fails(ResourceNotFoundError, lambda: b"".join(use.get_analyze_result_pdf("prebuilt-read", result_id)), "No job")


def option(scene):
    """One that changes nothing, one that is unknown, and a model that is not there."""
    analyzed(scene, "picture", features=["ocrHighResolution"])
    fails(HttpResponseError, lambda: analyzed(scene, "picture", features=["colours"]), "`colours` is not available")
    fails(HttpResponseError, lambda: analyzed(scene, "picture", params={"colour": "red"}), "`colour` is not known")
    fails(ResourceNotFoundError, lambda: analyzed(scene, "picture", "prebuilt-invoice"), "does not exist")


def key(scene):
    use = client(scene, key="wrong")
    fails(ClientAuthenticationError, lambda: analyzed(scene, "picture", use=use), "API key is missing or unknown")


def broken(scene):
    fails(HttpResponseError, lambda: analyzed(scene, "broken"), "damaged")


def queue(scene):
    use = client(scene, url=scene.full_url)
    fails(HttpResponseError, lambda: analyzed(scene, "picture", use=use), "queue is full")


CHECKS = (text, boxes, two_pages, rotated, spans, tables, markdown, pdf, option, key, broken, queue)
run({check.__name__: check for check in CHECKS})
