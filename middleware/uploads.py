"""Request bodies stream to the upload folder as they come; a web process never holds a file in memory."""

from __future__ import annotations

from flask import Request, current_app


class StreamingRequest(Request):
    """A request whose uploaded files are `IncomingFile`s of the upload store."""

    def _get_file_stream(self, total_content_length, content_type, filename=None, content_length=None):
        return current_app.extensions["services"].uploads.receive()
