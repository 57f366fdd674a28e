"""Capabilities and the index."""

from __future__ import annotations

from marshmallow import Schema, fields


class Models(Schema):
    default = fields.String(required=True)
    loaded = fields.List(fields.String(), required=True, metadata={"description": "Loaded by a running worker."})
    installed = fields.List(fields.String(), required=True)
    installable = fields.List(fields.String(), required=True)


class Languages(Schema):
    default = fields.String(required=True)
    available = fields.List(fields.String(), required=True, metadata={"description": "Valid values of `lang`."})
    installable = fields.List(
        fields.String(), required=True, metadata={"description": "Valid once their model is installed."}
    )


class Formats(Schema):
    image = fields.List(fields.String(), required=True)
    pdf = fields.List(fields.String(), required=True)


class Limits(Schema):
    max_content_length = fields.Integer(required=True, metadata={"description": "Bytes of a request."})
    max_image_pixels = fields.Integer(required=True, metadata={"description": "Larger images are rejected."})
    max_image_width = fields.Integer(required=True, metadata={"description": "Wider images are scaled down."})
    max_image_height = fields.Integer(required=True, metadata={"description": "Higher images are scaled down."})
    max_pdf_pages = fields.Integer(required=True)
    min_dpi = fields.Integer(required=True)
    max_dpi = fields.Integer(required=True)
    default_dpi = fields.Integer(required=True)
    page_timeout_seconds = fields.Integer(required=True)
    result_ttl_seconds = fields.Integer(required=True)
    max_wait_seconds = fields.Integer(required=True)


class Capabilities(Schema):
    """What this installation can do."""

    models = fields.Nested(Models, required=True)
    languages = fields.Nested(Languages, required=True)
    formats = fields.Nested(Formats, required=True)
    limits = fields.Nested(Limits, required=True)


class Index(Schema):
    """The main addresses."""

    service = fields.String(required=True)
    documentation = fields.String(required=True)
    openapi = fields.String(required=True)
    capabilities = fields.String(required=True)
    health = fields.String(required=True)
