"""The interface of ocr.space: `/ocrspace/parse/image`."""

from flask import Blueprint, Request, Response

from controllers.compat import ocrspace
from controllers.context import RequestLimits
from middleware.foreign_interfaces import ForeignInterface
from middleware.steps import carried_state
from middleware.view_marks import Mark, mark
from routes.blueprint import Decorator

PREFIX = "ocrspace"
_KEY = "ocrspace_key"


def credential(request: Request) -> str:
    """The header `apikey`, or else the field of the form: for that, the body is read before the key is known.

    A request that waits for its job passes through here a second time, without its body.
    """
    carried = carried_state(request)
    if _KEY not in carried:
        carried[_KEY] = request.headers.get("apikey") or ocrspace.fields(request).get("apikey", "")
    found: str = carried[_KEY]
    return found


def interface(limits: RequestLimits, rate_limit: Decorator) -> tuple[ForeignInterface, Blueprint]:
    blueprint = Blueprint("ocrspace", __name__, url_prefix=f"/{PREFIX}")
    pdf_endpoint = f"{blueprint.name}.searchable_pdf"

    @blueprint.post("/parse/image")
    @mark(Mark.CREATES_WORK)
    @rate_limit
    def parse_image() -> Response:
        return ocrspace.parse_image(pdf_endpoint)

    @blueprint.get("/searchable/<string:job_id>.pdf")
    @mark(Mark.OPEN)
    def searchable_pdf(job_id: str) -> Response:
        return ocrspace.searchable_pdf(job_id)

    return ForeignInterface("ocrspace", (PREFIX,), ocrspace.error_response, credential), blueprint
