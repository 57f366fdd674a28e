import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pymupdf
import pytest

from services.errors import CorruptFile, EncryptedFile, PageOutOfRange
from services.ocr_service.helpers.pdf_processor import PdfDocument, fitting_zoom
from tests.support import hostile
from tests.support.drawing import saved

PLENTY = 50_000_000


@pytest.fixture
def file(tmp_path):
    def write(data: bytes):
        path = tmp_path / "upload"
        path.write_bytes(data)
        return path

    return write


def one_page(draw, **page: object) -> bytes:
    """A PDF of one page filled by `draw(page)`."""
    document = pymupdf.open()
    draw(document.new_page(**{"width": 144, "height": 72, **page}))
    return document.tobytes()


def red_left_half(page: pymupdf.Page) -> None:
    page.draw_rect((0, 0, 72, 72), color=(1, 0, 0), fill=(1, 0, 0))


@pytest.mark.parametrize(("dpi", "shape"), [(72, (72, 144, 3)), (150, (150, 300, 3)), (300, (300, 600, 3))])
def test_a_page_is_rendered_as_rgb_at_the_requested_resolution(file, dpi, shape):
    with PdfDocument(file(one_page(red_left_half))) as document:
        page = document.render(1, dpi, PLENTY)
    assert page.shape == shape
    assert page.dtype == np.uint8
    assert page.flags.c_contiguous
    assert tuple(page[dpi // 2, dpi // 2]) == (255, 0, 0)
    assert tuple(page[dpi // 2, -dpi // 2]) == (255, 255, 255)


@pytest.mark.parametrize(
    ("rotation", "shape", "red_at"),
    [(90, (144, 72), (36, 36)), (180, (72, 144), (36, 108)), (270, (144, 72), (108, 36))],
)
def test_the_rotation_of_a_page_is_applied(file, rotation, shape, red_at):
    def draw(page):
        red_left_half(page)
        page.set_rotation(rotation)

    with PdfDocument(file(one_page(draw))) as document:
        array = document.render(1, 72, PLENTY)
        assert document.page_size(1) == shape[::-1]
    assert array.shape[:2] == shape
    assert tuple(array[red_at]) == (255, 0, 0)
    assert tuple(array[shape[0] - 1 - red_at[0], shape[1] - 1 - red_at[1]]) == (255, 255, 255)


def test_pages_are_numbered_from_one(file):
    def pages():
        document = pymupdf.open()
        for grey in (0, 0.5, 1):
            document.new_page(width=72, height=72).draw_rect((0, 0, 72, 72), fill=(grey,) * 3, color=(grey,) * 3)
        return document.tobytes()

    with PdfDocument(file(pages())) as document:
        assert document.page_count == 3
        levels = [int(document.render(number, 72, PLENTY)[36, 36, 0]) for number in (1, 2, 3)]
        assert levels == pytest.approx([0, 128, 255], abs=2)
        for number in (0, 4):
            with pytest.raises(PageOutOfRange):
                document.render(number, 72, PLENTY)


def test_a_huge_page_is_rendered_at_a_lower_resolution(file):
    with PdfDocument(file(one_page(red_left_half))) as document:
        height, width, _ = document.render(1, 600, 100_000).shape
    assert 90_000 < width * height <= 100_000
    assert width == pytest.approx(2 * height, rel=0.02)


@pytest.mark.parametrize(
    ("width", "height", "limit"),
    [(612, 792, 1000), (14_400, 14_400, 10_000), (0.01, 14_400, 500), (1e6, 1, 700), (3, 3, 1)],
)
def test_no_page_shape_exceeds_the_pixel_limit(width, height, limit):
    zoom = fitting_zoom(width, height, 600 / 72, limit)
    assert 0 < np.ceil(width * zoom) * np.ceil(height * zoom) <= limit


def test_annotations_and_form_fields_are_rendered(file):
    def draw(page):
        page.add_highlight_annot((10, 10, 60, 30))
        field = pymupdf.Widget()
        field.rect, field.field_type, field.field_name = (
            pymupdf.Rect(80, 20, 140, 50),
            pymupdf.PDF_WIDGET_TYPE_TEXT,
            "name",
        )
        field.field_value, field.text_fontsize = "FILLED", 14
        page.add_widget(field)

    with PdfDocument(file(one_page(draw))) as document:
        array = document.render(1, 144, PLENTY)
    assert array[40, 70].min() < 100  # the highlight
    assert array[40:100, 160:280].min() < 100  # the value in the field


def test_a_hidden_annotation_stays_hidden(file):
    def draw(page):
        note = page.add_rect_annot((10, 10, 60, 60))
        note.set_colors(fill=(0, 0, 0))
        note.set_flags(pymupdf.PDF_ANNOT_IS_HIDDEN)
        note.update()

    with PdfDocument(file(one_page(draw))) as document:
        assert document.render(1, 72, PLENTY).min() == 255


def test_a_file_with_a_password_is_rejected(file):
    with pytest.raises(EncryptedFile, match="password"):
        PdfDocument(file(hostile.encrypted_pdf("secret")))


def test_an_empty_password_opens_the_file(file):
    with PdfDocument(file(hostile.encrypted_pdf(""))) as document:
        assert document.render(1, 72, PLENTY).min() < 100


@pytest.mark.parametrize(
    "data",
    [
        hostile.broken_pdf(),
        hostile.pdf_without_pages(),
        b"%PDF-1.4\n",
        b"%PDF-1.4\n" + bytes(5000),
        b"%PDF-1.4\ntrailer<</Root 1 0 R>>",
        b"no PDF at all",
    ],
)
def test_unrepairable_files_are_corrupt(file, data):
    with pytest.raises(CorruptFile):
        PdfDocument(file(data))


def test_other_mupdf_formats_are_rejected(file):
    with pytest.raises(CorruptFile):
        PdfDocument(file(saved(hostile.noise(50, 50), format="PNG")))


def test_a_pdf_without_its_end_is_repaired(file):
    with PdfDocument(file(hostile.pdf(3)[:-300])) as document:
        assert document.page_count == 3


def test_pages_missing_from_the_index_are_found_by_scanning_the_file(shared_data):
    with PdfDocument(shared_data / "hostile" / "qpdf_qtest__append-xref-loop.pdf") as document:
        assert document.page_count == 30


def test_a_damaged_page_fails_alone(file):
    data = hostile.pdf(2).replace(b"/Kids[", b"/Kids[99 0 R ").replace(b"/Count 2", b"/Count 3")
    with PdfDocument(file(data)) as document:
        outcomes = []
        for number in range(1, document.page_count + 1):
            try:
                outcomes.append(document.render(number, 72, PLENTY).shape[1])
            except CorruptFile:
                outcomes.append("corrupt")
    assert outcomes.count(200) == 2


def test_a_page_with_missing_content_is_damaged_not_blank(file):
    data = hostile.pdf(2)
    with pymupdf.open(stream=data) as document:
        second = document[1].get_contents()[0]
    with PdfDocument(file(data.replace(b"\n%d 0 obj" % second, b"\n77 0 obj"))) as document:
        assert document.render(1, 72, PLENTY).min() < 100
        with pytest.raises(CorruptFile, match="Page 2 is missing"):
            document.render(2, 72, PLENTY)


def test_a_truncated_page_is_damaged_not_blank(shared_data, file):
    data = (shared_data / "pdf_scanned" / "linn.pdf").read_bytes()
    with PdfDocument(file(data[: len(data) // 2])) as document, pytest.raises(CorruptFile, match="blank"):
        document.render(1, 72, PLENTY)


def test_a_page_without_content_is_blank(file):
    with PdfDocument(file(one_page(lambda page: None))) as document:
        assert document.render(1, 72, PLENTY).min() == 255


def damaged_content() -> bytes:
    """A complete PDF whose only content stream cannot be decoded."""
    data = hostile.pdf(1, deflate=True)
    start = data.index(b"stream\n") + len(b"stream\n")
    return data[:start] + b"XXXX" + data[start + 4 :]


def test_a_page_with_undecodable_content_is_damaged_not_blank(file):
    with PdfDocument(file(damaged_content())) as document, pytest.raises(CorruptFile, match="blank"):
        document.render(1, 72, PLENTY)


def test_an_empty_page_is_blank_after_a_damaged_document(file):
    with PdfDocument(file(damaged_content())) as document:
        document._document[0].get_pixmap()
    with PdfDocument(file(one_page(lambda page: page.draw_rect((0, 0, 9, 9), color=(1, 1, 1))))) as document:
        assert document.render(1, 72, PLENTY).min() == 255


def test_mupdf_prints_nothing(file):
    script = (
        "import sys; from services.ocr_service.helpers.pdf_processor import PdfDocument;"
        "PdfDocument(sys.argv[1])._document[0].get_pixmap()"
    )
    path = file(damaged_content())
    done = subprocess.run([sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("", "")


def test_document_scripts_do_not_run(file):
    def draw(page):
        field = pymupdf.Widget()
        field.rect, field.field_type, field.field_name = (
            pymupdf.Rect(10, 10, 140, 60),
            pymupdf.PDF_WIDGET_TYPE_TEXT,
            "sum",
        )
        field.field_value, field.script_calc = "", "event.value = 'PWNED';"
        page.add_widget(field)

    with PdfDocument(file(one_page(draw))) as document:
        assert not pymupdf.mupdf.pdf_js_supported(pymupdf.mupdf.pdf_document_from_fz_document(document._document.this))
        assert document.render(1, 72, PLENTY)[15:55, 15:135].min() > 150


def resident_mb() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def test_memory_does_not_grow_with_the_number_of_pages(file):
    picture = hostile.noise(1000, 1400)
    document = pymupdf.open()
    for number in range(20):
        stream = saved(picture.rotate(number), format="JPEG", quality=30)
        document.new_page(width=500, height=700).insert_image((0, 0, 500, 700), stream=stream)
    path = file(document.tobytes())
    document.close()
    with PdfDocument(path) as document:
        document.render(1, 72, PLENTY)
        document.render(2, 72, PLENTY)
        before = resident_mb()
        for number in range(3, 21):
            document.render(number, 72, PLENTY)
        # A decoded image is 4 MB: cached, they would take 72 MB.
        assert resident_mb() - before < 20


def test_a_sketch_shows_the_same_as_the_page(file):
    with PdfDocument(file(one_page(lambda page: (red_left_half(page), page.set_rotation(90))))) as document:
        page = document.render(1, 150, PLENTY)
        left, right = document.sketch(1, 150, PLENTY, [(0, 0, 36, 144), (36, 72, 72, 144)])
    assert left.shape == (300, 75, 3) and right.shape == (150, 75, 3)
    assert (left == page[:, :75]).all() and (right == page[150:, 75:]).all()


def test_memory_does_not_grow_with_the_number_of_sketches(file):
    picture = hostile.noise(1000, 1400)
    document = pymupdf.open()
    for number in range(30):
        stream = saved(picture.rotate(number), format="JPEG", quality=30)
        document.new_page(width=500, height=700).insert_image((0, 0, 500, 700), stream=stream)
    path = file(document.tobytes())
    document.close()
    with PdfDocument(path) as document:
        document.sketch(1, 72, PLENTY, [(0, 0, 500, 700)])
        before = resident_mb()
        for number in range(2, 31):
            document.sketch(number, 72, PLENTY, [(0, 0, 500, 700)])
        # A decoded image is 4 MB: without a limit, they would take 120 MB.
        assert resident_mb() - before < 50


def test_a_closed_document_can_be_closed_again(file):
    document = PdfDocument(file(hostile.pdf()))
    document.close()
    document.close()


def test_reading_pdfs_does_not_import_an_ocr_runtime():
    script = (
        "import sys; from services.ocr_service.helpers.pdf_processor import load_mupdf; load_mupdf();"
        "print([name for name in ('onnxruntime', 'networkx', 'yaml') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
