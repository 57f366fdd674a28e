"""Measurements: how fast and how right the reading is. Run by ``python -m bench``; nothing of the product imports it.

Law of this folder: it may import the product and measure it; what it finds is printed, never asserted (tests do that).
"""
