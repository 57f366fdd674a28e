"""Azure Document Intelligence v4: requests become jobs, and jobs become operations and their results."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify, make_response, request

from controllers import output_responses
from controllers.compat import azure_errors, files, jobs
from controllers.compat.azure_document import API_VERSION, analyze_result
from controllers.compat.text_spans import INDEX_TYPES, TEXT_ELEMENTS
from controllers.context import services
from controllers.responses import iso_time
from controllers.result_formats import Wanted
from controllers.sources import UploadedFile, from_body, json_body
from services import errors
from services.exports.formats import BY_NAME
from services.jobs.record import COMPLETED, JobRecord

#: The models that this service stands for.
READ, LAYOUT = "prebuilt-read", "prebuilt-layout"
MODELS = (READ, LAYOUT)
#: Seconds after which a client may ask again.
_POLL_SECONDS = "1"


def analyze(model_id: str, result_endpoint: str) -> Response:
    """202 with the address of the operation. `result_endpoint`: the view of that address."""
    query = request.args
    index_type = query.get("stringIndexType") or TEXT_ELEMENTS
    if index_type not in INDEX_TYPES:
        raise errors.InvalidOption(f"`stringIndexType` must be one of: {', '.join(INDEX_TYPES)}.")
    upload = _file()
    chosen = jobs.options(
        detail="word", pages=query.get("pages", "").replace(" ", ""), outputs="pdf" if "pdf" in _list("output") else ""
    )
    record = jobs.submit(upload, chosen)
    of_result = {"api-version": _version(), "stringIndexType": index_type}
    address = jobs.external_url(result_endpoint, model_id=model_id, job_id=record.id, **of_result)
    headers = {"Operation-Location": address, "Retry-After": _POLL_SECONDS}
    return make_response(b"", 202, headers)


def _version() -> str:
    return request.args.get("api-version") or API_VERSION


def _list(option: str) -> list[str]:
    """The values of an option that may be given several times, or with commas."""
    return [value for given in request.args.getlist(option) for value in given.split(",") if value]


def _file() -> UploadedFile:
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
    body: dict[str, Any] = {
        "status": "running",
        "createdDateTime": _time(record.created_at),
        "lastUpdatedDateTime": _time(record.finished_at or record.started_at or record.created_at),
    }
    if not record.ended:
        return make_response(body, 200, {"Retry-After": _POLL_SECONDS})
    try:
        body |= {"status": "succeeded", "analyzeResult": _result(record, model_id)}
    except (errors.JobFailed, errors.JobCancelled) as error:
        body |= {"status": "failed", "error": azure_errors.body(error.code, error.message)}
    return make_response(body)


def _result(record: JobRecord, model_id: str) -> dict[str, Any]:
    return analyze_result(jobs.document(record), model_id, request.args.get("stringIndexType") or TEXT_ELEMENTS)


def searchable_pdf(job_id: str) -> Response:
    """200 with the PDF, if the operation was started with `output=pdf`."""
    record = jobs.find(job_id)
    if record.status != COMPLETED:
        services().jobs.result(record)  # raises if the job has failed
    return output_responses.response(record, Wanted(BY_NAME["pdf"]))


def delete(job_id: str) -> Response:
    """204: the result and the file are deleted."""
    services().jobs.discard(jobs.find(job_id))
    return Response(status=204)


def information() -> Response:
    return jsonify(customDocumentModels={"count": 0, "limit": 0})


def model_not_found() -> Response:
    raise errors.EndpointNotFound(f"This model does not exist here. Models: {', '.join(MODELS)}.")


def _time(seconds: float) -> str | None:
    """With `Z` for UTC, as Azure writes it."""
    text = iso_time(int(seconds))
    return text.replace("+00:00", "Z") if text else None
