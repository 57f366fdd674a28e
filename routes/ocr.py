"""Jobs: files in, results out."""

from __future__ import annotations

from flask import request
from flask_limiter import Limiter
from flask_smorest import Blueprint
from marshmallow import Schema
from marshmallow.fields import Field

from controllers import events_controller, ocr_controller
from middleware.rate_limiter import shared_limit
from middleware.uploads import MULTIPART
from middleware.view_marks import Mark, mark
from routes.blueprint import RETRY_AFTER, DescribedBlueprint
from routes.schemas import examples
from routes.schemas.jobs import Accepted, BatchAccepted, JobList, JobsPage, JobStatus
from routes.schemas.options import NoOptions, job_options, many_files, one_file, query_of, result_options_schema
from routes.schemas.results import RESULT, PartialStatus
from routes.schemas.webhooks import CALLBACKS

PICTURES = "JPEG, PNG, BMP, TIFF (every frame is a page), WebP or GIF"
PREDICT_WAIT_SECONDS = 30

#: What may be wrong with a request that creates work: with the request itself, its files, the service.
BAD_REQUEST = (
    *("bad_request", "invalid_option", "page_out_of_range", "unsupported_language", "model_not_available"),
    *("missing_file", "empty_file", "payload_too_large"),
)
BAD_FILE = (
    *("unsupported_type", "corrupt_file", "truncated_file", "encrypted_file", "too_many_pages", "too_many_pixels"),
    "unprocessable_file",
)
FAILED = ("page_failed", "page_timeout", "page_crashed", "retries_exhausted")
REFUSED = ("unauthorized", "rate_limited", "redis_unavailable", "queue_full", "memory_short", "storage_unavailable")
#: What may be wrong with an `Idempotency-Key`.
BY_KEY = ("idempotency_in_flight", "idempotency_conflict")
ASKED = ("invalid_option", "unauthorized", "redis_unavailable")

LOCATION = {"Location": {"schema": {"type": "string"}, "description": "Where the job's status is."}}
IDEMPOTENCY_KEY = {
    "in": "header",
    "name": "Idempotency-Key",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
    "description": "Makes it safe to send the request again: with the same key and body it is answered with the same "
    "jobs, and `Idempotent-Replayed: true`. Known for as long as results are.",
}
EVENTS = {events_controller.MEDIA_TYPE: {"schema": {"type": "string"}, "example": examples.EVENTS}}
JOB_ID = {"in": "path", "name": "job_id", "description": "The `job_id` of an accepted job.", "example": examples.JOB}


def make_blueprint(settings, limiter: Limiter) -> Blueprint:
    """The views of `/ocr`, with schemas that carry the limits of the settings."""
    blueprint = DescribedBlueprint("ocr", __name__, url_prefix="/ocr", description="Text from pictures and PDFs")
    blueprint.before_request(_ensure_accepting)
    _add_creating_views(blueprint, settings, shared_limit(limiter, settings))
    _add_reading_views(blueprint, settings)
    return blueprint


def _ensure_accepting() -> None:
    if request.method == "POST":
        ocr_controller.ensure_accepting()


def _add_creating_views(blueprint: DescribedBlueprint, settings, limited) -> None:
    options = job_options(settings, wait=0)
    patient_options = job_options(settings, wait=PREDICT_WAIT_SECONDS)

    def creates(options: dict[str, Field], body: type[Schema]):
        """All that the views which create work share: options, body, limit, errors."""

        def decorate(view):
            view = blueprint.problems(*BAD_REQUEST, *BAD_FILE, *FAILED, *REFUSED, *BY_KEY)(limited(view))
            view = blueprint.doc(requestBody={"required": True, "content": {MULTIPART: {"schema": body}}})(view)
            view = blueprint.doc(callbacks=CALLBACKS)(view)
            return mark(Mark.CREATES_WORK)(blueprint.arguments(query_of(options), location="query")(view))

        return decorate

    def answers(view):
        """A job, or its result where that was waited for."""
        accepted = blueprint.alt_response(
            202, schema=Accepted, example=examples.ACCEPTED, headers={**LOCATION, **RETRY_AFTER}
        )
        return accepted(blueprint.alt_response(200, schema=RESULT, examples=examples.RESULTS)(view))

    @blueprint.route("/image", methods=["POST"], parameters=[IDEMPOTENCY_KEY])
    @creates(options, one_file("ImageUpload", options, PICTURES))
    @answers
    def create_image_job(options):
        """Read a picture

        Answers with a job. With `wait`, answers with the result when the job ends in time.
        """
        return ocr_controller.create_job(options, kinds=("image",))

    @blueprint.route("/pdf", methods=["POST"], parameters=[IDEMPOTENCY_KEY])
    @creates(options, one_file("PDFUpload", options, "PDF"))
    @answers
    def create_pdf_job(options):
        """Read a PDF

        Answers with a job. With `wait`, answers with the result when the job ends in time.
        """
        return ocr_controller.create_job(options, kinds=("pdf",))

    @blueprint.route("/batch", methods=["POST"], parameters=[IDEMPOTENCY_KEY])
    @creates(options, many_files("BatchUpload", options))
    @blueprint.response(202, BatchAccepted, example=examples.BATCH, headers=RETRY_AFTER)
    def create_batch(options):
        """Read several files

        Each file becomes a job of its own; a bad file fails alone. When all fail, the answer is the first one's error.
        """
        return ocr_controller.create_batch(options)

    @blueprint.route("/predict", methods=["POST"], parameters=[IDEMPOTENCY_KEY])
    @creates(patient_options, one_file("PredictUpload", patient_options, f"{PICTURES}, or PDF"))
    @answers
    def predict(options):
        """Read a picture or a PDF and answer with the result

        Answers with a job instead when it takes longer than `wait` seconds.
        """
        return ocr_controller.create_job(options)


