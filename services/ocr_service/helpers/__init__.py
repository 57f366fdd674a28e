"""Helpers that know one file format each: images, PDFs, text layers."""
