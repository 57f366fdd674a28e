"""A finished result in the form of a Tika server."""

from __future__ import annotations

from html import escape
from typing import Any

from controllers.compat.page_text import rendered
from services.exports.characters import clean

#: The name of the content in version 3 of the server, and in version 4.
CONTENT, CONTENT_4 = "X-TIKA:content", "tk:content"
#: Metadata with the reason why a file, or a part of it, could not be read.
FAILED, PARTLY_FAILED = "X-TIKA:EXCEPTION:container_exception", "X-TIKA:EXCEPTION:warn"
#: Names that Tika has for the parsers that read a file.
PARSED_BY = "X-TIKA:Parsed-By"
TEXT, HTML, XML, MARKDOWN, IGNORE = "text", "html", "xml", "md", "ignore"


def metadata(result: dict[str, Any], media_type: str, filename: str) -> dict[str, Any]:
    """What Tika calls the metadata of a file: all values are texts or lists of texts."""
    pages = result["pages"]
    facts: dict[str, Any] = {
        "Content-Type": media_type,
        "Content-Length": str(result["file_size"]),
        PARSED_BY: [result["engine"]["name"], *result["engine"]["models"]],
        "language": result["lang"],
        "X-TIKA:parse_time_millis": str(round(result["processing_time_seconds"] * 1000)),
    }
    if filename:
        facts["resourceName"] = filename
    if "width" not in result:
        facts["xmpTPg:NPages"] = str(len(pages))
    else:  # a picture
        facts |= {"tiff:ImageWidth": str(result["width"]), "tiff:ImageLength": str(result["height"])}
    if failed := [page for page in pages if not page["success"]]:
        facts[PARTLY_FAILED] = [
            f"Page {page['page']}: {page['error']['detail']} ({page['error']['code']})" for page in failed
        ]
    return facts


def content(result: dict[str, Any], handler: str, title: str = "") -> str:
    """The text, Markdown, or the text of each page in XHTML, as Tika's handlers `html` and `xml` write it."""
    if handler == TEXT:
        return str(result["full_text"])
    if handler == MARKDOWN:
        return rendered(result, "markdown", furniture=True)
    return _xhtml(result, title)


def _xhtml(result: dict[str, Any], title: str) -> str:
    pages = "".join(f'<div class="page">{_paragraphs(page["text"])}</div>\n' for page in result["pages"])
    head = f'<head>\n<meta name="X-TIKA:Parsed-By" content="{escape(result["engine"]["name"])}"/>\n'
    head += f"<title>{escape(clean(title))}</title>\n</head>"
    return f'<html xmlns="http://www.w3.org/1999/xhtml">\n{head}\n<body>{pages}</body></html>'


def _paragraphs(text: str) -> str:
    return "".join(f"<p>{escape(clean(part))}</p>\n" for part in text.split("\n\n") if part.strip())
