"""Paths of earlier OCR services, whose clients go on working."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response

from controllers import auth_controller, upload_controller
from controllers.compat import earlier
from controllers.context import RequestLimits
from middleware.foreign_interfaces import ForeignInterface
from middleware.option_parser import OptionsParser
from middleware.view_marks import Mark, mark
from routes.blueprint import Decorator
from routes.paths import OCR
from routes.schemas.accounts import Registration
from routes.schemas.uploads import announcement

ACCOUNTS = "/api/v1/auth"
SEGMENTS = ("api", "paddleocr", "ocr-api", "images")
#: `/paddleocr` also exists below this path.
BASES = ("", "/ocr-api")
PARSER = OptionsParser()


def interface(limits: RequestLimits, rate_limit: Decorator) -> tuple[ForeignInterface, Blueprint]:
    blueprint = Blueprint("earlier", __name__)

    def creates(view: Callable[[], Response], *paths: str) -> None:
        """Paths whose requests create work."""

        @mark(Mark.CREATES_WORK)
        @rate_limit
        def create() -> Response:
            return view()

        for path in paths:
            blueprint.add_url_rule(path, f"create_{view.__name__}", create, methods=["POST"])

    creates(earlier.submit, "/api/v1/ocr/submit")
    creates(earlier.create_image, "/images", "/images/")
    creates(earlier.predict, *(f"{base}/paddleocr/predict" for base in BASES))
    creates(earlier.predict_later, *(f"{base}/paddleocr/predict-async" for base in BASES))
    for base in BASES:
        blueprint.add_url_rule(f"{base}/paddleocr/status/<string:job_id>", "task_status", earlier.task_status)
    blueprint.add_url_rule("/api/v1/ocr/result/<string:job_id>", "result", earlier.result)
    blueprint.add_url_rule("/images/<string:job_id>", "image", earlier.image)
    _add_health(blueprint)
    _add_accounts(blueprint)
    _add_announcement(blueprint, limits, rate_limit)
    interface = ForeignInterface(
        "earlier",
        SEGMENTS,
        earlier.error_response,
        routes=(("POST", OCR),),
        account_prefixes=(f"{ACCOUNTS}/",),
    )
    return interface, blueprint


def _add_health(blueprint: Blueprint) -> None:
    views = {
        "/api/v1/health": earlier.health,
        "/ocr-api/health": earlier.task_health,
        "/ocr-api/metrics": earlier.task_metrics,
    }
    for path, view in views.items():
        blueprint.add_url_rule(path, view.__name__, mark(Mark.OPEN)(view))


def _add_accounts(blueprint: Blueprint) -> None:
    @blueprint.post(f"{ACCOUNTS}/register")
    @mark(Mark.OPEN)
    @PARSER.use_args(Registration, location="json")
    def register(options: dict[str, Any]) -> Response:
        return auth_controller.register(options)

    @blueprint.get(f"{ACCOUNTS}/stats")
    def stats() -> Response:
        return auth_controller.stats()

    @blueprint.post(f"{ACCOUNTS}/regenerate")
    def regenerate() -> Response:
        return auth_controller.regenerate()

    @blueprint.post(f"{ACCOUNTS}/revoke")
    def revoke() -> Response:
        return auth_controller.revoke()


def _add_announcement(blueprint: Blueprint, limits: RequestLimits, rate_limit: Decorator) -> None:
    """`POST /ocr` announces a file that is then sent to the returned address."""

    @blueprint.post(OCR)
    @PARSER.use_args(announcement(limits), location="json")
    @rate_limit
    def announce(options: dict[str, Any]) -> Response:
        return upload_controller.announce(options)
