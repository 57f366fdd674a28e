"""Parses the options of a request, from its query and its form alike, and names each invalid one."""

from typing import Any, NoReturn, cast

from flask import Request, current_app, g, request
from marshmallow import Schema, ValidationError
from webargs.flaskparser import FlaskParser
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from middleware.rate_limiter import count_file
from services.errors import InvalidOption, PayloadTooLarge
from utils import environ_keys

#: Characters of a name from the client that an error message repeats, and how many such names.
MAX_NAME_LENGTH = 64
MAX_NAMES = 5
#: Bytes of the largest JSON body.
MAX_JSON_BYTES = 1 << 16
#: Options that may not be in a query, because addresses are logged.
SECRETS = frozenset({"password"})
#: Attribute of schemas whose options may be sent as a JSON object, together with files.
FILES_IN_JSON = "files_in_json"
#: Fields of such an object that are not options.
FILE_FIELDS = ("file", "filename", "files", "url")


class OptionsParser(FlaskParser):
    """Accepts options as form fields or in the query. Unknown options are rejected, never ignored."""

    DEFAULT_VALIDATION_STATUS = 400
    DEFAULT_UNKNOWN_BY_LOCATION = {"query": None}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._defaults: dict[object, dict[str, Any]] = {}

    def parse(self, argmap: Any, req: Request | None = None, *, location: str | None = None, **how: Any) -> Any:
        """Requests without options get the defaults, which are computed once per schema."""
        # The request itself: each access through Flask's proxy is slow.
        req = req or request._get_current_object()  # type: ignore[attr-defined]
        environ = req.environ
        given = environ.get("QUERY_STRING") or "CONTENT_LENGTH" in environ or "HTTP_TRANSFER_ENCODING" in environ
        if location != "query" or given:
            return super().parse(argmap, req, location=location, **how)
        if argmap not in self._defaults:
            self._defaults[argmap] = super().parse(argmap, req, location=location, **how)
        return dict(self._defaults[argmap])

    def load_querystring(self, req: Request, schema: Schema) -> dict[str, Any]:
        if req.is_json and getattr(schema, FILES_IN_JSON, False):
            return _load_json_with_files(req)
        options: dict[str, Any] = {}
        # The body of a PUT is a file, whatever its content type says.
        _add_query(req, options)
        if req.method != "PUT":
            _add_options(req.form, options)
        return options

    def load_json(self, req: Request, schema: Schema) -> dict[str, Any]:
        """A JSON object, and options in the query."""
        req.max_content_length = MAX_JSON_BYTES
        if not req.is_json:
            raise UnsupportedMediaType("Send a JSON object, with the header `Content-Type: application/json`.")
        try:
            document = req.get_json(silent=True)
        except RecursionError:  # thousands of nested brackets
            document = None
        if not isinstance(document, dict):
            raise BadRequest("The body must be a JSON object in UTF-8.")
        _add_query(req, document)
        return document

    def handle_error(self, error: ValidationError, req: Request, schema: Schema, **how: Any) -> NoReturn:
        (messages,) = cast(dict[str, Any], error.messages).values()
        invalid = sorted(messages.keys() & schema.fields.keys())
        unknown = sorted(messages.keys() - schema.fields.keys())
        parts = [f"The option `{name}` is not valid: {' '.join(map(str, messages[name]))}" for name in invalid]
        if unknown:
            names = ", ".join(f"`{_short(name)}`" for name in unknown[:MAX_NAMES])
            known = ", ".join(sorted(schema.fields)) or "none"
            subject = f"The option {names} is" if len(unknown) == 1 else f"The options {names} are"
            parts.append(f"{subject} not known. Known options: {known}.")
        raise InvalidOption(" ".join(parts), option=_short((invalid + unknown)[0])) from error


def _load_json_with_files(req: Request) -> dict[str, Any]:
    """The options of a JSON object, and those in the query. Leaves the fields about files in `g.json_files`."""
    uploads = current_app.extensions["services"].uploads
    req.max_content_length = uploads.max_json_bytes
    document: dict[str, Any] = uploads.read_json(req.stream, req.environ.setdefault(environ_keys.RECEIVED_FILES, []))
    g.json_files = {name: document.pop(name) for name in FILE_FIELDS if name in document}
    files = g.json_files.get("files")
    if isinstance(files, list):
        if len(files) > (limit := current_app.config["MAX_BATCH_FILES"]):
            raise PayloadTooLarge(f"The request has more than {limit} files (MAX_BATCH_FILES). Nothing was accepted.")
        for _ in files[1:]:  # the first one is counted as the request
            count_file(current_app)
    _add_query(req, document)
    return document


def _add_query(req: Request, options: dict[str, Any]) -> None:
    if secrets := SECRETS & req.args.keys():
        (name, *_) = secrets
        raise InvalidOption(f"Send the option `{name}` in the body, not in the address: addresses are logged.")
    _add_options(req.args, options)


def _add_options(source: MultiDict[str, str], options: dict[str, Any]) -> None:
    for name, values in source.lists():
        if name in options or len(values) > 1:
            raise InvalidOption(f"The option `{_short(name)}` is given more than once. Give it once.")
        options[name] = values[0]


def _short(name: str) -> str:
    """A name from the client, without control characters."""
    return "".join(char for char in name if char.isprintable())[:MAX_NAME_LENGTH]
