"""What this installation can do."""

from __future__ import annotations

from dataclasses import asdict

from flask import Response, jsonify

from controllers.context import RequestLimits, services
from services.errors import RedisUnavailable

FORMATS = {
    "image": ["image/jpeg", "image/png", "image/bmp", "image/tiff", "image/webp", "image/gif"],
    "pdf": ["application/pdf"],
}


def capabilities(limits: RequestLimits) -> Response:
    catalogue = services().catalogue
    languages = catalogue.languages()
    values = asdict(limits)
    return jsonify(
        models={
            "default": values.pop("default_model"),
            "loaded": _loaded_models(),
            "installed": list(catalogue.installed()),
            "installable": list(catalogue.installable()),
        },
        languages={
            "default": values.pop("default_lang"),
            "available": sorted(code for code, installed in languages.items() if installed),
            "installable": sorted(code for code, installed in languages.items() if not installed),
        },
        formats=FORMATS,
        limits=values,
    )


def _loaded_models() -> list[str]:
    """Models that live workers hold in memory. Unknown, so empty, while Redis is down."""
    try:
        workers = services().worker_registry.all()
    except RedisUnavailable:
        return []
    return sorted({model for worker in workers for model in worker["models"]})
