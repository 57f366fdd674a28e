"""The service without a server: reads and converts documents in this process, for the library and the command line.

`paddleocr_service.documents` looks this package up by its name and uses `main`, `read_document` and `convert`.
"""

from services.standalone.command_line import main
from services.standalone.conversion import convert, read_document

__all__ = ["convert", "main", "read_document"]
