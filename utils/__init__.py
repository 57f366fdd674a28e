"""Leaves: small helpers that know nothing of OCR, jobs or HTTP and import nothing of ours."""
