"""Forms in PDFs: the values of fields in the text and in `fields`."""

import pymupdf
import pytest

from paddleocr_service import EngineInfo, Recognition
from services.ocr_service.helpers.form_fields import FormField, upright_fields
from services.ocr_service.helpers.pdf_processor import PdfDocument
from services.ocr_service.options import DocumentOptions
from services.ocr_service.pdf_pages import PdfPages
from tests.support.engine import PROSE
from tests.support.forms import (
    LAYOUTS,
    add_field,
    add_object,
    boxes_in_a_line,
    form_of,
    labels_above,
    raw_form,
    rows,
    table,
    two_columns_of_rows,
)
from tests.support.pdfs import pdf_of, two_columns, write

TICKED, EMPTY = "\u2611", "\u2610"


def drawn(layout):
    return layout(pymupdf.open().new_page())


def references(xrefs):
    return " ".join(f"{xref} 0 R" for xref in xrefs)


@pytest.fixture
def read(tmp_path):
    """`read(pdf, option=value, …)`: the first page from its text layer, or with an engine that finds nothing."""

    def page(data, **options):
        path = tmp_path / "form.pdf"
        path.write_bytes(data)
        nothing = Recognition(0, 0, (), "", "en", EngineInfo("FakeEngine", "none", ()))
        with PdfDocument(path) as pdf:
            pages = PdfPages(pdf, DocumentOptions(**{"lang": "en", "dpi": 72, "mode": "text", **options}), None, 10**7)
            pages.read = lambda array: nothing
            return pages.recognize(1)

    return page


def rows_of(page):
    return [row for row in page["text"].split("\n") if row]


def values_of(page):
    return {field["name"]: (field["type"], field["value"]) for field in page["fields"]}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_values_are_beside_their_labels(read, layout):
    assert rows_of(read(form_of(layout))) == drawn(layout)


@pytest.mark.parametrize("layout", [rows, two_columns_of_rows, labels_above, table])
def test_values_of_a_flattened_form_are_beside_their_labels(read, layout):
    page = read(form_of(layout, flattened=True))
    assert rows_of(page) == drawn(layout)
    assert page["fields"] == []


@pytest.mark.parametrize("layout", [rows, two_columns_of_rows, table])
def test_values_follow_their_labels_on_a_page_that_is_sideways(read, layout):
    page = read(form_of(layout, rotation=90))
    assert page["text"].split() == " ".join(drawn(layout)).split()


def test_columns_of_prose_are_not_taken_for_a_flattened_form(read):
    expected = []
    page = read(pdf_of(lambda page: expected.extend(two_columns(page))))
    assert [line["text"] for line in page["lines"]] == expected


def test_columns_of_short_entries_are_not_taken_for_a_flattened_form(read):
    names = [f"{name} {number}" for number, name in enumerate(["Ash", "Birch", "Cedar", "Fir", "Oak", "Pine"] * 8)]

    def draw(page):
        write(page, names[:24], x=72)
        write(page, names[24:], x=330)

    assert rows_of(read(pdf_of(draw))) == names


def test_ticks_of_a_flattened_form_are_not_digits(read):
    text = read(form_of(boxes_in_a_line, flattened=True))["text"]
    assert text.count("\u2713") == 2 and "3" not in text


def test_words_have_places(read):
    page = read(form_of(boxes_in_a_line), detail="word")
    words = [word for line in page["lines"] for word in line["words"]]
    assert [word["text"] for word in words[:7]] == ["Do", "you", "drive?", TICKED, "yes", EMPTY, "no"]
    lefts = [word["bbox"][0][0] for word in words[:7]]
    assert lefts == sorted(lefts)
    assert "words" not in read(form_of(boxes_in_a_line))["lines"][0]


def test_fields_have_a_name_type_value_and_place(read):
    def draw(page):
        add_field(page, "person.name", (100, 100, 300, 120), "Ada")
        add_field(page, "member", (100, 140, 112, 152), True)
        add_field(page, "empty", (100, 180, 300, 200), "")

    page = read(form_of(draw), dpi=144)
    assert page["fields"][0] == {
        "name": "person.name",
        "type": "text",
        "value": "Ada",
        "bbox": [[200, 200], [600, 200], [600, 240], [200, 240]],
    }
    assert values_of(page) == {
        "person.name": ("text", "Ada"),
        "member": ("checkbox", True),
        "empty": ("text", None),
    }
    assert rows_of(page) == ["Ada", TICKED]


