"""Checks an upload before it is accepted: what type it is, and whether it can be processed.

Importing this package is cheap for a web process. Pillow and PyMuPDF are imported, and client bytes are parsed, only in
a child process (`Inspector`). `inspect_upload` is the check itself, for the child and for tests.
"""

from services.inspection.facts import FileFacts, InspectionLimits, inspect_upload
from services.inspection.inspector import Inspector

__all__ = ["FileFacts", "InspectionLimits", "Inspector", "inspect_upload"]
