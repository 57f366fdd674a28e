"""Results in the form of a Tika server."""

from xml.etree import ElementTree

from controllers.compat.tika_result import PARTLY_FAILED, content, metadata
from tests.support.compat_results import document, failed, line, page, picture


def test_text_is_that_of_the_result():
    both = document(page(line("one", 0, 0, 9, 9)), page(line("two", 0, 0, 9, 9), number=2))
    assert content(both, "text") == "one\n\ntwo"
    assert content(picture(page(line("one", 0, 0, 9, 9))), "text") == "one"


def test_pages_are_well_formed_xhtml_with_escaped_text():
    hostile = page(line("<script>&\x00", 0, 0, 9, 9))
    root = ElementTree.fromstring(content(document(hostile, page(number=2)), "xml", "a<b>.pdf"))
    space = "{http://www.w3.org/1999/xhtml}"
    pages = root.findall(f"{space}body/{space}div")
    assert [each.get("class") for each in pages] == ["page", "page"]
    assert pages[0].findtext(f"{space}p") == "<script>&"
    assert root.findtext(f"{space}head/{space}title") == "a<b>.pdf"


def test_metadata_counts_pages_and_names_those_that_failed():
    facts = metadata(document(page(line("one", 0, 0, 9, 9)), failed(2)), "application/pdf", "scan.pdf")
    assert (facts["xmpTPg:NPages"], facts["resourceName"], facts["Content-Length"]) == ("2", "scan.pdf", "1234")
    assert facts[PARTLY_FAILED] == ["Page 2: The page took too long. (page_timeout)"]
