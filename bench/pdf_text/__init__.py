"""``python -m bench.pdf_text [FOLDER]``: speed and errors of reading PDFs with ``mode=auto``.

Errors are differences from PyMuPDF's text of the same page. Pages whose text layer cannot be trusted are recognised,
and so are parts of other pages, such as a letterhead in a picture. Both are counted and timed separately. Pages that
need no OCR are timed with all checks that show this. The default folder is the sample
(``../shared/data/pdf_digital``). The best of several rounds counts, to exclude the effect of other load on the machine.
"""
