"""HTML: the content of the document as one semantic page, without scripts and without anything to load."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from itertools import groupby

from services.exports.characters import clean_line
from services.exports.joined_tables import joined_pages
from services.exports.languages import language_tag
from services.exports.lists import list_item_of
from services.exports.result import Result
from services.exports.structure import Block, Cell, Table

_HEAD = """\
<!DOCTYPE html>
<html{lang}>
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body {{ font: 1rem/1.5 sans-serif; max-width: 50rem; margin: 2rem auto; padding: 0 1rem; }}
section + section {{ border-top: 1px solid #ccc; margin-top: 2rem; padding-top: 1rem; }}
table {{ border-collapse: collapse; margin: 1rem 0; }}
th, td {{ border: 1px solid #999; padding: 0.2rem 0.5rem; text-align: start; vertical-align: top; }}
.caption, .footnote, header, footer, aside {{ color: #555; font-size: 0.9rem; }}
</style>
</head>
<body>
<main>
"""
#: Kinds of blocks that are one element: its name, and its class.
_ELEMENTS = {
    "caption": ("p", "caption"),
    "footnote": ("p", "footnote"),
    "formula": ("p", "formula"),
    "figure": ("figure", ""),
    "side_note": ("aside", ""),
    "page_header": ("header", ""),
    "page_footer": ("footer", ""),
    "page_number": ("footer", ""),
}


def export(result: Result, furniture: bool = False) -> Iterator[bytes]:
    tag = language_tag(result.lang)
    lang = f' lang="{tag}"' if tag else ""
    yield _HEAD.format(lang=lang, title=escape(clean_line(result.filename)) or "Document").encode()
    for number, blocks in joined_pages(result, furniture):
        yield "".join(_page(number, blocks)).encode()
    yield b"</main>\n</body>\n</html>\n"


def table_as_html(table: Table) -> str:
    """A table without empty lines, so that it can also be a part of Markdown."""
    rows = table.by_row()
    head = 0
    while head < len(rows) and rows[head] and all(cell.is_header for cell in rows[head]):
        head += 1
    parts = ["<table>\n"]
    for name, some in (("thead", rows[:head]), ("tbody", rows[head:])):
        if some:
            parts += [f"<{name}>\n", *map(_row, some), f"</{name}>\n"]
    return "".join([*parts, "</table>"])


def _row(cells: list[Cell]) -> str:
    return f"<tr>{''.join(map(_cell, cells))}</tr>\n"


def _cell(cell: Cell) -> str:
    name = "th" if cell.is_header else "td"
    spans = f' rowspan="{cell.rowspan}"' if cell.rowspan > 1 else ""
    spans += f' colspan="{cell.colspan}"' if cell.colspan > 1 else ""
    return f"<{name}{spans}>{_text(cell.text)}</{name}>"


def _page(number: int, blocks: Sequence[Block]) -> Iterator[str]:
    yield f'<section id="page-{number}" aria-label="Page {number}">\n'
    for is_list, group in groupby(blocks, key=lambda block: block.kind == "list_item"):
        if is_list:
            yield from _lists(group)
        else:
            yield from map(_block, group)
    yield "</section>\n"


def _lists(blocks: Iterator[Block]) -> Iterator[str]:
    for ordered, items in groupby(map(list_item_of, blocks), key=lambda item: item.is_ordered):
        name = "ol" if ordered else "ul"
        yield f"<{name}>\n"
        for item in items:
            value = f' value="{item.ordinal}"' if ordered else ""
            yield f"<li{value}>{escape(item.text)}</li>\n"
        yield f"</{name}>\n"


def _block(block: Block) -> str:
    if block.table and block.table.cells:
        return table_as_html(block.table) + "\n"
    if not block.text.strip():
        return ""
    if block.level:
        return f"<h{block.level}>{escape(' '.join(block.text.split()))}</h{block.level}>\n"
    name, css = _ELEMENTS.get(block.kind, ("p", ""))
    attribute = f' class="{css}"' if css else ""
    return f"<{name}{attribute}>{_text(block.text)}</{name}>\n"


def _text(text: str) -> str:
    lines = [" ".join(line.split()) for line in text.split("\n")]
    return "<br>".join(escape(line) for line in lines if line)
