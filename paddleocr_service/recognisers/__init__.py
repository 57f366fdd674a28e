"""Recognisers of lines besides PP-OCR, and pages whose lines go to several recognisers.

PP-OCR reads lines inside PaddleOCR's pipeline (``cascade.py``). Tesseract's line recogniser reads the scripts and
letters that no installed PP-OCR model knows, in the lines that PP-OCR's detector finds.
"""
