"""What the service says of itself: capabilities, errors, the index."""

from __future__ import annotations

from flask import abort, jsonify
from flask_smorest import Blueprint

from controllers import capabilities_controller
from middleware.error_catalog import CATALOG

blueprint = Blueprint("meta", __name__, description="What this installation can do")


@blueprint.route("/capabilities", methods=["GET"])
@blueprint.response(200)
def capabilities():
    """Models, languages, formats and limits"""
    return capabilities_controller.capabilities()


@blueprint.route("/errors/<string:slug>", methods=["GET"])
@blueprint.response(200)
def error_kind(slug):
    """What an error means and what to do about it"""
    code = slug.replace("-", "_")
    kind = CATALOG.get(code) or abort(404)
    return jsonify(code=code, status=kind.status, title=kind.title, remedy=kind.remedy)


@blueprint.route("/", methods=["GET"])
@blueprint.response(200)
def index():
    """Where things are"""
    return jsonify(
        service="paddleocr-service",
        documentation="/docs",
        openapi="/openapi.json",
        capabilities="/capabilities",
        health="/health",
    )
