"""Names of PaddleOCR's official text models: families (detector and recogniser) and recognisers for other scripts.

The table is a copy of PaddleX 3.7 (modules ``text_detection`` and ``text_recognition``), because importing PaddleX
takes two seconds and 100 MB.
"""

FAMILIES: tuple[str, ...] = (
    "PP-OCRv6_small",
    "PP-OCRv6_tiny",
    "PP-OCRv6_medium",
    "PP-OCRv5_mobile",
    "PP-OCRv5_server",
    "PP-OCRv4_mobile",
    "PP-OCRv4_server",
)

_SCRIPTS = ("latin", "korean", "eslav", "cyrillic", "arabic", "devanagari", "th", "el", "te", "ta")
OFFICIAL_MODELS: tuple[str, ...] = (
    *(f"{family}_{part}" for family in FAMILIES for part in ("det", "rec")),
    *(f"{script}_PP-OCRv5_mobile_rec" for script in _SCRIPTS),
    "ka_PP-OCRv3_mobile_rec",
)
