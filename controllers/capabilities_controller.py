"""What this installation can do."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass

from flask import Response, jsonify

from controllers.context import MIN_DPI, RequestLimits, services
from controllers.submission import DOCUMENT_TYPES, ZONE_FORMATS
from services.errors import RedisUnavailable
from services.exports.formats import FORMATS as RESULT_FORMATS
from services.extraction.barcodes import SYMBOLOGIES
from services.extraction.options import EXTRACT_NAMES

FORMATS = {
    "image": [
        *("image/jpeg", "image/png", "image/bmp", "image/tiff", "image/webp", "image/gif"),
        *("image/heic", "image/heif", "image/avif", "image/jp2"),
    ],
    "pdf": ["application/pdf"],
}


#: Seconds for which a process remembers what is installed. To find it takes 0.2 s, and anyone may ask.
REMEMBERED_SECONDS = 10


@dataclass(eq=False)
class InstalledModels:
    """What is installed, looked up now and then."""

    _found: tuple[float, dict[str, tuple[str | None, str | None]], list[str], list[str]] | None = None

    def find(self) -> tuple[dict[str, tuple[str | None, str | None]], list[str], list[str]]:
        """The recognisers of each language, installed models, and installable ones. Thread-safe."""
        found = self._found
        if found is None or time.monotonic() - found[0] > REMEMBERED_SECONDS:
            catalogue = services().catalogue
            models = list(catalogue.installed()), list(catalogue.installable())
            self._found = found = (time.monotonic(), catalogue.recognisers(), *models)
        return found[1:]


def capabilities(limits: RequestLimits, models: InstalledModels) -> Response:
    recognisers, installed, installable = models.find()
    values = asdict(limits)
    # Names of the API that differ from the settings.
    values["min_dpi"] = MIN_DPI
    values["page_timeout_seconds"] = values.pop("ocr_timeout_per_page")
    values["result_ttl_seconds"] = values.pop("result_ttl")
    values["max_wait_seconds"] = values.pop("request_timeout")
    return jsonify(
        models={
            "default": values.pop("ocr_model"),
            "loaded": _loaded_models(),
            "installed": installed,
            "installable": installable,
        },
        languages={
            "default": values.pop("ocr_lang"),
            "available": sorted(code for code, (used, _) in recognisers.items() if used),
            "installable": sorted(code for code, (used, _) in recognisers.items() if not used),
            "recognisers": {code: {"used": used, "better": better} for code, (used, better) in recognisers.items()},
        },
        formats=FORMATS,
        result_formats=[
            {
                "name": each.name,
                "media_type": each.media_type,
                "extension": each.extension,
                "needs_outputs": each.needs_source,
            }
            for each in RESULT_FORMATS
        ],
        documents={
            "extract": list(EXTRACT_NAMES),
            "types": list(DOCUMENT_TYPES),
            "zone_formats": list(ZONE_FORMATS),
            "symbologies": list(SYMBOLOGIES),
        },
        limits=values,
    )


def _loaded_models() -> list[str]:
    """Models that live workers hold in memory. Unknown, so empty, while Redis is down."""
    try:
        workers = services().worker_registry.all()
    except RedisUnavailable:
        return []
    return sorted({model for worker in workers for model in worker["models"]})
