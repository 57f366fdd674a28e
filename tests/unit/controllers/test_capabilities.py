"""GET /capabilities: the configured defaults and limits, and what is installed and loaded."""

from types import SimpleNamespace

import pytest

from services.errors import RedisUnavailable

CATALOGUE = SimpleNamespace(
    installed=lambda: ("installed model",),
    installable=lambda: ("other model",),
    recognisers=lambda: {"en": ("a", None), "de": ("a", None), "hi": ("b", "c"), "korean": (None, "d")},
)
SETTINGS = {
    "MAX_CONTENT_LENGTH": 1001,
    "MAX_IMAGE_PIXELS": 10_002,
    "MAX_IMAGE_WIDTH": 1003,
    "MAX_IMAGE_HEIGHT": 1004,
    "MAX_PDF_PAGES": 105,
    "MAX_DPI": 406,
    "DEFAULT_DPI": 207,
    "OCR_TIMEOUT_PER_PAGE": 48,
    "RESULT_TTL": 1009,
    "REQUEST_TIMEOUT": 110,
}


def no_redis():
    raise RedisUnavailable()


@pytest.mark.parametrize(
    ("workers", "loaded"),
    [(lambda: [{"models": ["b", "a"]}, {"models": ["a"]}], ["a", "b"]), (list, []), (no_redis, [])],
)
def test_capabilities_reflect_settings_catalogue_and_workers(make_app, workers, loaded):
    services = SimpleNamespace(catalogue=CATALOGUE, worker_registry=SimpleNamespace(all=workers))
    response = make_app(services, OCR_LANG="de", **SETTINGS).test_client().get("/capabilities")
    assert response.status_code == 200
    assert response.json["models"] == {
        "default": "PP-OCRv6_small",
        "loaded": loaded,
        "installed": ["installed model"],
        "installable": ["other model"],
    }
    assert response.json["languages"] == {
        "default": "de",
        "available": ["de", "en", "hi"],
        "installable": ["korean"],
        "recognisers": {
            "en": {"used": "a", "better": None},
            "de": {"used": "a", "better": None},
            "hi": {"used": "b", "better": "c"},
            "korean": {"used": None, "better": "d"},
        },
    }
    documents = response.json["documents"]
    assert documents["extract"] == ["ids", "mrz", "barcodes"]
    assert {"aadhaar", "pan", "mrz", "barcode"} <= set(documents["types"]) and "TD3" in documents["zone_formats"]
    assert {"QRCode", "DataMatrix", "PDF417", "Code128", "EAN13"} <= set(documents["symbologies"])
    assert response.json["limits"] == {
        "max_content_length": 1001,
        "max_batch_files": 50,
        "max_image_pixels": 10_002,
        "max_image_width": 1003,
        "max_image_height": 1004,
        "max_pdf_pages": 105,
        "min_dpi": 72,
        "max_dpi": 406,
        "default_dpi": 207,
        "page_timeout_seconds": 48,
        "result_ttl_seconds": 1009,
        "max_wait_seconds": 110,
        "fetch_urls": False,
    }
