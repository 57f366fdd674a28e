"""The files of a request: in a form, in base64 or by URL in a JSON object, or as the body itself.

The service's own endpoints use `single_file` and `several_files`. Controllers of other interfaces read what their
clients send, then create the job as usual:

    body = json_body()                                     # files in it go to the disk while they arrive
    source = from_base64(body["base64Source"], "scan.pdf")  # or from_url(body["urlSource"]) or from_body("scan.pdf")
    record = submission.submit(source, options, callback_url="", job_id=new_job_id())

The job of a URL is accepted before its file is known. If the file cannot be fetched or read, the job fails.
"""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass, field
from typing import Any, cast
from urllib.parse import unquote, urlsplit

from flask import g, request

from controllers.context import services
from services.errors import InvalidOption, MissingFile
from services.storage import IncomingFile
from services.uploads.json_body import LongString
from utils import environ_keys
from utils.file_names import plain_name

_CHUNK_BYTES = 1 << 18


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """A file with the client's name for it. problem: why it cannot be used, or empty."""

    name: str
    content: IncomingFile
    problem: str = ""

    def fingerprint(self) -> str:
        """Equal for equal files."""
        return self.content.sha256()


@dataclass(frozen=True, slots=True)
class LinkedFile:
    """A file that a worker fetches. Its URL may grant access to it, so it is not shown."""

    name: str
    url: str = field(repr=False)

    def fingerprint(self) -> str:
        return hashlib.sha256(self.url.encode()).hexdigest()


Source = UploadedFile | LinkedFile


def single_file() -> Source:
    """The file of a request that has one. Raises MissingFile, InvalidOption and PayloadTooLarge."""
    if (sent := _json_files()) is not None:
        if "files" in sent:
            raise InvalidOption("The option `files` is not known here. Send several files to /ocr/batch.")
        return _from_object(sent)
    uploads = form_files("file")
    if not uploads:
        raise MissingFile("No file was sent. Send it as multipart/form-data in the field `file`.")
    if len(uploads) > 1:
        raise InvalidOption("More than one file was sent. Send several files to /ocr/batch.")
    return uploads[0]


def several_files() -> list[Source]:
    """The files of a batch. Raises MissingFile, InvalidOption and PayloadTooLarge."""
    if (sent := _json_files()) is not None:
        files = sent.pop("files", None)
        if sent or not isinstance(files, list) or not all(isinstance(each, dict) for each in files):
            raise InvalidOption("Send `files`: a list of objects, each with `file` in base64 or `url`.", option="files")
        sources: list[Source] = [_from_object(each) for each in files]
    else:
        sources = [*form_files("files")]
    if not sources:
        raise MissingFile("No file was sent. Send one or more in the multipart field `files`.")
    return sources


def json_body() -> dict[str, Any]:
    """The JSON object in the body. A file in it is a `LongString`, if it is not short: pass it to `from_base64`.

    Raises MalformedRequest and PayloadTooLarge.
    """
    uploads = services().uploads
    request.max_content_length = uploads.max_json_bytes
    return uploads.read_json(cast(Any, request.stream), _received())


def from_base64(text: str | LongString, name: str = "", option: str = "file") -> UploadedFile:
    """A file in base64, or a `data:` URL of one. option: the client's name for it, for the message of an error.

    `submit` reports text that is not base64. Raises PayloadTooLarge.
    """
    decoded = services().uploads.decode(text, _received())
    problem = f"The option `{option}` is not a file in base64: {decoded.error}." if decoded.error else ""
    return UploadedFile(plain_name(name), decoded.content, problem)


def from_url(url: str, name: str = "") -> LinkedFile:
    """A file that a worker fetches. `submit` raises UrlNotAllowed. Without a name it has the last part of the path."""
    try:
        path = unquote(urlsplit(url).path)
    except ValueError:  # not a URL, which `submit` reports
        path = ""
    return LinkedFile(plain_name(name or path), url)


def from_body(name: str = "") -> UploadedFile:
    """The body itself as a file."""
    content = services().storage.receive()
    _received().append(content)
    shutil.copyfileobj(request.stream, content, _CHUNK_BYTES)
    return UploadedFile(plain_name(name), content)


def _received() -> list[IncomingFile]:
    """Files that are deleted when the request ends."""
    return cast(list[IncomingFile], request.environ.setdefault(environ_keys.RECEIVED_FILES, []))


def form_files(field: str) -> list[UploadedFile]:
    """The files sent in a multipart field. Raises InvalidOption for files in any other field."""
    for other in request.files:
        if other != field:
            raise InvalidOption(f"Unknown file field `{other[:64]}`. Send files in the field `{field}`.")
    # `middleware/uploads.py` receives each file as an IncomingFile.
    return [
        UploadedFile(plain_name(sent.filename or ""), cast(IncomingFile, sent.stream))
        for sent in request.files.getlist(field)
    ]


def _json_files() -> dict[str, Any] | None:
    """The fields about files, which the option parser has found in a JSON object. None for another body."""
    return cast(dict[str, Any] | None, g.get("json_files"))


def _from_object(sent: dict[str, Any]) -> Source:
    if unknown := sorted(sent.keys() - {"file", "url", "filename"}):
        known = "A file has `file` or `url`, and `filename`."
        raise InvalidOption(f"Unknown field `{unknown[0][:64]}`. {known}", option="files")
    name, text, url = sent.get("filename", ""), sent.get("file"), sent.get("url")
    if not isinstance(name, str) or len(name) > 1024:
        raise InvalidOption("The option `filename` is not valid: it must be a string of at most 1024 characters.")
    if text is not None and url is not None:
        raise InvalidOption("Send either `file` or `url`, not both.", option="url")
    if isinstance(url, str):
        return from_url(url, name)
    if url is not None:
        raise InvalidOption("The option `url` is not valid: it must be a string of at most 2048 characters.")
    if text is None:
        raise MissingFile("No file was sent. Send it in base64 in the field `file`, or its address in `url`.")
    if not isinstance(text, str | LongString):
        raise InvalidOption("The option `file` is not valid: it must be a string in base64.", option="file")
    return from_base64(text, name)
