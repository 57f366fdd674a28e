"""Translators between the interfaces of other services and the jobs of this one. There is no second OCR path."""
