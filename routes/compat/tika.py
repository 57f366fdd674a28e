"""The interface of a Tika server, below `/tika`. Its client in Python drops the path of an address, so also at `/`."""

from flask import Blueprint, Request, Response

from controllers.compat import tika
from controllers.context import RequestLimits
from middleware.foreign_interfaces import ForeignInterface
from middleware.view_marks import Mark, mark
from routes.blueprint import Decorator

#: `/tika/tika` and `/tika` are the same resource: the first below the base address, the second without it.
BASES = ("/tika", "")
#: {path: (handler of the content, form of the response)}. A handler "" is chosen by the header Accept.
READING = {
    "/tika": ("", tika.PLAIN),
    "/tika/main": ("text", tika.PLAIN),
    **{f"/tika/{handler}": (handler, tika.OBJECT) for handler in tika.HANDLERS},
    "/tika/json": ("text", tika.OBJECT_4),
    **{f"/tika/json/{handler}": (handler, tika.OBJECT_4) for handler in tika.HANDLERS},
    "/rmeta": ("xml", tika.LIST),
    **{f"/rmeta/{handler}": (handler, tika.LIST) for handler in tika.HANDLERS},
    "/meta": ("ignore", tika.OBJECT),
}


def credential(request: Request) -> str:
    """The password of Basic authentication, which an address can contain: `http://key:PASSWORD@host`."""
    given = request.authorization
    return (given.password or given.username or "") if given and given.type == "basic" else ""


def interface(limits: RequestLimits, rate_limit: Decorator) -> tuple[ForeignInterface, Blueprint]:
    blueprint = Blueprint("tika", __name__)
    blueprint.after_request(tika.add_reason)

    def add(path: str, handler: str, form: str) -> None:
        @mark(Mark.CREATES_WORK)
        @rate_limit
        def read() -> Response:
            return tika.read(handler, form)

        blueprint.add_url_rule(path, path.strip("/").replace("/", "_"), read, methods=["PUT"])

    for base in BASES:
        for path, (handler, form) in READING.items():
            add(base + path, handler, form)
        blueprint.add_url_rule(f"{base}/detect/stream", "detect", tika.detect, methods=["PUT"])
    blueprint.add_url_rule("/tika", "greeting", tika.greeting, methods=["GET"])
    blueprint.add_url_rule("/tika/tika", "greeting", tika.greeting, methods=["GET"])
    blueprint.add_url_rule("/tika/version", "version", tika.version, methods=["GET"])
    segments = ("tika", "rmeta", "meta", "detect")
    return ForeignInterface("tika", segments, tika.error_response, credential), blueprint