@pytest.mark.parametrize(
    ("body", "text", "value"),
    [
        ("/FT/Tx/V(Hello)", "Hello", ("text", "Hello")),
        ("/FT/Tx/Ff 4096/V(One\\rTwo)/Rect[200 700 400 740]", "One\nTwo", ("text", "One\nTwo")),
        ("/FT/Tx/Ff 16777216/MaxLen 9/V(GB12)", "GB12", ("text", "GB12")),
        ("/FT/Tx/V<FEFF0160006B006F00640061>", "Škoda", ("text", "Škoda")),
        ("/FT/Tx/Ff 1/V(read only)", "read only", ("text", "read only")),
        ("/FT/Tx/Ff 8192/V(secret)", "******", ("text", "******")),
        ("/FT/Tx/V()", "", ("text", None)),
        ("/FT/Ch/Ff 131072/Opt[[(a)(Apple)][(b)(Pear)]]/V(b)", "Pear", ("choice", "Pear")),
        ("/FT/Ch/Opt[(Red)(Green)(Blue)]/V[(Red)(Blue)]/Rect[200 680 400 740]", "Red\nBlue", ("choice", "Red, Blue")),
        ("/FT/Ch/Opt[(Red)(Green)]", "", ("choice", None)),
        ("/FT/Btn/V/Yes/AS/Yes", TICKED, ("checkbox", True)),
        ("/FT/Btn/V/On", TICKED, ("checkbox", True)),
        ("/FT/Btn/V/Off/AS/Off", EMPTY, ("checkbox", False)),
        ("/FT/Btn", EMPTY, ("checkbox", False)),
        ("/FT/Btn/V/Yes/AS/Off", EMPTY, ("checkbox", False)),
        ("/FT/Btn/V/1/AS/1/AP<</N<</1<<>>/Off<<>>>>>>", TICKED, ("checkbox", True)),
        ("/FT/Btn/V/Yes/AS/Gone/AP<</N<</Ja<<>>/Off<<>>>>>>", EMPTY, ("checkbox", False)),
        ("/FT/Btn/V/Yes/AS/Yes/AP<</N<</Off<<>>>>>>", TICKED, ("checkbox", True)),
        ("/FT/Sig/V<</Type/Sig/Name(Ann Lee)>>", "", ("signature", "Ann Lee")),
        ("/FT/Sig", "", ("signature", None)),
    ],
)
@pytest.mark.parametrize("need_appearances", [True, False])
def test_a_field_without_appearance_has_its_value(read, body, text, value, need_appearances):
    page = read(raw_form(f"/T(f)/F 4{body}", need_appearances=need_appearances))
    assert (page["text"].removeprefix("A form").strip(), values_of(page)) == (text, {"f": value})


@pytest.mark.parametrize("body", ["/F 2", "/F 32", "/F 4/Rect[0 0 0 0]", "/F 4/Rect[900 900 990 920]"])
def test_a_field_that_is_not_visible_is_left_out(read, body):
    page = read(raw_form(f"/T(f)/FT/Tx/V(planted){body}"))
    assert (page["text"], page["fields"]) == ("A form", [])


def test_a_push_button_is_text_but_not_a_field(read):
    page = read(raw_form("/T(b)/FT/Btn/Ff 65536/F 4/MK<</CA(Print this form)>>"))
    assert (rows_of(page), page["fields"]) == (["A form", "Print this form"], [])


@pytest.mark.parametrize("kind", ["/FT/Btn/Ff 65536", "/FT/Sig/V<</Type/Sig/Name(Ann Lee)>>"])
@pytest.mark.parametrize("with_image", [True, False])
def test_images_of_buttons_and_signatures_are_images_of_the_page(tmp_path, kind, with_image):
    with pymupdf.open(stream=raw_form(f"/T(b)/F 4{kind}", need_appearances=False)) as document:
        page = document[0]
        drawn = "/Inner Do" if with_image else "0 0 1 1 re f"
        image = page.insert_image((0, 0, 1, 1), pixmap=pymupdf.Pixmap(pymupdf.csGRAY, (0, 0, 9, 9)))
        page.clean_contents()
        document.update_stream(page.get_contents()[0], b"BT ET")
        appearance = add_object(document, "<<>>")
        document.update_object(
            appearance,
            f"<</Type/XObject/Subtype/Form/BBox[0 0 1 1]/Resources<</XObject<</Inner {image} 0 R>>>>>>",
        )
        document.update_stream(appearance, drawn.encode())
        (widget,) = page.annot_xrefs()
        document.xref_set_key(widget[0], "AP", f"<</N {appearance} 0 R>>")
        path = tmp_path / "form.pdf"
        document.save(path)
    with PdfDocument(path) as pdf:
        boxes = [tuple(map(round, image.box)) for image in pdf.text_layer(1, 72, 10**8).images]
    assert boxes == ([(200, 84, 400, 102)] if with_image else [])


