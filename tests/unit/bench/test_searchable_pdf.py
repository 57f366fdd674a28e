"""The checks of ``python -m bench searchable_pdf``, on a PDF that is known."""

import pikepdf
import pytest
from PIL import Image

from bench.searchable_pdf import checks, poppler
from tests.support.exports import encoded, pdftotext
from tests.support.searchable import CASES


@pytest.fixture(params=["scan", "turned", "cropped"])
def written(request, tmp_path):
    source, path = tmp_path / "in.pdf", tmp_path / "out.pdf"
    source.write_bytes(CASES[request.param].source)
    path.write_bytes(CASES[request.param].pdf)
    pdftotext(path)  # skips the test where poppler is missing
    return CASES[request.param].page, source, path


def test_words_overlap_with_those_of_the_result(written):
    page, _, path = written
    found = list(checks.overlaps(path, [page]))
    assert len(found) == 6 and min(found) > 0.9
    moved = {**page, "lines": [*page["lines"][:-1], {**page["lines"][-1], "words": []}]}
    assert sorted(checks.overlaps(path, [moved]))[0] == 0, "a word that the result does not have"
    assert list(checks.overlaps(path, [{**page, "source": "text_layer"}])) == []


def test_text_is_that_of_the_pdf(written):
    _, _, path = written
    assert poppler.text_of(path).split() == ["Hello", "wide", "narrow", "tall", "x", "4711-A"]


def test_changed_images_are_found(written, tmp_path):
    _, source, path = written
    assert checks.keeps_images(source, path) is True and checks.faults(path) == []
    with pikepdf.open(path) as pdf:
        image = next(each for each in pdf.objects if isinstance(each, pikepdf.Stream) and "/Width" in each)
        image.write(image.read_raw_bytes() + b"\0", filter=pikepdf.Name.DCTDecode)
        pdf.save(tmp_path / "changed.pdf")
    assert checks.keeps_images(source, tmp_path / "changed.pdf") is False


def test_a_jpeg_has_to_be_embedded_as_it_is(tmp_path):
    (tmp_path / "a.jpg").write_bytes(encoded(Image.new("L", (8, 8)), "JPEG"))
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7 other")
    assert checks.keeps_images(tmp_path / "a.jpg", tmp_path / "a.pdf") is False
    assert checks.keeps_images(tmp_path / "a.png", tmp_path / "a.pdf") is None
