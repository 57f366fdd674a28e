"""CORS: which pages of other origins may use the API from a browser.

Written here because it is this small: the API uses no cookies, so an origin is either allowed or not.
"""

from collections.abc import Collection

from flask import Request, Response

from middleware.steps import State

PREFLIGHT_HEADERS = {
    "Access-Control-Allow-Methods": "GET, POST, PUT, DELETE",
    "Access-Control-Allow-Headers": (
        "Authorization, Content-Type, Idempotency-Key, Last-Event-ID, traceparent, X-API-Key, X-Request-ID"
    ),
    # Seconds for which a browser may cache this answer.
    "Access-Control-Max-Age": "3600",
}
#: In addition to those that pages may read anyway.
READABLE_HEADERS = "Location, Retry-After, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, X-Request-ID"


class CrossOrigin:
    """Adds CORS headers to the responses of paths that begin with one of `client_prefixes`."""

    def __init__(self, origins: Collection[str], client_prefixes: tuple[str, ...]) -> None:
        """origins: such as `https://a.example`, or `*` for all."""
        self._origins = origins
        self._client_prefixes = client_prefixes

    def answer_preflight(self, request: Request, state: State) -> Response | None:
        """Browsers ask before they send a request that a form could not send."""
        preflight = request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers
        if not preflight or not request.path.startswith(self._client_prefixes):
            return None
        return Response(status=204, headers=PREFLIGHT_HEADERS)

    def add_headers(self, request: Request, state: State, response: Response) -> None:
        if not request.path.startswith(self._client_prefixes):
            return
        response.vary.add("Origin")
        origin = request.headers.get("Origin", "")
        if "*" in self._origins or origin in self._origins:
            response.headers["Access-Control-Allow-Origin"] = "*" if "*" in self._origins else origin
            response.headers["Access-Control-Expose-Headers"] = READABLE_HEADERS
