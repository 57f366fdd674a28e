"""Azure Document Intelligence v4: requests become jobs, and jobs become operations and their results."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, g, jsonify, make_response, request

from controllers import output_responses
from controllers.compat import azure_errors, azure_options, files, jobs
from controllers.compat.azure_document import API_VERSION, LAYOUT, READ, analyze_result
from controllers.context import services
from controllers.responses import iso_time
from controllers.result_formats import Wanted
from controllers.sources import Source, from_body, json_body
from services import errors
from services.exports.formats import BY_NAME
from services.jobs.record import COMPLETED, JobRecord

#: The models that this service stands for.
MODELS = (READ, LAYOUT)
#: Seconds after which a client may ask again.
POLL_SECONDS = "1"


def analyze(model_id: str, result_endpoint: str) -> Response:
    """202 with the address of the operation. `result_endpoint`: the view of that address."""
    wanted = azure_options.wanted(request.args, model_id)
    chosen = jobs.options(**azure_options.job_options(request.args))
    record = jobs.submit(_file(), chosen)
    query = azure_options.as_query(wanted)
    address = jobs.external_url(result_endpoint, model_id=model_id, job_id=record.id, **query)
    return make_response(b"", 202, {"Operation-Location": address, "Retry-After": POLL_SECONDS})


def _file() -> Source:
    if not request.is_json:
        return from_body()
    body = json_body()
    if body.get("base64Source"):
        return files.embedded(body["base64Source"], "base64Source")
    if body.get("urlSource"):
        return files.from_address(body["urlSource"], "urlSource")
    raise errors.MissingFile("No file was sent. Send `base64Source` or `urlSource`, or the file as the body.")


def operation(model_id: str, job_id: str) -> Response:
    """200 with the state of the operation, and its result when it has succeeded."""
    record = jobs.find(job_id)
    return operation_response(record, lambda: _result(record, model_id))


def operation_response(record: JobRecord, result: Callable[[], dict[str, Any]]) -> Response:
    """The state of a job as an operation of Azure. `result`: called if it has ended."""
    body: dict[str, Any] = {
        "status": "running",
        "createdDateTime": _time(record.created_at),
        "lastUpdatedDateTime": _time(record.finished_at or record.started_at or record.created_at),
    }
    if not record.ended:
        return make_response(body, 200, {"Retry-After": POLL_SECONDS})
    try:
        body |= {"status": "succeeded", "analyzeResult": result()}
    except (errors.JobFailed, errors.JobCancelled) as error:
        body |= {"status": "failed", "error": azure_errors.body(error.code, error.message)}
    return make_response(body)


def _result(record: JobRecord, model_id: str) -> dict[str, Any]:
    wanted = azure_options.wanted(request.args, model_id)
    return analyze_result(jobs.document(record), wanted, jobs.limits().max_image_pixels)


def searchable_pdf(job_id: str) -> Response:
    """200 with the PDF, if the operation was started with `output=pdf`."""
    record = jobs.find(job_id)
    if record.status != COMPLETED:
        services().jobs.result(record)  # raises if the job has failed
    return output_responses.response(record, Wanted(BY_NAME["pdf"]))


def delete(job_id: str) -> Response:
    """204: the result and the file are deleted. An operation that is running is cancelled first."""
    cancelled = services().jobs.discard(jobs.find(job_id))
    if cancelled:
        services().jobs.discard(cancelled)
    return Response(status=204)


def information() -> Response:
    return jsonify(customDocumentModels={"count": 0, "limit": 0})


def models() -> Response:
    return jsonify(value=[_model(each) for each in MODELS])


def model(model_id: str) -> Response:
    return jsonify(_model(_known(model_id)))


def unknown_model(model_id: str) -> Response:
    raise errors.EndpointNotFound(f"The model `{model_id[:64]}` does not exist here. Models: {', '.join(MODELS)}.")


def _known(model_id: str) -> str:
    if model_id not in MODELS:
        unknown_model(model_id)
    return model_id


def _model(model_id: str) -> dict[str, str]:
    return {"modelId": model_id, "apiVersion": API_VERSION, "createdDateTime": "2024-11-30T00:00:00Z"}


def _time(seconds: float) -> str | None:
    """With `Z` for UTC, as Azure writes it."""
    text = iso_time(int(seconds))
    return text.replace("+00:00", "Z") if text else None


def add_request_id(response: Response) -> Response:
    """As Azure's clients log it."""
    response.headers["apim-request-id"] = g.request_id
    return response
