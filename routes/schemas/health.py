"""How the service says it is."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

HEALTH = validate.OneOf(["healthy", "degraded", "unhealthy"])


class Alive(Schema):
    status = fields.String(required=True, validate=validate.Equal("alive"))
    timestamp = fields.DateTime(required=True)


class Ready(Schema):
    status = fields.String(required=True, validate=validate.Equal("ready"))
    timestamp = fields.DateTime(required=True)


class Check(Schema):
    """One thing that was looked at."""

    status = fields.String(required=True, validate=HEALTH)
    error = fields.String(metadata={"description": "What is wrong, where something is."})


class RedisCheck(Check):
    used_mb = fields.Float(metadata={"description": "What queue, jobs and results take."})
    maximum_mb = fields.Float(allow_none=True, metadata={"description": "Full, it refuses new jobs. Null: no bound."})


class WorkersCheck(Check):
    count = fields.Integer(metadata={"description": "Workers that have their model loaded."})
    workers = fields.List(fields.Dict(), metadata={"description": "What each of them last said of itself."})


class QueueCheck(Check):
    waiting = fields.Integer()
    running = fields.Integer()


class ConfigurationCheck(Check):
    environment = fields.String()
    model = fields.String()
    lang = fields.String()


class Checks(Schema):
    redis = fields.Nested(RedisCheck, required=True)
    workers = fields.Nested(WorkersCheck, required=True)
    queue = fields.Nested(QueueCheck, required=True)
    storage = fields.Nested(Check, required=True)
    configuration = fields.Nested(ConfigurationCheck, required=True)


class MemoryUsage(Schema):
    """Memory of the process that answers: bytes, megabytes, percent of the machine's."""

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
    recommendations = fields.List(fields.String(), required=True, metadata={"description": "What an operator can do."})


class Metrics(Schema):
    """Requests to this web server since it started, probes left out."""

    status = fields.String(required=True, validate=validate.OneOf(["ok", "not_ready"]))
    uptime_seconds = fields.Float(required=True)
    requests_processed = fields.Integer(required=True)
    errors = fields.Integer(required=True, metadata={"description": "Answered with a status of 500 or above."})
    error_rate = fields.Float(required=True, metadata={"description": "Errors by requests, 0 to 1."})


class PictureReading(Schema):
    """How the known picture was read last."""

    quality = fields.String(required=True, validate=validate.OneOf(["good", "acceptable", "low"]))
    confidence = fields.Float(required=True, allow_none=True, metadata={"description": "Mean of its lines, 0 to 1."})
    text_matches = fields.Boolean(required=True, allow_none=True)
    latency_ms = fields.Integer(
        required=True, allow_none=True, metadata={"description": "From submission to end, the queue included."}
    )
    queue_depth = fields.Integer(required=True, allow_none=True, metadata={"description": "Jobs that wait."})
    load = fields.Float(
        required=True, allow_none=True, metadata={"description": "Jobs that wait or run, for each worker process."}
    )
    reasons = fields.List(fields.String(), required=True, metadata={"description": "Why the quality is not good."})
    checked_at = fields.DateTime(required=True)


class HealthReport(Schema):
    """All that was looked at, and what to do about it."""

    status = fields.String(required=True, validate=HEALTH)
    service = fields.String(required=True)
    version = fields.String(required=True)
    timestamp = fields.DateTime(required=True)
    uptime_seconds = fields.Float(required=True)
    ocr_service = fields.Nested(OCRState, required=True)
    checks = fields.Nested(Checks, required=True)
    details = fields.Nested(HealthDetails, required=True)
