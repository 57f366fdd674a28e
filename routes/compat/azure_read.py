"""Azure Computer Vision, Read v3.2: `/vision/v3.2/read`."""

from flask import Blueprint, Response

from controllers.compat import azure, azure_read
from controllers.context import RequestLimits
from middleware.foreign_interfaces import ForeignInterface
from middleware.view_marks import Mark, mark
from routes.blueprint import Decorator
from routes.compat.azure import credential

PREFIX = "vision"


def interface(limits: RequestLimits, rate_limit: Decorator) -> tuple[ForeignInterface, Blueprint]:
    blueprint = Blueprint("azure_read", __name__, url_prefix=f"/{PREFIX}/v3.2/read")
    blueprint.after_request(azure.add_request_id)

    @blueprint.post("/analyze")
    @mark(Mark.CREATES_WORK)
    @rate_limit
    def analyze() -> Response:
        return azure_read.analyze(f"{blueprint.name}.operation")

    @blueprint.get("/analyzeResults/<string:job_id>")
    def operation(job_id: str) -> Response:
        return azure_read.operation(job_id)

    return ForeignInterface("azure-read", (PREFIX,), azure_read.error_response, credential), blueprint
