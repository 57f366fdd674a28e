"""Warnings about files whose content is not on their pages: dynamic XFA forms and portfolios."""

import pymupdf
import pytest

from services.ocr_service.helpers.file_warnings import file_warnings
from tests.support.forms import add_object, raw_form, rows
from tests.support.pdfs import write

NOTICE = ["Please wait...", "If this message is not eventually replaced by the proper contents of the document,"]
HIDDEN = "/T(h)/FT/Tx/F 2"
WITHOUT_SIZE = "/T(s)/FT/Sig/F 132/Rect[0 0 0 0]"


def warnings_of(data):
    with pymupdf.open(stream=data) as document:
        return [(warning.code, warning.detail) for warning in file_warnings(document)]


def xfa(*fields, dynamic=True, as_array=True):
    """A form with XFA and these widgets."""
    document = pymupdf.open(stream=raw_form(*fields))
    stream = add_object(document, "<<>>")
    document.update_stream(stream, b"<xdp:xdp/>")
    catalogue = document.pdf_catalog()
    document.xref_set_key(catalogue, "AcroForm/XFA", f"[(datasets) {stream} 0 R]" if as_array else f"{stream} 0 R")
    if dynamic:
        document.xref_set_key(catalogue, "NeedsRendering", "true")
    return document.tobytes()


def with_attachments(count, portfolio):
    document = pymupdf.open()
    write(document.new_page(), NOTICE)
    for number in range(count):
        document.embfile_add(f"{number}.xml", b"<invoice/>")
    if portfolio:
        document.xref_set_key(document.pdf_catalog(), "Collection", "<</View/D>>")
    return document.tobytes()


@pytest.mark.parametrize("fields", [(), (HIDDEN,), (WITHOUT_SIZE,), (HIDDEN, WITHOUT_SIZE)])
@pytest.mark.parametrize("as_array", [True, False])
def test_dynamic_form(fields, as_array):
    assert [code for code, _ in warnings_of(xfa(*fields, as_array=as_array))] == ["dynamic_form"]


def test_dynamic_form_that_does_not_say_so():
    assert [code for code, _ in warnings_of(xfa(dynamic=False))] == ["dynamic_form"]


@pytest.mark.parametrize("dynamic", [True, False])
def test_static_form_has_fields_on_its_pages(dynamic):
    assert warnings_of(xfa(HIDDEN, "/T(t)/FT/Tx/F 4/V(Ada)", dynamic=dynamic)) == []


def test_form_without_xfa():
    document = pymupdf.open()
    rows(document.new_page())
    assert warnings_of(document.tobytes()) == []


@pytest.mark.parametrize(("count", "detail"), [(1, "1 document was not read."), (3, "3 documents were not read.")])
def test_portfolio(count, detail):
    assert warnings_of(with_attachments(count, portfolio=True)) == [("attachments", detail)]


@pytest.mark.parametrize(("count", "portfolio"), [(0, False), (1, False), (3, False), (0, True)])
def test_file_that_is_not_a_portfolio(count, portfolio):
    assert warnings_of(with_attachments(count, portfolio)) == []
