"""``python -m bench.pdf_text [FOLDER]``: read the PDFs of a folder as ``mode=auto`` does, and tell speed and errors.

The errors are held against the text layers, page by page, in the layers' own order; pages that were recognised, because
their layers cannot be trusted, are counted and timed apart. Without a folder the sample is read
(``../shared/data/pdf_digital``). The best of several rounds counts, so that other work on the machine does not.
"""
