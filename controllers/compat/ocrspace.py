"""The interface of ocr.space: a form with a file and options, answered with the text of its pages."""

from __future__ import annotations

import time
from typing import Any, cast
from urllib.parse import parse_qsl

from flask import Request, Response, g, jsonify, request

from controllers import output_responses
from controllers.compat import files, ignored, jobs, ocrspace_result
from controllers.context import services
from controllers.result_formats import Wanted
from controllers.sources import Source, UploadedFile
from services import errors
from services.errors import OCRServiceError
from services.exports.formats import BY_NAME
from services.jobs.record import JobRecord
from services.storage import IncomingFile
from utils.file_names import plain_name

#: Seconds that a response waits, unless REQUEST_TIMEOUT is shorter. Its clients set no time limit of their own.
WAIT_SECONDS = 120.0
#: Seconds for which the address of a searchable PDF is valid, as at ocr.space.
PDF_SECONDS = 3600
PDF = "pdf"
_REMEDY = "Send a valid key as `apikey`, in a header or in the form."
_URLENCODED = "application/x-www-form-urlencoded"
#: Codes of ocr.space that are not ISO 639-3.
_LANGUAGES = {
    "chs": "ch",
    "cht": "chinese_cht",
    "cze": "cs",
    "dut": "nl",
    "fre": "fr",
    "ger": "de",
    "gre": "el",
    "per": "fa",
    "rum": "ro",
    "tai": "th",
    "vnm": "vi",
}
_KNOWN = {
    *("apikey", "language", "isoverlayrequired", "istable", "iscreatesearchablepdf", "detectorientation"),
    *("url", "base64image"),
}
#: Statuses for which ocr.space sends 200: the body says what is wrong with the file or its options.
_IN_THE_BODY = frozenset({400, 413, 415, 422})


def fields(of: Request) -> dict[str, str]:
    """The options of the request, from its query and its form, with names in lower case. Reads the body.

    A picture in base64 is a field, so fields may be as large as files.
    """
    if "compat_fields" not in g:
        of.max_form_memory_size = of.max_content_length
        # A key in the address would be logged.
        pairs = [*(item for item in of.args.items() if item[0].lower() != "apikey"), *of.form.items()]
        if of.mimetype == _URLENCODED:
            pairs += parse_qsl(of.get_data(cache=False).decode("latin-1"), keep_blank_values=True)
        g.compat_fields = {name.lower(): value for name, value in pairs}
    found: dict[str, str] = g.compat_fields
    return found


def parse_image(pdf_endpoint: str) -> Response:
    """200 with the result. `pdf_endpoint`: the view of searchable PDFs. Raises StillRunning if it takes too long."""
    jobs.require_reading()
    given = fields(request)
    overlay, table, upright, pdf = (
        given.get(name, "").lower() == "true"
        for name in ("isoverlayrequired", "istable", "detectorientation", "iscreatesearchablepdf")
    )
    for name in given.keys() - _KNOWN:
        ignored.ignore(name)
    chosen = jobs.options(
        lang=_language(given.get("language", "")), detail="word" if overlay else "line", outputs=PDF if pdf else ""
    )
    record = jobs.submit(_file(given), chosen)

    def respond(current: JobRecord) -> Response:
        if not current.ended:
            raise jobs.still_running(current)
        address = _pdf_address(pdf_endpoint, current) if pdf else ""
        return jsonify(ocrspace_result.response(jobs.document(current), overlay, upright, table, address))

    return jobs.wait_for(record, WAIT_SECONDS, respond)


def searchable_pdf(job_id: str) -> Response:
    """200 with the PDF. The signature in the address replaces the key. Raises InvalidSignature."""
    expires, signature = request.args.get("expires", ""), request.args.get("signature", "")
    until = int(expires) if expires.isdecimal() and len(expires) < 12 else 0
    if not services().uploads.signature.verify_download(signature, job_id, PDF, until):
        raise errors.InvalidSignature("The signature of this address is invalid. Use `SearchablePDFURL` unchanged.")
    if time.time() > until:
        raise errors.ResultExpired("This address has expired. Send the file again.")
    record = services().job_store.get(job_id)
    services().jobs.result(record)  # raises if it does not exist
    return output_responses.response(record, Wanted(BY_NAME[PDF]))


def error_response(error: OCRServiceError, status: int, request_id: str) -> tuple[int, Any, dict[str, str]]:
    exit_code = ocrspace_result.TIMED_OUT if isinstance(error, errors.StillRunning) else ocrspace_result.REJECTED
    message = f"{error.problem} {_REMEDY}" if isinstance(error, errors.Unauthorized) else error.message
    body = ocrspace_result.rejection(message, error.code, exit_code)
    return 200 if status in _IN_THE_BODY else status, body, {}


def _language(code: str) -> str:
    return _LANGUAGES.get(code.lower(), code) or jobs.limits().ocr_lang


def _file(given: dict[str, str]) -> Source:
    """The file of the request. Its clients use various names for the field."""
    sent = [file for _, file in request.files.items(multi=True)]
    if len(sent) > 1:
        raise errors.InvalidOption("More than one file was sent. Send one file in each request.")
    if sent:
        return UploadedFile(plain_name(sent[0].filename or ""), cast(IncomingFile, sent[0].stream))
    if given.get("base64image"):
        return files.embedded(given["base64image"], "base64Image")
    if given.get("url"):
        return files.from_address(given["url"], "url")
    raise errors.MissingFile("No file was sent. Send it in the field `file`, or as `base64Image`.")


def _pdf_address(endpoint: str, record: JobRecord) -> str:
    expires = int(time.time()) + PDF_SECONDS
    signature = services().uploads.signature.sign_download(record.id, PDF, expires)
    return jobs.external_url(endpoint, job_id=record.id, expires=str(expires), signature=signature)
