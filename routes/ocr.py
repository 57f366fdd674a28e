"""Jobs: submit files, follow jobs, fetch results."""

from typing import Any

from flask import Response
from marshmallow.fields import Field

from controllers import batch_controller, batch_results, events_controller, job_controller, submission
from controllers.context import RequestLimits
from middleware.uploads import MULTIPART
from middleware.view_marks import Mark, mark
from routes.blueprint import RETRY_AFTER, Decorator, DescribedBlueprint, View
from routes.paths import OCR
from routes.schemas import examples
from routes.schemas.base import JobOptionsSchema, NoOptions, StrictSchema
from routes.schemas.formats import OTHER_FORMATS
from routes.schemas.jobs import EVENT_NAMES, Accepted, BatchAccepted, BatchRunning, JobList, JobListOptions, JobStatus
from routes.schemas.options import (
    PASSWORD,
    base64_file,
    base64_files,
    batch_result_options,
    format_options,
    job_options,
    one_file,
    result_options,
    several_files,
)
from routes.schemas.results import RESULT, PartialStatus
from routes.schemas.webhooks import CALLBACKS

IMAGE_FORMATS = "JPEG, PNG, BMP, TIFF (every frame is a page), WebP, GIF, HEIC, AVIF or JPEG 2000"
#: Default of `wait` for /ocr/predict, in seconds.
PREDICT_WAIT_SECONDS = 30

JSON = "application/json"
LOCATION = {"Location": {"schema": {"type": "string"}, "description": "The address of the job's status."}}
IDEMPOTENCY_KEY = {
    "in": "header",
    "name": "Idempotency-Key",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
    "description": "Makes it safe to repeat the request. A second request with the same key and body creates nothing; "
    "its response has the jobs of the first one and `Idempotent-Replayed: true`. Keys are kept as long as results.",
}
JOB_ID = {"in": "path", "name": "job_id", "description": "The `job_id` of an accepted job.", "example": examples.JOB}
BATCH_ID = {"in": "path", "name": "batch_id", "description": "The `batch_id` of a batch.", "example": examples.BATCH_ID}
ZIP_FILE = {"application/zip": {"schema": {"type": "string"}, "example": "PK\x03\x04…"}}
#: OpenAPI 3.1 has no schema for the items of a stream, so their data is described in an extension. Some programs take
#: `schema` as that of each item, others as that of the whole text, so it allows both.
EVENT_STREAM = {
    "text/event-stream": {
        "schema": {},
        "example": examples.EVENTS,
        "x-event-data": {
            **{name: {"$ref": "#/components/schemas/JobStatus"} for name in EVENT_NAMES},
            "page": {"$ref": "#/components/schemas/PageEvent"},
        },
    }
}


def make_blueprint(limits: RequestLimits, rate_limit: Decorator) -> DescribedBlueprint:
    """The views of `/ocr`. Their schemas contain the configured limits."""
    blueprint = DescribedBlueprint("ocr", __name__, url_prefix=OCR, description="Text from images and PDFs")
    blueprint.before_request(submission.ensure_accepting)
    _add_submission_views(blueprint, limits, rate_limit)
    _add_job_views(blueprint, limits)
    return blueprint


def _add_submission_views(blueprint: DescribedBlueprint, limits: RequestLimits, rate_limit: Decorator) -> None:
    options = job_options(limits, wait=0)
    predict_options = {**job_options(limits, wait=PREDICT_WAIT_SECONDS), **format_options()}

    def creates_jobs(form_name: str, options: dict[str, Field[Any]], **file: Field[Any]) -> Decorator:
        """What all views that create jobs share: options, form, JSON object, rate limit, errors."""
        query = JobOptionsSchema.from_dict(options, name="DocumentOptions")
        form = StrictSchema.from_dict({**file, **options}, name=form_name)
        in_base64 = base64_files(limits) if "files" in file else base64_file()
        document = StrictSchema.from_dict({**in_base64, **options}, name=f"{form_name}InJSON")
        body = {"required": True, "content": {MULTIPART: {"schema": form}, JSON: {"schema": document}}}

        def decorate(view: View) -> View:
            view = blueprint.problems(*submission.SUBMIT_ERRORS)(view)
            view = blueprint.doc(requestBody=body, callbacks=CALLBACKS)(view)
            # The arguments include those of the form, so the limit is checked before the body is read.
            view = blueprint.arguments(query, location="query", hidden=(PASSWORD,))(view)
            return mark(Mark.CREATES_WORK)(rate_limit(view))

        return decorate

    def job_or_result(view: View) -> View:
        """202 with the job, or 200 with the result if the request waited for it."""
        accepted = blueprint.alt_response(
            202, schema=Accepted, example=examples.ACCEPTED, headers={**LOCATION, **RETRY_AFTER}
        )
        return accepted(blueprint.alt_response(200, schema=RESULT, examples=examples.RESULTS)(view))

    @blueprint.route("/image", methods=["POST"], parameters=[IDEMPOTENCY_KEY])
    @creates_jobs("ImageUpload", options, file=one_file(IMAGE_FORMATS))
    @job_or_result
    def create_image_job(options: dict[str, Any]) -> Response:
        """Read an image

        Returns a job. With `wait`, returns the result if the job ends in time.
        """
        return job_controller.create_job(options, kinds=("image",))

    @blueprint.route("/pdf", methods=["POST"], parameters=[IDEMPOTENCY_KEY])
    @creates_jobs("PDFUpload", options, file=one_file("PDF"))
    @job_or_result
    def create_pdf_job(options: dict[str, Any]) -> Response:
        """Read a PDF

        Returns a job. With `wait`, returns the result if the job ends in time.
        """
        return job_controller.create_job(options, kinds=("pdf",))

    @blueprint.route("/batch", methods=["POST"], parameters=[IDEMPOTENCY_KEY])
    @creates_jobs("BatchUpload", options, files=several_files(limits))
    @blueprint.response(202, BatchAccepted, example=examples.BATCH, headers=RETRY_AFTER)
    def create_batch(options: dict[str, Any]) -> Response:
        """Read several files

        Each file becomes a job of its own. A bad file fails alone. If all files fail, the response is the first error.
        """
        return batch_controller.create_batch(options)

    @blueprint.route("/batch/<string:batch_id>/results", methods=["GET"], parameters=[BATCH_ID])
    @blueprint.problems(*batch_results.RESULT_ERRORS)
    @blueprint.arguments(batch_result_options(limits), location="query")
    @blueprint.doc(responses={200: {"description": "A zip of all results", "content": ZIP_FILE}})
    @blueprint.alt_response(
        202, schema=BatchRunning, description="A job is running", example=examples.BATCH_RUNNING, headers=RETRY_AFTER
    )
    def get_batch_results(options: dict[str, Any], batch_id: str) -> Response:
        """Get all results of a batch as one zip

        The zip has a file for each file of the batch, in the same order. A file that failed has its error instead.
        """
        return batch_results.batch_results(batch_id, options)

    @blueprint.route("/predict", methods=["POST"], parameters=[IDEMPOTENCY_KEY])
    @creates_jobs("PredictUpload", predict_options, file=one_file(f"{IMAGE_FORMATS}, or PDF"))
    @blueprint.problems(*job_controller.FORMAT_ERRORS)
    @blueprint.doc(responses={200: {"content": OTHER_FORMATS}})
    @job_or_result
    def predict(options: dict[str, Any]) -> Response:
        """Read an image or a PDF and return the result

        The option `format`, or else the header `Accept`, selects the format of the result. Returns a job instead if it
        takes longer than `wait` seconds.
        """
        return job_controller.predict(options)


