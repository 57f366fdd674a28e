"""Request bodies stream to the upload folder while they arrive. A web process never holds a file in memory."""

from typing import IO, Any

from flask import Request, current_app
from gunicorn.http.errors import ParseException
from werkzeug.exceptions import BadRequest, ClientDisconnected
from werkzeug.formparser import FormDataParser

from middleware.rate_limiter import count_file
from services.errors import PayloadTooLarge
from utils import environ_keys

MULTIPART = "multipart/form-data"
#: Fields of one form that are not files. Each takes memory and time, however small it is.
MAX_FORM_FIELDS = 50


class MultipartParser(FormDataParser):
    """Parses multipart/form-data and rejects a malformed body. Bodies of other types are not read."""

    def parse(
        self, stream: IO[bytes], mimetype: str, content_length: int | None, options: dict[str, str] | None = None
    ) -> Any:
        if mimetype != MULTIPART:
            return stream, self.cls(), self.cls()
        self.silent = False  # a malformed body must not look like one without fields
        try:
            rest, form, files = super().parse(stream, mimetype, content_length, options)
            if None in form or None in files:
                raise ValueError("a part has no name")
        except ClientDisconnected as error:
            raise BadRequest("The body is incomplete. Send it again.") from error
        except (ValueError, ParseException) as error:
            raise BadRequest(
                f"The body is not complete, well-formed {MULTIPART}. Check its boundary, its end and its names, which "
                "must be UTF-8. Use a library or a tool such as curl to write it."
            ) from error
        return rest, form, files


class StreamingRequest(Request):
    """A request whose uploaded files are `IncomingFile`s of the upload storage."""

    form_data_parser_class = MultipartParser
    _file_count = 0

    def _get_file_stream(self, *args: Any, **kwargs: Any) -> IO[bytes]:
        """Called when a file begins. Raises PayloadTooLarge or RateLimited if there may be no more."""
        self._file_count += 1
        limit = current_app.config["MAX_BATCH_FILES"]
        if self._file_count > limit:
            raise PayloadTooLarge(f"The request has more than {limit} files (MAX_BATCH_FILES). Nothing was accepted.")
        if self._file_count > 1:  # the first one is counted as the request
            count_file(current_app)
        stream: IO[bytes] = current_app.extensions["services"].storage.receive()
        return stream

    def close(self) -> None:
        super().close()
        for file in self.environ.get(environ_keys.RECEIVED_FILES, ()):
            file.close()
