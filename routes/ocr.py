"""Jobs: files in, results out."""

from __future__ import annotations

from flask import request
from flask_limiter import Limiter
from flask_smorest import Blueprint
from marshmallow import RAISE, Schema, fields, validate

from controllers import ocr_controller
from middleware.rate_limiter import shared_limit
from routes.parser import OptionsParser
from routes.schemas import (
    Accepted,
    BatchAccepted,
    JobResult,
    JobStatus,
    Problem,
    batch_schema,
    job_options_schema,
    upload_schema,
)

MULTIPART = "multipart/form-data"


class OCRBlueprint(Blueprint):
    ARGUMENTS_PARSER = OptionsParser()


def make_blueprint(settings, limiter: Limiter) -> Blueprint:
    """The views of `/ocr`, with schemas that carry the limits of the settings."""
    blueprint = OCRBlueprint("ocr", __name__, url_prefix="/ocr", description="Text from pictures and PDFs")
    options = job_options_schema(settings)
    blueprint.before_request(_ensure_accepting)
    _add_creating_views(blueprint, options, shared_limit(limiter, settings))
    _add_reading_views(blueprint, settings)
    return blueprint


def _ensure_accepting() -> None:
    if request.method == "POST":
        ocr_controller.ensure_accepting()


def _creates(blueprint: Blueprint, options: type[Schema], body: type[Schema], limited):
    """All that the views which create work share: options, body, limit, errors."""

    def decorate(view):
        view = limited(view)
        for status in (400, 413, 422, 429, 503):
            view = blueprint.alt_response(status, schema=Problem, content_type="application/problem+json")(view)
        content = {MULTIPART: {"schema": body}}
        view = blueprint.doc(requestBody={"required": True, "content": content})(view)
        return blueprint.arguments(options, location="query")(view)

    return decorate


def _add_creating_views(blueprint: Blueprint, options: type[Schema], limited) -> None:
    one_file = _creates(blueprint, options, upload_schema(options), limited)
    many_files = _creates(blueprint, options, batch_schema(options), limited)

    @blueprint.route("/image", methods=["POST"])
    @one_file
    @blueprint.response(202, Accepted)
    @blueprint.alt_response(200, schema=JobResult)
    def create_image_job(options):
        """Read a picture"""
        return ocr_controller.create_job(options, kinds=("image",))

    @blueprint.route("/pdf", methods=["POST"])
    @one_file
    @blueprint.response(202, Accepted)
    @blueprint.alt_response(200, schema=JobResult)
    def create_pdf_job(options):
        """Read a PDF"""
        return ocr_controller.create_job(options, kinds=("pdf",))

    @blueprint.route("/batch", methods=["POST"])
    @many_files
    @blueprint.response(202, BatchAccepted)
    def create_batch(options):
        """Read several files, each as a job of its own"""
        return ocr_controller.create_batch(options)

    @blueprint.route("/predict", methods=["POST"])
    @one_file
    @blueprint.response(200, JobResult)
    @blueprint.alt_response(202, schema=Accepted)
    def predict(options):
        """Read a picture or a PDF and answer with the result"""
        return ocr_controller.create_job(options, wait=ocr_controller.PREDICT_WAIT_SECONDS)


def _add_reading_views(blueprint: Blueprint, settings) -> None:
    class ResultOptions(Schema):
        class Meta:
            unknown = RAISE

        wait = fields.Float(
            load_default=0.0,
            allow_nan=False,
            validate=validate.Range(min=0, max=settings.request_timeout),
            metadata={"description": "Seconds to wait for the job's end."},
        )

    def problems(*statuses):
        def decorate(view):
            for status in statuses:
                view = blueprint.alt_response(status, schema=Problem, content_type="application/problem+json")(view)
            return view

        return decorate

    @blueprint.route("/job/<string:job_id>", methods=["GET"])
    @problems(404, 503)
    @blueprint.response(200, JobStatus)
    @blueprint.alt_response(202, schema=JobStatus)
    def job_status(job_id):
        """How a job stands"""
        return ocr_controller.job_status(job_id)

    @blueprint.route("/job/<string:job_id>/result", methods=["GET"])
    @problems(404, 409, 410, 422, 503)
    @blueprint.arguments(ResultOptions, location="query")
    @blueprint.response(200, JobResult)
    @blueprint.alt_response(202, schema=JobStatus)
    def job_result(options, job_id):
        """What was read"""
        return ocr_controller.job_result(job_id, options["wait"])
