"""Azure Document Intelligence v4: `/documentintelligence`, which must not have a prefix for Azure's own clients."""

from flask import Blueprint, Request, Response

from controllers.compat import azure, azure_errors
from controllers.context import RequestLimits
from middleware.foreign_interfaces import ForeignInterface
from middleware.view_marks import Mark, mark
from routes.blueprint import Decorator

PREFIX = "documentintelligence"
RESULT = "/documentModels/<string:model_id>/analyzeResults/<string:job_id>"


def credential(request: Request) -> str:
    return request.headers.get("Ocp-Apim-Subscription-Key", "")


def interface(limits: RequestLimits, rate_limit: Decorator) -> tuple[ForeignInterface, Blueprint]:
    blueprint = Blueprint("azure", __name__, url_prefix=f"/{PREFIX}")
    blueprint.after_request(azure.add_request_id)
    for model_id in azure.MODELS:
        _add_model(blueprint, model_id, rate_limit)
    _add_models(blueprint)
    _add_results(blueprint)
    return ForeignInterface("azure", (PREFIX,), azure_errors.response, credential), blueprint


def _add_model(blueprint: Blueprint, model_id: str, rate_limit: Decorator) -> None:
    """A path without variables, so that the server knows that its requests create work."""

    @mark(Mark.CREATES_WORK)
    @rate_limit
    def analyze() -> Response:
        return azure.analyze(model_id, f"{blueprint.name}.operation")

    name = f"analyze_{model_id.replace('-', '_')}"
    blueprint.add_url_rule(f"/documentModels/{model_id}:analyze", name, analyze, methods=["POST"])


def _add_models(blueprint: Blueprint) -> None:
    @blueprint.get("/info")
    def information() -> Response:
        return azure.information()

    @blueprint.get("/documentModels")
    def models() -> Response:
        return azure.models()

    @blueprint.get("/documentModels/<string:model_id>")
    def model(model_id: str) -> Response:
        return azure.model(model_id)

    @blueprint.post("/documentModels/<string:model_id>:analyze")
    def unknown_model(model_id: str) -> Response:
        return azure.unknown_model(model_id)


def _add_results(blueprint: Blueprint) -> None:
    @blueprint.get(RESULT)
    def operation(model_id: str, job_id: str) -> Response:
        return azure.operation(model_id, job_id)

    @blueprint.get(f"{RESULT}/pdf")
    def searchable_pdf(model_id: str, job_id: str) -> Response:
        return azure.searchable_pdf(job_id)

    @blueprint.delete(RESULT)
    def delete(model_id: str, job_id: str) -> Response:
        return azure.delete(job_id)
