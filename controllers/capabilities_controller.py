"""What this installation can do."""

from __future__ import annotations

from flask import Response, current_app, jsonify

from services.container import Services
from services.errors import RedisUnavailable

FORMATS = {
    "image": ["image/jpeg", "image/png", "image/bmp", "image/tiff", "image/webp", "image/gif"],
    "pdf": ["application/pdf"],
}


def capabilities() -> Response:
    services: Services = current_app.extensions["services"]
    settings = current_app.config["SETTINGS"]
    catalogue = services.catalogue
    body = {
        "models": {
            "default": settings.ocr_model,
            "loaded": _loaded(services),
            "installed": list(catalogue.installed()),
            "installable": list(catalogue.installable()),
        },
        "languages": {
            "default": settings.ocr_lang,
            "available": sorted(code for code, ready in catalogue.languages().items() if ready),
            "installable": sorted(code for code, ready in catalogue.languages().items() if not ready),
        },
        "formats": FORMATS,
        "limits": {
            "max_content_length": settings.max_content_length,
            "max_image_pixels": settings.max_image_pixels,
            "max_image_width": settings.max_image_width,
            "max_image_height": settings.max_image_height,
            "max_pdf_pages": settings.max_pdf_pages,
            "min_dpi": 72,
            "max_dpi": settings.max_dpi,
            "default_dpi": settings.default_dpi,
            "page_timeout_seconds": settings.ocr_timeout_per_page,
            "result_ttl_seconds": settings.result_ttl,
            "max_wait_seconds": settings.request_timeout,
        },
    }
    return jsonify(body)


def _loaded(services: Services) -> list[str]:
    """Models that a live worker holds in memory; none are known while Redis is away."""
    try:
        workers = services.worker_registry.all()
    except RedisUnavailable:
        return []
    return sorted({model for worker in workers for model in worker["models"]})
