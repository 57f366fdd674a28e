"""Characters of recognised text that must not reach another program as they are."""

from __future__ import annotations

import re

#: Control characters but tab and line feed, halves of surrogate pairs, and code points that are no characters. XML
#: cannot contain them, and terminals and C programs act on some of them.
_INVALID = "\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"
#: Bidi_Control of Unicode: reorders the text around it, so that a reader sees something else than is there.
_BIDI = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_REMOVED = re.compile(f"[{_INVALID}{_BIDI}]")
#: Line and paragraph separators: they end a line in some programs only.
_SPACES = re.compile("[\t\n\u2028\u2029]+")


def clean(text: str) -> str:
    """Text with line feeds and tabs, but without characters that control how it is displayed or parsed."""
    if text.isascii() and text.isprintable():
        return text
    return _REMOVED.sub("", text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n").replace("\x85", "\n"))


def clean_line(text: str) -> str:
    """The same on one line."""
    if text.isascii() and text.isprintable():
        return text
    return _SPACES.sub(" ", clean(text))
