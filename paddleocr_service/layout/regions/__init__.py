"""Regions of a page: headings, paragraphs, list items, captions, footnotes and what else its lines belong to.

Input and output are blocks in reading order; all lines are kept. The image is used only to find figures. All thresholds
are in letter sizes, characters or shares of the page.

    drop_caps.py     joins a large first letter to its word, before lines are ordered
    typed.py         blocks of lines -> typed regions, and their order
    text_rows.py     rows, their letter size, and what is usual on a page
    paragraphs.py    paragraphs and list items of a block; joins their lines
    hyphenation.py   undoes hyphenation
    markers.py       what the first characters say: list markers, captions, numbers of headings, pages and notes
    parts.py         a region on its way to a block
    kinds.py         the kind of each paragraph
    furniture.py     page headers, page footers and page numbers
    figures.py       areas of ink without text, and their captions
    ordering.py      page header first, footnotes after the text, page footer last; pull quotes out of the text
"""

from .drop_caps import join_drop_caps
from .figures import find_figures
from .typed import typed_regions

__all__ = ["find_figures", "join_drop_caps", "typed_regions"]
