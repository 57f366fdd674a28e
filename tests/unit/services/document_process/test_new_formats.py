"""HEIC, AVIF and JPEG 2000, read in the confined children: upright once, complete, and of a bearable size."""

import io
import random

import numpy as np
import pillow_heif
import pytest
from PIL import Image, ImageDraw, ImageOps

from paddleocr_service import NullEngine
from services.document_process.service import ConfinedOCRService
from services.errors import OCRServiceError, TooManyPixels, TruncatedFile
from services.inspection import InspectionLimits, Inspector
from services.ocr_service.helpers.image_processor import read_frame
from services.ocr_service.options import DocumentOptions

MEDIA_TYPES = {"HEIF": "image/heic", "AVIF": "image/avif", "JPEG2000": "image/jp2"}
MAX_PIXELS = 1_000_000
#: EXIF tag.
ORIENTATION = 0x0112


@pytest.fixture(scope="module", autouse=True)
def encoder():
    """The service has only the decoder of HEIC: keep it."""
    decoder = Image.OPEN["HEIF"]
    pillow_heif.register_heif_opener()
    Image.OPEN["HEIF"] = decoder


@pytest.fixture(scope="module")
def inspector():
    running = Inspector(InspectionLimits(MAX_PIXELS, 1), children=1)
    yield running
    running.close()


@pytest.fixture(scope="module")
def reader():
    running = ConfinedOCRService(NullEngine(), MAX_PIXELS)
    yield running
    running.close()


def drawing(mode="RGB", size=(300, 160)):
    """White, with a dark mark at the top left."""
    picture = Image.new("RGB", size, "white")
    ImageDraw.Draw(picture).rectangle((0, 0, 80, 40), fill=(200, 0, 0))
    return picture.convert(mode)


def encoded(format_name, picture=None, **options):
    file = io.BytesIO()
    (picture or drawing()).save(file, format_name, **options)
    return file.getvalue()


def turned(format_name, orientation):
    """The file says how it is to be turned: HEIC and AVIF with boxes of their own (irot, imir)."""
    picture, exif = drawing(), Image.Exif()
    exif[ORIENTATION] = orientation
    if format_name == "HEIF":
        picture.info["exif"] = exif.tobytes()
        return encoded(format_name, picture)
    return encoded(format_name, picture, exif=exif)


def check(tmp_path, inspector, reader, content):
    """The facts of the inspection, and the size of the page that was read."""
    path = tmp_path / "picture"
    path.write_bytes(content)
    facts = inspector.inspect(path)
    with reader.open(path, "image", DocumentOptions("en", 300)) as document:
        page = document.recognize(1)
    return facts, (page["width"], page["height"])


@pytest.mark.parametrize("mode", ["RGB", "L", "RGBA"])
@pytest.mark.parametrize("format_name", MEDIA_TYPES)
def test_pictures_are_read_in_the_confined_processes(tmp_path, inspector, reader, format_name, mode):
    facts, size = check(tmp_path, inspector, reader, encoded(format_name, drawing(mode)))
    assert (facts.kind, facts.media_type, facts.pages) == ("image", MEDIA_TYPES[format_name], 1)
    assert (facts.width, facts.height) == size == (300, 160)


def test_jpeg2000_without_a_container(tmp_path, inspector, reader):
    facts, size = check(tmp_path, inspector, reader, encoded("JPEG2000", no_jp2=True))
    assert (facts.media_type, size) == ("image/jp2", (300, 160))


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("format_name", ["HEIF", "AVIF"])
def test_picture_is_turned_once(tmp_path, inspector, reader, format_name, orientation):
    content = turned(format_name, orientation)
    reference = drawing()
    reference.getexif()[ORIENTATION] = orientation
    expected = ImageOps.exif_transpose(reference)
    facts, size = check(tmp_path, inspector, reader, content)
    assert (facts.width, facts.height) == size == expected.size
    pixels = read_frame(tmp_path / "picture", 1, max_pixels=MAX_PIXELS)
    assert np.abs(pixels.astype(int) - np.asarray(expected, int)).mean() < 4


@pytest.mark.parametrize("share", [0.3, 0.7, 0.97])
@pytest.mark.parametrize("format_name", MEDIA_TYPES)
def test_truncated_picture_is_refused(tmp_path, inspector, format_name, share):
    noise = Image.effect_noise((300, 300), 80).convert("RGB")
    content = encoded(format_name, noise)
    (tmp_path / "picture").write_bytes(content[: int(len(content) * share)])
    with pytest.raises(TruncatedFile):
        inspector.inspect(tmp_path / "picture")


def with_size(format_name, content, width, height):
    """The file with another size in its header."""
    size = width.to_bytes(4, "big") + height.to_bytes(4, "big")
    if format_name == "JPEG2000":
        at = content.index(b"ihdr") + 4
        content = content[:at] + size[4:] + size[:4] + content[at + 8 :]
        at = content.index(b"\xff\x4f\xff\x51") + 8
    else:
        at = content.index(b"ispe") + 8
    return content[:at] + size + content[at + 8 :]


@pytest.mark.parametrize("format_name", MEDIA_TYPES)
def test_bomb_is_refused_by_its_header(tmp_path, inspector, reader, format_name):
    for width, height in ((30_000, 30_000), (2_000, 1_000), (2**31 - 1, 2**31 - 1)):
        (tmp_path / "picture").write_bytes(with_size(format_name, encoded(format_name), width, height))
        with pytest.raises(OCRServiceError):
            inspector.inspect(tmp_path / "picture")
    (tmp_path / "picture").write_bytes(encoded(format_name, drawing(size=(2000, 1000))))
    with pytest.raises(TooManyPixels):
        inspector.inspect(tmp_path / "picture")


@pytest.mark.parametrize("format_name", MEDIA_TYPES)
def test_damaged_pictures_are_errors_or_pictures(tmp_path, inspector, reader, format_name):
    """Whatever the bytes do to the decoders, it stays in the child processes."""
    content, chance = encoded(format_name), random.Random(format_name)
    for _ in range(12):
        damaged = bytearray(content)
        for at in chance.choices(range(12, len(content)), k=6):
            damaged[at] = chance.randrange(256)
        try:
            check(tmp_path, inspector, reader, bytes(damaged))
        except OCRServiceError:
            continue


def test_other_boxes_are_no_pictures(tmp_path, inspector):
    for brand in (b"mp42", b"qt  ", b"crx "):
        (tmp_path / "picture").write_bytes(b"\0\0\0\x18ftyp" + brand + b"\0\0\0\0isommp42" + bytes(100))
        with pytest.raises(OCRServiceError) as refused:
            inspector.inspect(tmp_path / "picture")
        assert refused.value.code == "unsupported_type"
