"""What a searchable PDF keeps of its input: links, forms, annotations, outlines, metadata, PDF/A, encryption."""

import io
import os
import subprocess
import sys

import pikepdf
import pymupdf
import pytest
from pikepdf import Array, Dictionary, Name, String

from services.errors import CorruptFile
from services.exports import annotated, searchable_pdf
from services.exports.pdf_writer import PdfWriter
from tests.support.exports import FakeResult, check_syntax, page_with, scan_pdf
from tests.support.searchable import searchable

HELLO = ("Hello", (100, 200, 260, 240))
XMP = b"""<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""
xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/" pdfaid:part="2" pdfaid:conformance="B"/></rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>"""


def changed(change, **options):
    with pikepdf.open(io.BytesIO(scan_pdf(2))) as pdf:
        change(pdf)
        out = io.BytesIO()
        pdf.save(out, **options)
    return out.getvalue()


def written(source, **fields):
    file = searchable(source, page_with(HELLO, **fields), page_with(HELLO, number=2))
    check_syntax(file)
    return file


def with_form():
    with pymupdf.open(stream=scan_pdf(2)) as document:
        page = document[0]
        for kind, name, value in (("TEXT", "name", "Ada"), ("CHECKBOX", "agree", True), ("COMBOBOX", "city", "Bonn")):
            widget = pymupdf.Widget()
            widget.field_type = getattr(pymupdf, f"PDF_WIDGET_TYPE_{kind}")
            widget.field_name, widget.rect = name, pymupdf.Rect(50, 50 + 40 * len(kind), 200, 80 + 40 * len(kind))
            if kind == "COMBOBOX":
                widget.choice_values = ["Bonn", "Kiel"]
            widget.field_value = value
            page.add_widget(widget)
        return document.tobytes()


@pytest.mark.parametrize("orientation", [0, 90])
def test_forms_can_still_be_filled_in(orientation):
    size = {} if orientation == 0 else {"width": 1100, "height": 850}
    with pymupdf.open(stream=written(with_form(), orientation=orientation, **size)) as document:
        page = document[0]
        fields = {widget.field_name: widget.field_value for widget in page.widgets()}
        assert fields == {"name": "Ada", "agree": "Yes", "city": "Bonn"}
        widget = next(page.widgets())
        widget.field_value = "Grace"
        widget.update()
        assert "Grace" in [each.field_value for each in page.widgets()]


def test_links_and_annotations_stay():
    with pymupdf.open(stream=scan_pdf(2)) as document:
        page = document[0]
        page.insert_link({"kind": pymupdf.LINK_URI, "from": pymupdf.Rect(10, 10, 90, 30), "uri": "https://a.example/"})
        page.insert_link({"kind": pymupdf.LINK_GOTO, "from": pymupdf.Rect(10, 40, 90, 60), "page": 1})
        page.add_highlight_annot(pymupdf.Rect(100, 100, 200, 120))
        page.add_text_annot((300, 300), "a note")
        source = document.tobytes()

    def marks(file):
        with pymupdf.open(stream=file) as document:
            page = document[0]
            links = [(link["kind"], link.get("uri"), link.get("page"), tuple(link["from"])) for link in page.links()]
            return links, [(each.type[1], each.info["content"], tuple(each.rect)) for each in page.annots()]

    assert marks(written(source)) == marks(source)
    assert len(marks(source)[0]) == len(marks(source)[1]) == 2


def test_outlines_metadata_and_attachments_stay():
    with pymupdf.open(stream=scan_pdf(2)) as document:
        document.set_toc([[1, "First", 1], [2, "Second", 2]])
        document.set_metadata({"title": "Files", "author": "Ada", "creationDate": "D:20200102030405Z"})
        document.embfile_add("data.csv", b"1,2,3")
        source = document.tobytes()
    with pymupdf.open(stream=written(source)) as document:
        assert document.get_toc() == [[1, "First", 1], [2, "Second", 2]]
        assert (document.metadata["title"], document.metadata["author"]) == ("Files", "Ada")
        assert document.metadata["creationDate"] == "D:20200102030405Z"
        assert document.embfile_get("data.csv") == b"1,2,3"


def as_pdf_a(pdf):
    profile = pdf.make_stream(b"profile")
    profile.N = 3
    pdf.Root.OutputIntents = Array(
        [Dictionary(Type=Name.OutputIntent, S=Name.GTS_PDFA1, OutputConditionIdentifier=String("sRGB"))]
    )
    pdf.Root.OutputIntents[0].DestOutputProfile = profile
    metadata = pdf.make_stream(XMP)
    metadata.Type, metadata.Subtype = Name.Metadata, Name.XML
    pdf.Root.Metadata = metadata


