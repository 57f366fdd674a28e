"""Names of PaddleOCR's official text models: the families (detector and recogniser) and the recognisers of scripts.

Our own table, because asking PaddleX costs two seconds and a hundred megabytes. Source: PaddleX 3.7, modules
``text_detection`` and ``text_recognition``.
"""

from __future__ import annotations

FAMILIES: tuple[str, ...] = (
    "PP-OCRv6_small",
    "PP-OCRv6_tiny",
    "PP-OCRv6_medium",
    "PP-OCRv5_mobile",
    "PP-OCRv5_server",
    "PP-OCRv4_mobile",
    "PP-OCRv4_server",
)

SCRIPT_RECOGNISERS: tuple[str, ...] = (
    "latin_PP-OCRv5_mobile_rec",
    "korean_PP-OCRv5_mobile_rec",
    "eslav_PP-OCRv5_mobile_rec",
    "cyrillic_PP-OCRv5_mobile_rec",
    "arabic_PP-OCRv5_mobile_rec",
    "devanagari_PP-OCRv5_mobile_rec",
    "th_PP-OCRv5_mobile_rec",
    "el_PP-OCRv5_mobile_rec",
    "te_PP-OCRv5_mobile_rec",
    "ta_PP-OCRv5_mobile_rec",
    "ka_PP-OCRv3_mobile_rec",
)

OFFICIAL_MODELS: tuple[str, ...] = (
    *(f"{family}_{part}" for family in FAMILIES for part in ("det", "rec")),
    *SCRIPT_RECOGNISERS,
)
