"""Mistral's OCR: `/mistral/v1`. Clients whose base address already ends with `/v1` add only the rest."""

from flask import Blueprint, Response

from controllers.compat import mistral
from controllers.context import RequestLimits
from middleware.foreign_interfaces import ForeignInterface
from middleware.view_marks import Mark, mark
from routes.blueprint import Decorator

SEGMENT = "mistral"


def interface(limits: RequestLimits, rate_limit: Decorator) -> tuple[ForeignInterface, Blueprint]:
    blueprint = Blueprint("mistral", __name__, url_prefix=f"/{SEGMENT}/v1")

    @blueprint.post("/files")
    @mark(Mark.CREATES_WORK)
    @rate_limit
    def upload_file() -> Response:
        return mistral.upload_file()

    @blueprint.get("/files/<string:job_id>")
    def describe_file(job_id: str) -> Response:
        return mistral.describe_file(job_id)

    @blueprint.get("/files/<string:job_id>/url")
    def file_url(job_id: str) -> Response:
        return mistral.file_url(job_id, f"{blueprint.name}.{file_content.__name__}")

    @blueprint.get("/files/<string:job_id>/content")
    def file_content(job_id: str) -> Response:
        return mistral.file_content(job_id)

    @blueprint.delete("/files/<string:job_id>")
    def delete_file(job_id: str) -> Response:
        return mistral.delete_file(job_id)

    @blueprint.post("/ocr")
    @mark(Mark.CREATES_WORK)
    @rate_limit
    def ocr() -> Response:
        return mistral.ocr()

    @blueprint.get("/models")
    def models() -> Response:
        return mistral.models()

    @blueprint.get("/models/<string:ocr_model>")
    def model(ocr_model: str) -> Response:
        return mistral.model(ocr_model)

    return ForeignInterface("mistral", (SEGMENT,), mistral.error_response), blueprint
