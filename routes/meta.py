"""What the service says of itself: capabilities, errors, the index."""

from __future__ import annotations

from flask import abort, jsonify

from controllers import capabilities_controller
from middleware.error_catalog import CATALOG, status_of
from routes.blueprint import DescribedBlueprint
from routes.schemas.problems import ErrorKind
from routes.schemas.service import Capabilities, Index

blueprint = DescribedBlueprint("meta", __name__, description="What this installation can do")

SLUG = {
    "in": "path",
    "name": "slug",
    "description": "A `code`, or the last part of a `type`, of an error.",
    "example": "rate-limited",
}


@blueprint.route("/capabilities", methods=["GET"])
@blueprint.response(200, Capabilities)
def capabilities():
    """Models, languages, formats and limits"""
    return capabilities_controller.capabilities()


@blueprint.route("/errors/<string:slug>", methods=["GET"], parameters=[SLUG])
@blueprint.problems("not_found")
@blueprint.response(200, ErrorKind)
def error_kind(slug):
    """What an error means and what to do about it"""
    code = slug.replace("-", "_")
    error = CATALOG.get(code) or abort(404)
    return jsonify(code=code, status=status_of(error), title=error.title, remedy=error.remedy)


@blueprint.route("/", methods=["GET"])
@blueprint.response(200, Index)
def index():
    """Where things are"""
    return jsonify(
        service="paddleocr-service",
        documentation="/docs",
        openapi="/openapi.json",
        capabilities="/capabilities",
        health="/health",
    )
