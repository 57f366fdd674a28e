"""The check of an upload before it is accepted: what it is, and whether it can be processed.

A web process imports this package and nothing heavy with it: Pillow and PyMuPDF are loaded, and a client's bytes are
parsed, in a child process alone (`Inspector`). `inspect_upload` is the check itself, for the child and for tests.
"""

from services.inspection.facts import FileFacts, InspectionLimits, inspect_upload
from services.inspection.inspector import Inspector

__all__ = ["FileFacts", "InspectionLimits", "Inspector", "inspect_upload"]