@pytest.mark.parametrize("version", ["1.4", "1.7"])
def test_pdf_a_keeps_what_makes_it_one(version):
    """The added font is embedded. The version, the metadata and the output intent are those of the input."""
    source = changed(as_pdf_a, force_version=version, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    with pikepdf.open(io.BytesIO(source)) as pdf:
        metadata = pdf.Root.Metadata.read_bytes()
    file = written(source)
    with pikepdf.open(io.BytesIO(file)) as pdf:
        assert pdf.pdf_version == version
        assert pdf.Root.Metadata.read_bytes() == metadata
        assert pdf.Root.OutputIntents[0].DestOutputProfile.read_bytes() == b"profile"
        assert not pdf.is_encrypted and not [each for each in pdf.objects if is_kind(each, "/ObjStm")]
        font = pdf.pages[0].resources.Font.GlyphLess
        assert "/FontFile2" in font.DescendantFonts[0].FontDescriptor and "/ToUnicode" in font


def is_kind(each, name):
    return isinstance(each, pikepdf.Stream) and each.get("/Type") == name


@pytest.mark.parametrize("revision", [3, 4, 6])
def test_a_pdf_with_an_empty_user_password_keeps_its_encryption(revision):
    locked = pikepdf.Encryption(
        owner="owner",
        user="",
        R=revision,
        aes=revision > 3,
        metadata=revision > 3,
        allow=pikepdf.Permissions(extract=False),
    )
    file = written(changed(lambda pdf: None, encryption=locked))
    with pikepdf.open(io.BytesIO(file)) as pdf:
        assert (pdf.encryption.R, pdf.allow.extract, pdf.user_password_matched) == (revision, False, True)
    with pikepdf.open(io.BytesIO(file), password="owner") as pdf:
        assert pdf.owner_password_matched


def locked_with_key(length):
    """A PDF whose encryption has this entry instead of the length of its key."""
    source = changed(lambda pdf: None, encryption=pikepdf.Encryption(owner="owner", user="", R=4, aes=True))
    assert source.count(b"/Length 128 ") == 1
    return source.replace(b"/Length 128 ", length)


@pytest.mark.parametrize("module", [searchable_pdf, annotated])
def test_entries_that_a_damaged_file_lacks_are_added(module):
    for source in (scan_pdf(2).replace(b"/Size", b"/Siqe"), locked_with_key(b"/Lengph 128 ")):
        out = io.BytesIO()
        module.write(io.BytesIO(source), FakeResult([page_with(HELLO)]), out, io.BytesIO())
        check_syntax(out.getvalue())


def test_a_pdf_whose_encryption_cannot_be_written_is_refused():
    with pytest.raises(CorruptFile):
        written(locked_with_key(b"/Length 40 "))


MEASURE = """
import resource, sys
from services.exports import outputs
from tests.support.exports import page_with
class Result:
    def pages(self):
        return (page_with(("word", (10, 10, 90, 30)), number=number) for number in range(1, int(sys.argv[3]) + 1))
with open(sys.argv[2], "wb") as out:
    outputs.create("pdf", sys.argv[1], Result(), out)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def peak_megabytes(folder, pages):
    """Of a process that writes a PDF with an image of a megabyte on each page."""
    source = folder / f"{pages}.pdf"
    with source.open("wb") as file:
        writer = PdfWriter(file)
        for _ in range(pages):
            image = writer.add_stream(
                b"/Type /XObject /Subtype /Image /Width 850 /Height 1100 /ColorSpace /DeviceGray /BitsPerComponent 8 "
                b"/Filter /DCTDecode",
                [os.urandom(1 << 20)],
            )
            entries = b"/MediaBox [0 0 612 792] /Resources << /XObject << /Image %d 0 R >> >>" % image
            writer.add_page(
                entries + b" /Contents %d 0 R" % writer.add_stream(b"", [b"q 612 0 0 792 0 0 cm /Image Do Q"])
            )
        writer.finish()
    command = [sys.executable, "-c", MEASURE, str(source), str(folder / "out.pdf"), str(pages)]
    return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def test_memory_does_not_grow_with_the_images_of_a_document(tmp_path):
    few, many = peak_megabytes(tmp_path, 5), peak_megabytes(tmp_path, 100)
    assert many - few < 20, f"{few} MB for 5 pages, {many} MB for 100 pages of 1 MB"