def _add_reading_views(blueprint: DescribedBlueprint, settings) -> None:
    @blueprint.route("/job/<string:job_id>", methods=["GET"], parameters=[JOB_ID])
    @blueprint.problems(*ASKED, "job_not_found")
    @blueprint.arguments(NoOptions, location="query")
    @blueprint.response(200, JobStatus, description="It has ended", example=examples.ENDED_STATUS)
    @blueprint.alt_response(202, schema=JobStatus, description="It runs", example=examples.STATUS, headers=RETRY_AFTER)
    def job_status(options, job_id):
        """How a job stands"""
        return ocr_controller.job_status(job_id)

    @blueprint.route("/job/<string:job_id>", methods=["DELETE"], parameters=[JOB_ID])
    @blueprint.problems(*ASKED, "job_not_found")
    @blueprint.arguments(NoOptions, location="query")
    @blueprint.response(200, JobStatus, description="It was cancelled", example=examples.CANCELLED_STATUS)
    @blueprint.alt_response(204, description="It had ended, and is forgotten with its result and its file")
    def discard_job(options, job_id):
        """Cancel or forget a job

        A job that runs is cancelled: no page of it is begun any more. One that has ended is forgotten.
        """
        return ocr_controller.discard_job(job_id)

    @blueprint.route("/jobs", methods=["GET"])
    @blueprint.problems(*ASKED)
    @blueprint.arguments(JobsPage, location="query")
    @blueprint.response(200, JobList, example=examples.JOBS)
    def list_jobs(options):
        """The caller's jobs, newest first

        The caller is known by its key or, where the service asks for none, by its address.
        """
        return ocr_controller.list_jobs(options["status"], options["cursor"], options["limit"])

    @blueprint.route("/job/<string:job_id>/result", methods=["GET"], parameters=[JOB_ID])
    @blueprint.problems(*ASKED, *("job_not_found", "job_cancelled", "result_expired"), *FAILED, *BAD_FILE)
    @blueprint.arguments(result_options_schema(settings), location="query")
    @blueprint.alt_response(200, schema=RESULT, examples=examples.RESULTS)
    @blueprint.alt_response(
        202, schema=PartialStatus, description="It still runs", example=examples.STATUS, headers=RETRY_AFTER
    )
    def job_result(options, job_id):
        """What was read

        With `partial=true` the answer for a job that still runs has the `pages` that are done.
        """
        return ocr_controller.job_result(job_id, options["wait"], options["partial"])

    @blueprint.route("/job/<string:job_id>/events", methods=["GET"], parameters=[JOB_ID])
    @blueprint.problems(*ASKED, "job_not_found")
    @blueprint.arguments(NoOptions, location="query")
    @blueprint.doc(responses={200: {"description": "The job's events", "content": EVENTS}})
    def job_events(options, job_id):
        """What becomes of a job, as it happens

        Server-Sent Events. The first is `status`: the job as it stands. Then `started`, `retrying` and `queued` with
        the status too, and `page` for each page that is done. The last is `completed`, `failed` or `cancelled` with
        the status; then the connection closes. Whoever connects anew is told the status first again.
        """
        return events_controller.job_events(job_id)
