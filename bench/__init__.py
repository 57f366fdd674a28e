"""Benchmarks of OCR speed, accuracy and memory. Run them with ``python -m bench``; the product never imports them.

A benchmark prints its results and asserts nothing; that is the task of the tests.
"""