def _add_job_views(blueprint: DescribedBlueprint, limits: RequestLimits) -> None:
    @blueprint.route("/job/<string:job_id>", methods=["GET"], parameters=[JOB_ID])
    @blueprint.problems(*job_controller.STATUS_ERRORS)
    @blueprint.arguments(NoOptions, location="query")
    @blueprint.response(200, JobStatus, description="The job has ended", example=examples.ENDED_STATUS)
    @blueprint.alt_response(
        202, schema=JobStatus, description="The job is running", example=examples.STATUS, headers=RETRY_AFTER
    )
    def job_status(options: dict[str, Any], job_id: str) -> Response:
        """Get the status of a job"""
        return job_controller.job_status(job_id)

    @blueprint.route("/job/<string:job_id>", methods=["DELETE"], parameters=[JOB_ID])
    @blueprint.problems(*job_controller.STATUS_ERRORS)
    @blueprint.arguments(NoOptions, location="query")
    @blueprint.response(200, JobStatus, description="The job was cancelled", example=examples.CANCELLED_STATUS)
    @blueprint.alt_response(204, description="The ended job was deleted with its result and file")
    def discard_job(options: dict[str, Any], job_id: str) -> Response:
        """Cancel or delete a job

        Cancels a running job: no further page of it is started. Deletes an ended job with its result and file.
        """
        return job_controller.discard_job(job_id)

    @blueprint.route("/jobs", methods=["GET"])
    @blueprint.problems(*job_controller.LIST_ERRORS)
    @blueprint.arguments(JobListOptions, location="query")
    @blueprint.response(200, JobList, example=examples.JOBS)
    def list_jobs(options: dict[str, Any]) -> Response:
        """List the client's jobs, newest first

        The API key identifies the client or, if the service requires no keys, the IP address.
        """
        return job_controller.list_jobs(options["status"], options["cursor"], options["limit"])

    @blueprint.route("/job/<string:job_id>/result", methods=["GET"], parameters=[JOB_ID])
    @blueprint.problems(*job_controller.RESULT_ERRORS)
    @blueprint.arguments(result_options(limits), location="query")
    @blueprint.alt_response(200, schema=RESULT, examples=examples.RESULTS)
    @blueprint.doc(responses={200: {"content": OTHER_FORMATS}})
    @blueprint.alt_response(
        202, schema=PartialStatus, description="The job is running", example=examples.STATUS, headers=RETRY_AFTER
    )
    def job_result(options: dict[str, Any], job_id: str) -> Response:
        """Get the result of a job

        The option `format`, or else the header `Accept`, selects the format. `GET /capabilities` lists all formats.
        With `partial=true`, the response for a running job contains its finished `pages`.
        """
        return job_controller.job_result(job_id, options)

    @blueprint.route("/job/<string:job_id>/events", methods=["GET"], parameters=[JOB_ID])
    @blueprint.problems(*job_controller.STATUS_ERRORS)
    @blueprint.arguments(NoOptions, location="query")
    @blueprint.doc(responses={200: {"description": "The job's events", "content": EVENT_STREAM}})
    def job_events(options: dict[str, Any], job_id: str) -> Response:
        """Follow a job

        Server-Sent Events. The first event is `status`, with the current status. Then follow `started`, `retrying` and
        `queued`, each with the status, and `page` for each finished page. The last event is `completed`, `failed` or
        `cancelled`, with the status; then the connection closes. A client that reconnects gets the status first.
        `x-event-data` has the schema of each event's data.
        """
        return events_controller.job_events(job_id)
