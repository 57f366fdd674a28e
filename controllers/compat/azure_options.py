"""Options of Azure Document Intelligence: what changes the job, what changes its result, and what changes nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from werkzeug.datastructures import MultiDict

from controllers.compat.azure_document import (
    API_VERSION,
    BARCODES,
    LANGUAGES,
    MARKDOWN,
    TEXT,
    Wanted,
)
from controllers.compat.ignored import ignore
from controllers.compat.text_spans import INDEX_TYPES, TEXT_ELEMENTS
from controllers.context import services
from services import errors

PDF = "pdf"
#: Features that add something to a result, and features whose absence a client does not notice in the text.
FEATURES = (BARCODES, LANGUAGES)
WITHOUT_EFFECT = ("ocrHighResolution", "formulas", "styleFont")
#: Options of the service, and one that SDKs add to tell apart two forms of the body.
KNOWN = (
    *("api-version", "pages", "locale", "stringIndexType", "features", "queryFields", "outputContentFormat", "output"),
    "_overload",
)
_VERSION = re.compile(r"\d{4}-\d{2}-\d{2}(-preview)?")
#: Languages that have another name here.
_LANGUAGES = {"zh": "ch", "zh-hans": "ch", "zh-hant": "chinese_cht", "ja": "japan", "ko": "korean"}


def job_options(query: MultiDict[str, str]) -> dict[str, Any]:
    """Raises InvalidOption for an unknown option, feature or output."""
    for name in query:
        if name not in KNOWN:
            raise _invalid(f"The query parameter `{name[:64]}` is not known. Known: {', '.join(KNOWN)}.", name)
    chosen: dict[str, Any] = {"detail": "word"}
    if pages := query.get("pages", "").replace(" ", ""):
        chosen["pages"] = pages
    if BARCODES in _features(query):
        chosen["extract"] = BARCODES
    if outputs := values(query, "output"):
        if outputs != [PDF]:
            raise _invalid("`output` can only be `pdf`. Pictures of figures are not available.", "output")
        chosen["outputs"] = PDF
    if lang := language(query.get("locale", ""), "locale"):
        chosen["lang"] = lang
    return chosen


def wanted(query: MultiDict[str, str], model_id: str) -> Wanted:
    """What the result is like. Raises InvalidOption."""
    version = query.get("api-version") or API_VERSION
    if not _VERSION.fullmatch(version):
        raise _invalid("`api-version` must be a date, such as 2024-11-30.", "api-version")
    return Wanted(
        model_id=model_id,
        version=version,
        index_type=_one_of(query, "stringIndexType", INDEX_TYPES, TEXT_ELEMENTS),
        content_format=_one_of(query, "outputContentFormat", (TEXT, MARKDOWN), TEXT),
        features=tuple(feature for feature in _features(query) if feature in FEATURES),
    )


def as_query(wanted: Wanted) -> dict[str, str]:
    """The options for the address of the result: nothing else remembers them."""
    query = {
        "api-version": wanted.version,
        "stringIndexType": wanted.index_type,
        "outputContentFormat": wanted.content_format,
        "features": ",".join(wanted.features),
    }
    usual = {"stringIndexType": TEXT_ELEMENTS, "outputContentFormat": TEXT, "features": ""}
    return {name: value for name, value in query.items() if value != usual.get(name)}


def language(locale: str, option: str) -> str:
    """Our code for a language tag, such as `de-CH`. Azure takes it as a hint, so an unknown one is ignored."""
    tag = locale.lower()
    for name in (tag, "-".join(tag.split("-")[:2]), tag.split("-")[0]):
        code = _LANGUAGES.get(name, name)
        try:
            if code:
                services().jobs.check_language(code)
                return code
        except (errors.UnknownLanguage, errors.ModelUnavailable):
            continue
    if locale:
        ignore(f"{option}={locale}")
    return ""


def values(query: MultiDict[str, str], option: str) -> list[str]:
    """The values of an option that may be given several times, or with commas."""
    return [value.strip() for given in query.getlist(option) for value in given.split(",") if value.strip()]


def _features(query: MultiDict[str, str]) -> list[str]:
    found = values(query, "features")
    for feature in found:
        if feature in WITHOUT_EFFECT:
            ignore(f"features={feature}")
        elif feature not in FEATURES:
            raise _invalid(
                f"The feature `{feature[:64]}` is not available. Features: {', '.join((*FEATURES, *WITHOUT_EFFECT))}.",
                "features",
            )
    if values(query, "queryFields"):
        raise _invalid("`queryFields` are not available.", "queryFields")
    return found


def _one_of(query: Mapping[str, str], option: str, choices: tuple[str, ...], usual: str) -> str:
    value = query.get(option) or usual
    if value not in choices:
        raise _invalid(f"`{option}` must be one of: {', '.join(choices)}.", option)
    return value


def _invalid(message: str, option: str) -> errors.InvalidOption:
    return errors.InvalidOption(message, option=option[:64])
