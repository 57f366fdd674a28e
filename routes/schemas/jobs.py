"""Jobs as they are taken in and as they stand."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from routes.schemas.options import StrictSchema

STATUSES = ["awaiting_upload", "processing", "completed", "failed", "cancelled"]


class JobsPage(StrictSchema):
    """Which of the caller's jobs are wanted."""

    status = fields.String(
        load_default="",
        validate=validate.OneOf(["", *STATUSES]),
        metadata={"description": "Only jobs of this status; of any when left out."},
    )
    cursor = fields.String(
        load_default="",
        validate=validate.Regexp(r"(|[0-9]{1,12}\.[0-9]{3}_[0-9a-f-]{36})\Z", error="It is no `next_cursor`."),
        metadata={"description": "The `next_cursor` of the answer before; the newest jobs when left out."},
    )
    limit = fields.Integer(
        load_default=50, validate=validate.Range(min=1, max=200), metadata={"description": "Jobs in one answer."}
    )


class Links(Schema):
    self = fields.String(required=True, metadata={"description": "Where the job's status is."})
    result = fields.String(required=True)


class Accepted(Schema):
    """A job that was taken in."""

    job_id = fields.UUID(required=True)
    status = fields.String(required=True, validate=validate.OneOf(STATUSES))
    filename = fields.String(required=True)
    file_size = fields.Integer(required=True, metadata={"description": "Bytes."})
    message = fields.String(required=True)
    links = fields.Nested(Links, required=True)
    processing_dpi = fields.Integer(metadata={"description": "PDFs only."})


class Fault(Schema):
    """Why a job, page or file failed."""

    code = fields.String(required=True)
    title = fields.String(required=True)
    detail = fields.String(required=True)


class BatchItem(Schema):
    """One file of a batch: a job, or an error."""

    filename = fields.String(required=True)
    status = fields.String(required=True, validate=validate.OneOf(STATUSES))
    job_id = fields.UUID()
    type = fields.String(validate=validate.OneOf(["image", "pdf"]))
    file_size = fields.Integer(metadata={"description": "Bytes."})
    links = fields.Nested(Links)
    error = fields.Nested(Fault)


class BatchSummary(Schema):
    """How many files of a batch became jobs."""

    total_files = fields.Integer(required=True)
    jobs_created = fields.Integer(required=True)
    failed_files = fields.Integer(required=True)
    success = fields.Boolean(required=True, metadata={"description": "Every file became a job."})


class BatchAccepted(Schema):
    """Files of which at least one became a job; they stand in the order in which they were sent."""

    jobs = fields.List(fields.Nested(BatchItem), required=True)
    summary = fields.Nested(BatchSummary, required=True)
    message = fields.String(required=True)


class Progress(Schema):
    pages_total = fields.Integer(required=True)
    pages_done = fields.Integer(required=True)


class JobStatus(Schema):
    """How a job stands. `ready` once it has ended; `successful` and `failed` are null until then."""

    job_id = fields.UUID(required=True)
    status = fields.String(required=True, validate=validate.OneOf(STATUSES))
    stage = fields.String(
        required=True,
        validate=validate.OneOf(
            ["awaiting_upload", "queued", "started", "retrying", "completed", "failed", "cancelled"]
        ),
        metadata={"description": "Says more than `status` while the job runs."},
    )
    ready = fields.Boolean(required=True)
    successful = fields.Boolean(required=True, allow_none=True)
    failed = fields.Boolean(required=True, allow_none=True)
    progress = fields.Nested(Progress, required=True)
    created_at = fields.DateTime(required=True)
    started_at = fields.DateTime(required=True, allow_none=True)
    finished_at = fields.DateTime(required=True, allow_none=True)
    attempts = fields.Integer(
        required=True, metadata={"description": "How often a worker has begun it, or the piece of it begun most often."}
    )
    queue_position = fields.Integer(
        allow_none=True,
        metadata={
            "description": "While it runs: whose turn it is next has 1; null once it was begun. Long documents are "
            "counted by their pieces, and owners take turns."
        },
    )
    eta_seconds = fields.Float(
        metadata={"description": "While it runs: in how many seconds it may be done, by what jobs took lately."}
    )
    filename = fields.String(required=True)
    error = fields.Nested(Fault)


class JobList(Schema):
    jobs = fields.List(fields.Nested(JobStatus), required=True)
    next_cursor = fields.String(
        required=True, allow_none=True, metadata={"description": "Where to go on; null when there are no more."}
    )
