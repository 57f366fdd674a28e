"""Amazon's own client of Textract."""

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
from checks import Scene, close, fails, rectangle, run


def client(scene: Scene, secret="", url="", key_id=""):
    return boto3.client(
        "textract",
        endpoint_url=url or scene.url,
        region_name="eu-central-1",
        aws_access_key_id=key_id or scene.key,
        aws_secret_access_key=secret or scene.key,
        config=Config(retries={"total_max_attempts": 1}),
    )


def read(scene, name, use=None, **options):
    document = {"Bytes": scene.path(name).read_bytes()}
    if options:
        return (use or client(scene)).analyze_document(Document=document, **options)
    return (use or client(scene)).detect_document_text(Document=document)


def of_type(answer, kind, page=1):
    return [block for block in answer["Blocks"] if block["BlockType"] == kind and block["Page"] == page]


def lines(answer, page=1):
    return [block["Text"] for block in of_type(answer, "LINE", page)]


def own_lines(scene, name, page=1):
    return [line["text"] for line in scene.pages(name)[page - 1]["lines"]]


def box(block):
    found = block["Geometry"]["BoundingBox"]
    left, top = found["Left"], found["Top"]
    return [left, top, left + found["Width"], top + found["Height"]]


def text(scene):
    """With the key as access key id, and with its name."""
    answer = read(scene, "picture")
    assert lines(answer) == own_lines(scene, "picture") and answer["DocumentMetadata"]["Pages"] == 1
    assert lines(read(scene, "picture", client(scene, key_id="checker"))) == lines(answer)


def boxes(scene):
    """As shares of the page."""
    answer = read(scene, "picture")
    (page,) = scene.pages("picture")
    own = [word for line in page["lines"] for word in line["words"]]
    for block, word in zip(of_type(answer, "WORD"), own, strict=True):
        left, top, right, bottom = rectangle(word["bbox"])
        width, height = page["width"], page["height"]
        assert block["Text"] == word["text"]
        close(box(block), [left / width, top / height, right / width, bottom / height], 0.001)
        close([block["Confidence"]], [100 * word["confidence"]], 0.01)


def two_pages(scene):
    answer = read(scene, "two_pages", FeatureTypes=["TABLES", "LAYOUT"])
    assert answer["DocumentMetadata"]["Pages"] == 2
    for page in (1, 2):
        assert lines(answer, page) == own_lines(scene, "two_pages", page)
    tables = [[block for block in page["blocks"] if block.get("cells")] for page in scene.pages("two_pages")]
    assert [len(of_type(answer, "TABLE", page)) for page in (1, 2)] == list(map(len, tables))
    for number, found in enumerate(tables, 1):
        expected = sum(cell["rowspan"] * cell["colspan"] for table in found for cell in table["cells"])
        assert len(of_type(answer, "CELL", number)) == expected


def rotated(scene):
    """Positions are those of the picture as it was sent."""
    answer = read(scene, "rotated")
    assert lines(answer) == own_lines(scene, "rotated")
    (page,) = scene.pages("rotated")
    left, top, right, bottom = rectangle(page["lines"][0]["bbox"])
    width, height = page["width"], page["height"]
    expected = {
        90: [top / height, 1 - right / width, bottom / height, 1 - left / width],
        270: [1 - bottom / height, left / width, 1 - top / height, right / width],
    }
    close(box(of_type(answer, "LINE")[0]), expected[page["orientation"]], 0.001)


def option(scene):
    errors = client(scene).exceptions
    fails(errors.InvalidParameterException, lambda: read(scene, "picture", FeatureTypes=["FORMS"]), "FeatureTypes")
    document = {"S3Object": {"Bucket": "bucket", "Name": "name"}}
    fails(
        errors.InvalidS3ObjectException, lambda: client(scene).detect_document_text(Document=document), "Document.Bytes"
    )


def key(scene):
    unknown = client(scene, key_id="wrong")
    fails(ClientError, lambda: read(scene, "picture", unknown), "(UnrecognizedClientException)")
    for key_id in ("", "checker"):
        forged = client(scene, secret="wrong", key_id=key_id)
        fails(ClientError, lambda forged=forged: read(scene, "picture", forged), "The signature does not match.")


def broken(scene):
    fails(client(scene).exceptions.BadDocumentException, lambda: read(scene, "broken"), "(corrupt_file)")


def queue(scene):
    full = client(scene, url=scene.full_url)
    error = full.exceptions.ProvisionedThroughputExceededException
    fails(error, lambda: read(scene, "picture", full), "The job queue is full.")


run({check.__name__: check for check in (text, boxes, two_pages, rotated, option, key, broken, queue)})
