"""Markdown: CommonMark with pipe tables. Tables whose cells span others are HTML, which Markdown may contain."""

from __future__ import annotations

import re
from collections.abc import Iterator

from services.exports.html_page import table_as_html
from services.exports.joined_tables import joined_pages
from services.exports.lists import list_item_of
from services.exports.result import Result
from services.exports.structure import Block, Table

#: Characters that begin or end markup anywhere in a text. An underscore does not do so between letters.
_INLINE = re.compile(r"[\\`*\[\]|~]|(?<=\])\(|(?<![^\W_])_|_(?![^\W_])")
#: An HTML tag, or an entity.
_HTML = re.compile(r"<|&(?=#?\w+;)")
_BLOCK = "block"
#: What is markup only at the start of a line: headings, quotes, lists, rules, underlines of headings.
_AT_START = re.compile(r"[#>+\-=]|\d{1,9}(?=[.)])")


def export(result: Result, furniture: bool = False) -> Iterator[bytes]:
    previous = ""
    for _, blocks in joined_pages(result, furniture):
        for block in blocks:
            if text := block_as_markdown(block):
                kind = kind_of(block, text)
                yield ((separator(previous, kind) if previous else "") + text).encode()
                previous = kind
    if previous:
        yield b"\n"


def escaped(text: str) -> str:
    """Text of one line that has no meaning as Markdown, except at the start of a line."""
    return _HTML.sub(lambda found: "&lt;" if found[0] == "<" else "&amp;", _INLINE.sub(r"\\\g<0>", text))


def kind_of(block: Block, text: str) -> str:
    """What `separator` has to know about a block and its Markdown."""
    if block.kind != "list_item":
        return _BLOCK
    return "bullets" if text.startswith("-") else "numbers"


def separator(previous: str, kind: str) -> str:
    """Between two blocks. Items of a list follow each other without an empty line."""
    return "\n" if kind == previous != _BLOCK else "\n\n"


def block_as_markdown(block: Block) -> str:
    """Empty for a block without text."""
    if block.table and block.table.cells:
        return table_as_html(block.table) if block.table.has_spans else _pipe_table(block.table)
    if block.kind == "list_item":
        item = list_item_of(block)
        marker = "-" if item.ordinal is None else f"{item.ordinal}."
        return f"{marker} {_line(item.text)}" if item.text else ""
    if block.level:
        text = _line(block.text)
        # A closing sequence of # would be dropped.
        return f"{'#' * block.level} {text[:-1]}\\#" if text.endswith("#") else f"{'#' * block.level} {text}"
    return "\n".join(line for text in block.text.split("\n") if (line := _line(text)))


def _line(text: str) -> str:
    text = escaped(" ".join(text.split()))
    start = _AT_START.match(text)
    if not start:
        return text
    return f"\\{text}" if start[0] in "#>+-=" else f"{start[0]}\\{text[start.end() :]}"


def _pipe_table(table: Table) -> str:
    """The first row is the header: a pipe table has to have one."""
    rows = [[escaped(" ".join(text.split())) for text in row] for row in table.grid()]
    lines = [f"| {' | '.join(row)} |" for row in rows]
    lines.insert(1, "|" + " --- |" * table.columns)
    return "\n".join(lines)
