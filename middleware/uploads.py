"""Request bodies stream to the upload folder as they come; a web process never holds a file in memory."""

from __future__ import annotations

from flask import Request, current_app
from gunicorn.http.errors import ParseException
from werkzeug.exceptions import BadRequest, ClientDisconnected
from werkzeug.formparser import FormDataParser

MULTIPART = "multipart/form-data"


class MultipartParser(FormDataParser):
    """Reads multipart/form-data, and says so when it cannot. A body of any other type stays unread."""

    def parse(self, stream, mimetype, content_length, options=None):
        if mimetype != MULTIPART:
            return stream, self.cls(), self.cls()
        self.silent = False  # a body that cannot be read must not look like one without fields
        try:
            rest, form, files = super().parse(stream, mimetype, content_length, options)
            if None in form or None in files:
                raise ValueError("a part has no name")
        except ClientDisconnected as error:
            raise BadRequest("The body did not arrive whole. Send it again.") from error
        except (ValueError, ParseException) as error:
            raise BadRequest(
                f"The body is not whole and well-formed {MULTIPART}: look at its boundary, at its end, and at its "
                "names, which must be UTF-8. It is best written by a library or by a tool such as curl."
            ) from error
        return rest, form, files


class StreamingRequest(Request):
    """A request whose uploaded files are `IncomingFile`s of the upload store."""

    form_data_parser_class = MultipartParser

    def _get_file_stream(self, total_content_length, content_type, filename=None, content_length=None):
        return current_app.extensions["services"].storage.receive()
