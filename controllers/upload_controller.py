"""Files announced, files PUT to addresses of our own, and what S3 tells of files."""

from __future__ import annotations

import hmac
from urllib.parse import unquote_plus

from flask import Response, current_app, g, jsonify, request
from werkzeug.exceptions import BadRequest, ClientDisconnected

from controllers import answers
from controllers.ocr_controller import chosen_options, marked, once, services
from services.errors import Forbidden, Unauthorized, UploadIncomplete
from services.jobs.idempotency import IdMaker
from services.uploads.service import Announcement, Put
from utils.file_names import plain_name

#: Bytes of the largest body of events that is read.
MOST_EVENT_BYTES = 1 << 20


def announce(announced: dict) -> Response:
    """201: a job that begins when its file has come, and where that is to be sent."""
    announcement = Announcement(
        filename=plain_name(announced["filename"]),
        file_size=announced["file_size"],
        content_type=announced["content_type"],
        owner=g.owner,
        request_id=g.request_id,
        options=chosen_options(announced),
        trace=g.span.traceparent if "span" in g else "",
        callback_url=announced["callback_url"],
    )
    direct, made = services().uploads, []

    def create(job_id: IdMaker) -> list:
        made.append(direct.announce(announcement, job_id(0)))
        return [made[0].id]

    (job_id,), replayed = once([], announced, create)
    record = made[0] if made else services().jobs.get(job_id, g.owner)
    return marked(answers.announced(record, direct.address(record), base=request.host_url), replayed)


def receive(job_id: str, signed: dict) -> Response:
    """202: the file has come and its job has begun."""
    put = Put(
        job_id=job_id,
        expires=signed["expires"],
        signature=signed["signature"],
        length=request.content_length,
        content_type=request.content_type or "",
        body=request.stream,
    )
    try:
        record = services().uploads.receive(put)
    except ClientDisconnected as error:
        raise UploadIncomplete() from error
    if record.ended:
        services().jobs.result(record)  # raises where the job was cancelled or given up meanwhile
    return answers.accepted(record)


def ensure_teller() -> None:
    """Before anything is read of what S3 tells: is it S3? Raises Forbidden where nobody may tell, Unauthorized."""
    request.max_content_length = MOST_EVENT_BYTES
    _check_token(current_app.config["SETTINGS"].upload_events_token)


def events() -> Response:
    """Objects that S3 says were created. What it says is only a hint: a worker looks at the object itself."""
    return jsonify(noticed=services().arrivals.hand_objects_to_workers(_names(request.get_data())))


def _check_token(token: str) -> None:
    if not token:
        raise Forbidden("No events are taken here. The operator sets UPLOAD_EVENTS_TOKEN to have them taken.")
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not hmac.compare_digest(given.strip().encode(), token.encode()):
        raise Unauthorized()


def _names(body: bytes) -> list[str]:
    """Names of objects that were created. A body without records (a test message, a ping) tells of none."""
    try:
        records = current_app.json.loads(body).get("Records") or [] if body.strip() else []
        created = [record for record in records if "ObjectCreated" in record["eventName"]]
        names = [unquote_plus(record["s3"]["object"]["key"]) for record in created]
        "".join(names).encode()  # raises for half of a surrogate pair, which is no text
        return names
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise BadRequest("The body is no S3 event notification: JSON with a list of `Records` is wanted.") from error
