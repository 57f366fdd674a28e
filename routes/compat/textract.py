"""Amazon Textract: its clients post to the root of their endpoint and name the operation in a header."""

from typing import cast

from flask import Blueprint, Request, Response, current_app, request

from controllers.compat import textract
from controllers.compat.aws_signature import Signature
from controllers.context import RequestLimits
from middleware.api_keys import KeyRules
from middleware.foreign_interfaces import ForeignInterface
from middleware.view_marks import Mark, mark
from routes.blueprint import Decorator


def credential(request: Request) -> str:
    """The access key id: an API key, or the name of one in API_KEYS. The secret access key is the API key itself.

    So a request that names a key is only authentic with a signature, which is checked before it counts or creates work.
    """
    signature = Signature.parse(request.headers.get("Authorization", ""))
    if not signature:
        return ""
    rules = cast(KeyRules, current_app.extensions["key_rules"])
    return rules.key_named(signature.key_id) or signature.key_id


def interface(limits: RequestLimits, rate_limit: Decorator) -> tuple[ForeignInterface, Blueprint]:
    blueprint = Blueprint("textract", __name__)
    limited_call = rate_limit(textract.call)

    @blueprint.post("/")
    @mark(Mark.CREATES_WORK | Mark.LIMITED)
    def call() -> Response:
        textract.read_body(credential(request))
        return limited_call()

    return ForeignInterface("textract", (), textract.error_response, credential, (("POST", "/"),)), blueprint
