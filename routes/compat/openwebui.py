"""The external engine of Open WebUI: `/openwebui`, to which it adds `/process`; `/openwebui/markdown` for Markdown."""

from flask import Blueprint, Response

from controllers.compat import openwebui
from controllers.context import RequestLimits
from middleware.foreign_interfaces import ForeignInterface
from middleware.view_marks import Mark, mark
from routes.blueprint import Decorator

SEGMENT = "openwebui"


def interface(limits: RequestLimits, rate_limit: Decorator) -> tuple[ForeignInterface, Blueprint]:
    blueprint = Blueprint("openwebui", __name__, url_prefix=f"/{SEGMENT}")

    @blueprint.put("/process")
    @mark(Mark.CREATES_WORK)
    @rate_limit
    def process() -> Response:
        return openwebui.process(as_markdown=False)

    @blueprint.put("/markdown/process")
    @mark(Mark.CREATES_WORK)
    @rate_limit
    def process_as_markdown() -> Response:
        return openwebui.process(as_markdown=True)

    return ForeignInterface("openwebui", (SEGMENT,), openwebui.error_response), blueprint