def test_one_of_several_radio_buttons_of_a_name_is_chosen(read):
    document = pymupdf.open(stream=raw_form("/F 4/AS/a", "/F 4/AS/Off", "/F 4/AS/Off"))
    kids = [annotation[0] for annotation in document[0].annot_xrefs()]
    parent = add_object(document, f"<</FT/Btn/Ff 49152/T(colour)/V/a/Kids[{references(kids)}]>>")
    for kid, state in zip(kids, "abc", strict=True):
        document.xref_set_key(kid, "Parent", f"{parent} 0 R")
        document.xref_set_key(kid, "AP", f"<</N<</{state}<<>>/Off<<>>>>>>")
    document.xref_set_key(document.pdf_catalog(), "AcroForm/Fields", f"[{parent} 0 R]")
    page = read(document.tobytes())
    assert [(field["name"], field["type"], field["value"]) for field in page["fields"]] == [
        ("colour", "radio", True),
        ("colour", "radio", False),
        ("colour", "radio", False),
    ]
    assert rows_of(page) == ["A form", TICKED, EMPTY, EMPTY]


def test_type_and_value_may_come_from_the_parent(read):
    document = pymupdf.open(stream=raw_form("/F 4", "/F 4"))
    kids = [annotation[0] for annotation in document[0].annot_xrefs()]
    parent = add_object(document, f"<</FT/Tx/T(town)/V(Bern)/Kids[{references(kids)}]>>")
    for kid in kids:
        document.xref_set_key(kid, "Parent", f"{parent} 0 R")
    page = read(document.tobytes())
    assert values_of(page) == {"town": ("text", "Bern")} and len(page["fields"]) == 2
    assert rows_of(page) == ["A form", "Bern", "Bern"]


def test_what_a_field_shows_is_text_and_what_it_holds_is_its_value(read):
    document = pymupdf.open(stream=form_of(lambda page: add_field(page, "sum", (100, 100, 300, 120), "1,250.00 EUR")))
    (widget,) = (annotation[0] for annotation in document[0].annot_xrefs())
    document.xref_set_key(widget, "V", "(1250)")
    page = read(document.tobytes())
    assert (page["text"], values_of(page)) == ("1,250.00 EUR", {"sum": ("text", "1250")})


def test_fields_of_a_rotated_page_are_in_its_pixels(read):
    document = pymupdf.open()
    page = document.new_page(width=600, height=800)
    page.set_rotation(90)
    page.insert_text(pymupdf.Point(100, 120) * page.derotation_matrix, "Name", fontsize=11, rotate=90)
    rect = pymupdf.Rect(200, 105, 400, 125) * page.derotation_matrix
    document = pymupdf.open(stream=document.tobytes())
    x0, y0, x1, y1 = rect
    place = f"/MK<</R 90>>/Rect[{x0} {800 - y1} {x1} {800 - y0}]"
    widget = add_object(document, f"<</Type/Annot/Subtype/Widget/F 4/FT/Tx/T(n)/V(Ada)/DA(/Helv 11 Tf){place}>>")
    document.xref_set_key(document.pdf_catalog(), "AcroForm", f"<</Fields[{widget} 0 R]>>")
    document.xref_set_key(document[0].xref, "Annots", f"[{widget} 0 R]")
    page = read(document.tobytes())
    assert page["fields"][0]["bbox"] == [[200, 105], [400, 105], [400, 125], [200, 125]]
    assert rows_of(page) == ["Name Ada"]


@pytest.mark.parametrize("mode", ["auto", "ocr"])
def test_fields_are_returned_when_the_text_comes_from_ocr(read, mode):
    page = read(raw_form("/T(f)/F 4/FT/Tx/V(Ada)", "/T(t)/F 4/FT/Btn/AS/On"), mode="ocr")
    assert page["source"] == "ocr"
    assert values_of(page) == {"f": ("text", "Ada"), "t": ("checkbox", True)}


def test_a_page_whose_only_text_is_in_fields_is_recognized(read):
    assert (
        read(form_of(lambda page: add_field(page, "n", (100, 100, 300, 120), PROSE[0])), mode="auto")["source"] == "ocr"
    )


def test_a_password_is_not_rendered(tmp_path):
    path = tmp_path / "form.pdf"
    path.write_bytes(raw_form("/T(p)/F 4/FT/Tx/Ff 8192/V(secret)", "/T(t)/F 4/FT/Tx/V(Ada)"))
    with PdfDocument(path) as pdf:
        image = pdf.render(1, 72, 10**7)
        assert (image[80:105, 195:405] == 255).all()
        assert (image[120:145, 195:405] < 255).any()
        assert values_of_layer(pdf) == ["A form", "******", "Ada"]


def values_of_layer(pdf):
    return [line.line.text for line in pdf.text_layer(1, 72, 10**7).lines]


@pytest.mark.parametrize(
    ("orientation", "size", "box"),
    [
        (0, (100, 60), (10, 20, 30, 25)),
        (90, (60, 100), (35, 10, 40, 30)),
        (180, (100, 60), (70, 35, 90, 40)),
        (270, (60, 100), (20, 70, 25, 90)),
    ],
)
def test_fields_turn_with_the_page(orientation, size, box):
    recognition = Recognition(*size, (), "", "en", EngineInfo("", "", ()), orientation=orientation)
    (field,) = upright_fields([FormField("f", "text", None, (10, 20, 30, 25))], recognition)
    assert field.box == box
