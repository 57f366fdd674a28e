"""Jobs: accepted, in a batch, their status, lists of them, and dead letters."""

from marshmallow import Schema, fields, validate

from routes.schemas.base import StrictSchema, about

STATUSES = ["awaiting_upload", "processing", "completed", "failed", "cancelled"]
STAGES = ["awaiting_upload", "fetching", "queued", "started", "retrying", "completed", "failed", "cancelled"]
#: Events of a job whose data is its status.
EVENT_NAMES = ["status", "started", "retrying", "queued", "completed", "failed", "cancelled"]
#: Option of all lists.
LIMIT = fields.Integer(load_default=50, validate=validate.Range(min=1, max=200), **about("Maximum number to return."))


class JobListOptions(StrictSchema):
    """Filter and page of a list of jobs."""

    status = fields.String(
        load_default="",
        validate=validate.OneOf(["", *STATUSES]),
        **about("Only jobs with this status. All jobs by default."),
    )
    cursor = fields.String(
        load_default="",
        validate=[
            # In Python, but not in JSON Schema, `$` also matches before a line break at the end.
            validate.Regexp(r"^(|[0-9]{1,12}\.[0-9]{6}_[0-9a-f-]{36})$(?!\n)", error="It is not a `next_cursor`."),
            validate.Length(max=56),
        ],
        **about("The `next_cursor` of the previous response. The newest jobs by default."),
    )
    limit = LIMIT


class Links(Schema):
    self = fields.String(required=True, **about("The address of the job's status."))
    result = fields.String(required=True)


class Accepted(Schema):
    """An accepted job."""

    job_id = fields.UUID(required=True)
    status = fields.String(required=True, validate=validate.OneOf(STATUSES))
    filename = fields.String(required=True)
    file_size = fields.Integer(required=True, **about("Bytes."))
    message = fields.String(required=True)
    links = fields.Nested(Links, required=True)
    processing_dpi = fields.Integer(**about("PDFs only."))


class JobError(Schema):
    """Why a job, page or file failed."""

    code = fields.String(required=True)
    title = fields.String(required=True)
    detail = fields.String(required=True)


class BatchItem(Schema):
    """One file of a batch: a job or an error."""

    filename = fields.String(required=True)
    status = fields.String(required=True, validate=validate.OneOf(STATUSES))
    job_id = fields.UUID()
    type = fields.String(validate=validate.OneOf(["image", "pdf"]))
    file_size = fields.Integer(**about("Bytes."))
    links = fields.Nested(Links)
    error = fields.Nested(JobError)


class BatchSummary(Schema):
    """How many files of a batch became jobs."""

    total_files = fields.Integer(required=True)
    jobs_created = fields.Integer(required=True)
    failed_files = fields.Integer(required=True)
    success = fields.Boolean(required=True, **about("Every file became a job."))


class BatchLinks(Schema):
    results = fields.String(required=True, **about("All results as one zip."))


class BatchAccepted(Schema):
    """The files of a batch, in the order in which they were sent. At least one became a job."""

    batch_id = fields.UUID(required=True)
    links = fields.Nested(BatchLinks, required=True)
    jobs = fields.List(fields.Nested(BatchItem), required=True)
    summary = fields.Nested(BatchSummary, required=True)
    message = fields.String(required=True)


class Progress(Schema):
    pages_total = fields.Integer(required=True)
    pages_done = fields.Integer(required=True)


class JobStatus(Schema):
    """The status of a job. `ready` is true when it has ended; `successful` and `failed` are null until then."""

    job_id = fields.UUID(required=True)
    status = fields.String(required=True, validate=validate.OneOf(STATUSES))
    stage = fields.String(
        required=True,
        validate=validate.OneOf(STAGES),
        **about("More precise than `status` while the job is running."),
    )
    ready = fields.Boolean(required=True)
    successful = fields.Boolean(required=True, allow_none=True)
    failed = fields.Boolean(required=True, allow_none=True)
    progress = fields.Nested(Progress, required=True)
    created_at = fields.DateTime(required=True)
    started_at = fields.DateTime(required=True, allow_none=True)
    finished_at = fields.DateTime(required=True, allow_none=True)
    attempts = fields.Integer(required=True, **about("Highest attempt count among the job's units of work."))
    queue_position = fields.Integer(
        allow_none=True,
        **about(
            "While the job is running: 1 is next; null if it has been started. Each unit of a long "
            "document counts. Owners take turns."
        ),
    )
    eta_seconds = fields.Float(**about("While the job is running: estimated seconds until its end, from recent jobs."))
    filename = fields.String(required=True)
    error = fields.Nested(JobError)


class PageEvent(Schema):
    """The data of the event `page`: a page has been read, or has failed."""

    page = fields.Integer(required=True, **about("Page number in the document, from 1."))
    pages_done = fields.Integer(required=True)
    pages_total = fields.Integer(required=True)
    success = fields.Boolean(required=True)


class JobList(Schema):
    jobs = fields.List(fields.Nested(JobStatus), required=True)
    next_cursor = fields.String(
        required=True, allow_none=True, **about("The cursor of the next page. Null on the last page.")
    )


class DeadLetterListOptions(StrictSchema):
    offset = fields.Integer(
        load_default=0, validate=validate.Range(0, 1_000_000), **about("Number of newer ones to skip.")
    )
    limit = LIMIT


class DeadLetterError(JobError):
    page = fields.Integer(**about("The failed page, if other pages could be read."))


class DeadLetter(JobStatus):
    """A job that failed, wholly or in part, although its file may be good."""

    owner = fields.String(required=True)
    type = fields.String(required=True, validate=validate.OneOf(["image", "pdf"]))
    file_size = fields.Integer(required=True, **about("Bytes."))
    request_id = fields.String(required=True, **about("Identifies the job's log lines."))
    dead_since = fields.DateTime(required=True)
    faults = fields.List(fields.Nested(DeadLetterError), required=True)
    links = fields.Nested(Links, required=True)


class DeadLetterList(Schema):
    dead_letters = fields.List(fields.Nested(DeadLetter), required=True)
    total = fields.Integer(required=True)


class BatchRunning(Schema):
    """A batch with a job that has not ended."""

    ready = fields.Boolean(required=True, **about("Always false."))
    jobs = fields.List(fields.Nested(JobStatus), required=True)
