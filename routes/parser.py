"""Reads the options of a request, from its query and its form alike, and names each that is at fault."""

from __future__ import annotations

from flask import Request
from webargs.flaskparser import FlaskParser

from services.errors import InvalidOption


class OptionsParser(FlaskParser):
    """Options may come as form fields or in the query; what the server does not know is refused, never dropped."""

    DEFAULT_VALIDATION_STATUS = 400
    DEFAULT_UNKNOWN_BY_LOCATION = {"query": None}

    def load_querystring(self, req: Request, schema) -> dict[str, str]:
        given: dict[str, str] = {}
        for source in (req.args, req.form):
            for name, values in source.lists():
                if name in given or len(values) > 1:
                    raise InvalidOption(f"The option `{name}` is given more than once. Give it once.")
                given[name] = values[0]
        return given

    def handle_error(self, error, req, schema, *, error_status_code, error_headers):
        messages = error.messages.get("query", error.messages)
        known = ", ".join(sorted(schema.fields))
        parts = []
        for name, problems in sorted(messages.items()):
            if name in schema.fields:
                parts.append(f"The option `{name}` is not valid: {' '.join(map(str, problems))}")
            else:
                parts.append(f"The option `{name}` is not known. Known options: {known}.")
        raise InvalidOption(" ".join(parts), options=sorted(messages)) from error
