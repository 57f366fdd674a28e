"""Reads the options of a request, from its query and its form alike, and names each that is at fault."""

from __future__ import annotations

from flask import Request
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from services.errors import InvalidOption

#: Of a name or a list of names that a client made up, so much is told back.
LONGEST_NAME = 64
#: Bytes of the largest body of options.
MOST_JSON_BYTES = 1 << 16
MOST_NAMES = 5


class OptionsParser(FlaskParser):
    """Options may come as form fields or in the query; what the server does not know is refused, never dropped."""

    DEFAULT_VALIDATION_STATUS = 400
    DEFAULT_UNKNOWN_BY_LOCATION = {"query": None}

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self._defaults: dict[object, dict] = {}

    def parse(self, argmap, req=None, *, location=None, **how):
        """Where no option is given the answer is the defaults, and those are always the same."""
        req = req or self.get_default_request()
        body = req.content_length or "HTTP_TRANSFER_ENCODING" in req.environ
        if location != "query" or req.query_string or body:
            return super().parse(argmap, req, location=location, **how)
        if argmap not in self._defaults:
            self._defaults[argmap] = super().parse(argmap, req, location=location, **how)
        return dict(self._defaults[argmap])

    def load_querystring(self, req: Request, schema) -> dict[str, str]:
        given: dict[str, str] = {}
        # The body of a PUT is a file and nothing else, whatever its type is said to be.
        for source in (req.args,) if req.method == "PUT" else (req.args, req.form):
            for name, values in source.lists():
                if name in given or len(values) > 1:
                    raise InvalidOption(f"The option `{_short(name)}` is given more than once. Give it once.")
                given[name] = values[0]
        return given

    def load_json(self, req: Request, schema) -> dict:
        """A JSON object; options may stand in the query, too."""
        req.max_content_length = MOST_JSON_BYTES
        if not req.is_json:
            raise UnsupportedMediaType("Send a JSON object, with the header `Content-Type: application/json`.")
        try:
            given = req.get_json(silent=True)
        except RecursionError:  # thousands of brackets, one in the other
            given = None
        if not isinstance(given, dict):
            raise BadRequest("The body has to be a JSON object, in UTF-8.")
        return {**given, **self._query(req, given)}

    def _query(self, req: Request, given: dict) -> dict[str, str]:
        for name, values in req.args.lists():
            if name in given or len(values) > 1:
                raise InvalidOption(f"The option `{_short(name)}` is given more than once. Give it once.")
        return req.args.to_dict()

    def handle_error(self, error, req, schema, *, error_status_code, error_headers):
        (messages,) = error.messages.values()
        faulty = sorted(messages.keys() & schema.fields.keys())
        unknown = sorted(messages.keys() - schema.fields.keys())
        parts = [f"The option `{name}` is not valid: {' '.join(map(str, messages[name]))}" for name in faulty]
        if unknown:
            names = ", ".join(f"`{_short(name)}`" for name in unknown[:MOST_NAMES])
            known = ", ".join(sorted(schema.fields)) or "none"
            subject = f"The option {names} is" if len(unknown) == 1 else f"The options {names} are"
            parts.append(f"{subject} not known. Known options: {known}.")
        raise InvalidOption(" ".join(parts), option=_short((faulty + unknown)[0])) from error


def _short(name: str) -> str:
    """A name that a client made up, without control characters."""
    return "".join(char for char in name if char.isprintable())[:LONGEST_NAME]
