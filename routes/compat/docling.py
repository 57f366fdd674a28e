"""docling-serve, version 1: `/v1`. Its clients check `/health` and `/openapi.json`, which this service has anyway."""

from flask import Blueprint, Request, Response

from controllers.compat import docling
from controllers.context import RequestLimits
from middleware.foreign_interfaces import ForeignInterface
from middleware.view_marks import Mark, mark
from routes.blueprint import Decorator


def credential(request: Request) -> str:
    return request.headers.get("X-Api-Key", "")


def interface(limits: RequestLimits, rate_limit: Decorator) -> tuple[ForeignInterface, Blueprint]:
    blueprint = Blueprint("docling", __name__, url_prefix="/v1")

    @blueprint.post("/convert/file")
    @mark(Mark.CREATES_WORK)
    @rate_limit
    def convert_file() -> Response:
        return docling.convert_file(waiting=True)

    @blueprint.post("/convert/file/async")
    @mark(Mark.CREATES_WORK)
    @rate_limit
    def convert_file_later() -> Response:
        return docling.convert_file(waiting=False)

    @blueprint.post("/convert/source")
    @mark(Mark.CREATES_WORK)
    @rate_limit
    def convert_source() -> Response:
        return docling.convert_source(waiting=True)

    @blueprint.post("/convert/source/async")
    @mark(Mark.CREATES_WORK)
    @rate_limit
    def convert_source_later() -> Response:
        return docling.convert_source(waiting=False)

    @blueprint.get("/status/poll/<string:job_id>")
    def status(job_id: str) -> Response:
        return docling.status(job_id)

    @blueprint.get("/result/<string:job_id>")
    def result(job_id: str) -> Response:
        return docling.result(job_id)

    return ForeignInterface("docling", ("v1",), docling.error_response, credential), blueprint
