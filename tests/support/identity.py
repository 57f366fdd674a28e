"""Numbers of fictitious documents with right check digits, and pages of a result that show them."""

from __future__ import annotations

from stdnum import luhn, verhoeff
from stdnum.in_ import gstin

from services.extraction.mrz.formats import check_digit

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#: Wording that makes a page of each type.
LABELS = {
    "pan": "Permanent Account Number",
    "aadhaar": "Aadhaar no",
    "aadhaar_vid": "VID",
    "driving_licence": "DL No",
    "passport": "Passport No",
    "udyam": "UDYAM REGISTRATION NUMBER",
    "gstin": "GSTIN",
    "voter_id": "EPIC No",
}
EXAMPLES = {
    "pan": "GMNPU7045L",
    "aadhaar": "366360248814",
    "aadhaar_vid": "9" + "23456789012345",  # completed below
    "driving_licence": "MH1220231234567",
    "passport": "K5106821",
    "udyam": "UDYAM-MH-12-1234567",
    "gstin": "14AVIPN7473F3ZB",
    "voter_id": "WKH119056",  # completed below
}


def with_verhoeff(digits: str) -> str:
    return digits + verhoeff.calc_check_digit(digits)


EXAMPLES["aadhaar_vid"] = with_verhoeff(EXAMPLES["aadhaar_vid"])
EXAMPLES["voter_id"] += luhn.calc_check_digit(EXAMPLES["voter_id"][3:])


def gstin_of(state: str, pan: str, entity: str) -> str:
    body = f"{state}{pan}{entity}Z"
    return body + next(char for char in "0123456789" + LETTERS if gstin.is_valid(body + char))


def td3(number: str, surname: str = "MOCKWANI", given: str = "SUNITA", birth: str = "941224") -> list[str]:
    """The lines of a passport's zone."""
    number, expiry = number.ljust(9, "<"), "310105"
    first = number + check_digit(number)
    dates = birth + check_digit(birth) + "M" + expiry + check_digit(expiry)
    optional = "<" * 14 + "<"
    composite = check_digit(first + dates.replace("M", "", 1) + optional)
    return [f"P<IND{surname}<<{given.replace(' ', '<')}".ljust(44, "<"), f"{first}IND{dates}{optional}{composite}"]


def lines_of(*texts: str, words: bool = False, confidence: float = 0.98) -> list[dict]:
    """Lines of a page's result, one below the other, 20 pixels high, 10 pixels for each character."""
    return [_line(text, 10.0, 30.0 * number, words, confidence) for number, text in enumerate(texts)]


def _line(text: str, x: float, y: float, words: bool, confidence: float) -> dict:
    line = {"text": text, "confidence": confidence, "bbox": box(x, y, 10 * len(text), 20)}
    if words:
        line["words"] = [
            {"text": word, "confidence": confidence, "bbox": box(x, y, 10 * len(word), 20)} for word in text.split()
        ]
    return line


def box(x: float, y: float, width: float, height: float) -> list[list[float]]:
    return [[x, y], [x + width, y], [x + width, y + height], [x, y + height]]


def page_of_lines(lines: list[dict]) -> dict:
    """The result of a page with these lines, which are one block."""
    text = "\n".join(line["text"] for line in lines)
    region = {"kind": "paragraph", "bbox": box(0, 0, 500, 500), "confidence": 1.0}
    block = {**region, "text": text, "lines": list(range(len(lines)))}
    return {"page": 1, "text": text, "lines": lines, "blocks": [block], "fields": [], "warnings": [], "source": "ocr"}
