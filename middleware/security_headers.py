"""Headers that limit what a browser does with a response. Added below Flask, where a header is only a tuple."""

from collections.abc import Iterable
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

HEADERS = {
    # The documentation pages set their own policy. Nothing else is meant to be displayed.
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
}
#: JSON contains the text of clients' documents, so no cache may store it.
JSON_HEADERS = {**HEADERS, "Cache-Control": "no-store"}
_LOWER = {name: name.lower() for name in JSON_HEADERS}


def with_security_headers(application: WSGIApplication) -> WSGIApplication:
    """Adds the headers that a view did not set itself."""

    def wrapped(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], *args: Any) -> Any:
            given = {name.lower(): value for name, value in headers}
            media_type = given.get("content-type", "").partition(";")[0].rstrip()
            wanted = JSON_HEADERS if media_type.endswith("json") else HEADERS
            added = [item for item in wanted.items() if _LOWER[item[0]] not in given]
            return start_response(status, headers + added, *args)

        return application(environ, start)

    return wrapped
