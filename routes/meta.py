"""The service's description of itself: capabilities, errors, index."""

from flask import Response, abort, current_app, jsonify

from controllers import capabilities_controller
from controllers.context import RequestLimits
from middleware.error_catalog import BY_STATUS, CATALOG, status_of
from routes.blueprint import DescribedBlueprint
from routes.schemas.service import Capabilities, ErrorDescription, Index

SLUG = {
    "in": "path",
    "name": "slug",
    "description": "The `code` of an error, or the last part of its `type`.",
    "example": "rate-limited",
}


def make_blueprint(limits: RequestLimits) -> DescribedBlueprint:
    blueprint = DescribedBlueprint("meta", __name__, description="What this installation can do")
    models = capabilities_controller.InstalledModels()

    @blueprint.route("/capabilities", methods=["GET"])
    @blueprint.response(200, Capabilities)
    def capabilities() -> Response:
        """List models, languages, formats and limits"""
        return capabilities_controller.capabilities(limits, models)

    @blueprint.route("/errors/<string:slug>", methods=["GET"], parameters=[SLUG])
    @blueprint.problems(BY_STATUS[404])
    @blueprint.response(200, ErrorDescription)
    def error_kind(slug: str) -> Response:
        """Get the meaning of an error and its remedy"""
        code = slug.replace("-", "_")
        if code not in CATALOG:
            abort(404)
        error = CATALOG[code]
        return jsonify(code=code, status=status_of(error), title=error.title, remedy=error.remedy)

    @blueprint.route("/", methods=["GET"])
    @blueprint.response(200, Index)
    def index() -> Response:
        """List the main addresses"""
        return jsonify(
            service="paddleocr-service",
            documentation="/docs",
            openapi="/openapi.json",
            capabilities="/capabilities",
            health="/health",
            source=current_app.config["SOURCE_URL"] or None,
            license="AGPL-3.0-or-later",
        )

    return blueprint
