"""A server of PaddleX: `/paddlex/ocr` and `/paddlex/layout-parsing`."""

from flask import Blueprint, Request, Response

from controllers.compat import paddlex
from controllers.context import RequestLimits
from middleware.foreign_interfaces import ForeignInterface
from middleware.view_marks import Mark, mark
from routes.blueprint import Decorator

SEGMENT = "paddlex"


def credential(request: Request) -> str:
    """`Authorization: token KEY`. Some clients send a bearer token instead."""
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    return value.strip() if scheme.lower() == "token" else ""


def interface(limits: RequestLimits, rate_limit: Decorator) -> tuple[ForeignInterface, Blueprint]:
    blueprint = Blueprint("paddlex", __name__, url_prefix=f"/{SEGMENT}")

    @blueprint.post("/ocr")
    @mark(Mark.CREATES_WORK)
    @rate_limit
    def ocr() -> Response:
        return paddlex.ocr()

    @blueprint.post("/layout-parsing")
    @mark(Mark.CREATES_WORK)
    @rate_limit
    def layout_parsing() -> Response:
        return paddlex.layout_parsing()

    @blueprint.get("/health")
    def health() -> Response:
        return paddlex.health()

    return ForeignInterface("paddlex", (SEGMENT,), paddlex.error_response, credential), blueprint
