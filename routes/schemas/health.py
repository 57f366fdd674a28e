"""Health and metrics."""

from marshmallow import Schema, fields, validate

from routes.schemas.base import about

HEALTH = validate.OneOf(["healthy", "degraded", "unhealthy"])


class Alive(Schema):
    status = fields.String(required=True, validate=validate.Equal("alive"))
    timestamp = fields.DateTime(required=True)


class Ready(Schema):
    status = fields.String(required=True, validate=validate.Equal("ready"))
    timestamp = fields.DateTime(required=True)


class Check(Schema):
    """The state of one part of the service."""

    status = fields.String(required=True, validate=HEALTH)
    error = fields.String(**about("What is wrong, unless the part is healthy."))


class RedisCheck(Check):
    used_mb = fields.Float(**about("Memory used by queue, jobs and results."))
    maximum_mb = fields.Float(
        allow_none=True, **about("Memory limit. New jobs are rejected when it is reached. Null: none.")
    )


class WorkersCheck(Check):
    count = fields.Integer(**about("Workers that have loaded their model."))
    workers = fields.List(fields.Dict(), **about("The latest report of each worker."))


class QueueCheck(Check):
    waiting = fields.Integer()
    running = fields.Integer()


class SandboxCheck(Check):
    mechanisms = fields.List(fields.String(), **about("What confines the processes that parse files of clients."))


class ConfigurationCheck(Check):
    environment = fields.String()
    model = fields.String()
    lang = fields.String()


class Checks(Schema):
    redis = fields.Nested(RedisCheck, required=True)
    workers = fields.Nested(WorkersCheck, required=True)
    queue = fields.Nested(QueueCheck, required=True)
    storage = fields.Nested(Check, required=True)
    sandbox = fields.Nested(SandboxCheck, required=True)
    configuration = fields.Nested(ConfigurationCheck, required=True)


class MemoryUsage(Schema):
    """Memory of the web process that responds: bytes, megabytes, and percent of the machine's memory."""

    rss = fields.Integer(required=True)
    vms = fields.Integer(required=True)
    rss_mb = fields.Float(required=True)
    vms_mb = fields.Float(required=True)
    percent = fields.Float(required=True)


class OCRState(Schema):
    service = fields.String(required=True)
    initialized = fields.Boolean(required=True)
    paddleocr_available = fields.Boolean(required=True)
    status = fields.String(required=True, validate=validate.OneOf(["ready", "not_ready"]))
    memory_usage = fields.Nested(MemoryUsage, required=True)


class HealthDetails(Schema):
    service_status = fields.String(required=True, validate=HEALTH)
    recommendations = fields.List(fields.String(), required=True, **about("What an operator can do."))


class HealthReport(Schema):
    """The state of every part of the service, and recommendations."""

    status = fields.String(required=True, validate=HEALTH)
    service = fields.String(required=True)
    version = fields.String(required=True)
    timestamp = fields.DateTime(required=True)
    uptime_seconds = fields.Float(required=True)
    ocr_service = fields.Nested(OCRState, required=True)
    checks = fields.Nested(Checks, required=True)
    details = fields.Nested(HealthDetails, required=True)


class OCRQuality(Schema):
    """The latest check with the known image."""

    quality = fields.String(required=True, validate=validate.OneOf(["good", "acceptable", "low"]))
    confidence = fields.Float(required=True, allow_none=True, **about("Mean confidence of the lines, 0 to 1."))
    text_matches = fields.Boolean(required=True, allow_none=True)
    latency_ms = fields.Integer(required=True, allow_none=True, **about("From submission to end, including the queue."))
    queue_depth = fields.Integer(required=True, allow_none=True, **about("Waiting jobs."))
    load_ = fields.Float(  # `Schema.load` is a method
        data_key="load", required=True, allow_none=True, **about("Waiting and running jobs per worker process.")
    )
    reasons = fields.List(fields.String(), required=True, **about("Why the quality is not good."))
    checked_at = fields.DateTime(required=True)


class MetricsSummary(Schema):
    """Requests to this web server since its start, without probes."""

    status = fields.String(required=True, validate=validate.OneOf(["ok", "not_ready"]))
    uptime_seconds = fields.Float(required=True)
    requests_processed = fields.Integer(required=True)
    errors = fields.Integer(required=True, **about("Responses with a status of 500 or higher."))
    error_rate = fields.Float(required=True, **about("Errors divided by requests, 0 to 1."))
