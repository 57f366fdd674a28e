"""Leaves that know one file format each: pictures, PDFs."""
