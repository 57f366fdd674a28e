"""``python -m bench searchable_pdf``: searchable PDFs of scans compared with our JSON, and with those of OCRmyPDF.

Both programs read the same files in turn, and poppler's pdftotext reads what they wrote.
"""
