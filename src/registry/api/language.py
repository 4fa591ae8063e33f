"""The caller's language: Vietnamese unless `Accept-Language` prefers English."""

from enum import StrEnum

from fastapi import Request


class Language(StrEnum):
    """A language in which the service speaks to people."""

    VI = "vi"
    EN = "en"


def preferred(accept_language: str | None) -> Language:
    """Choose the language that the field ranks highest; what cannot be read ranks nothing (RFC 9110, 12.5.4)."""
    chosen, chosen_quality = Language.VI, 0.0
    for part in (accept_language or "").split(","):
        tag, _, parameter = part.partition(";")
        language = _LANGUAGES.get(tag.strip().lower().partition("-")[0])
        quality = _quality(parameter)
        if language is not None and quality > chosen_quality:
            chosen, chosen_quality = language, quality
    return chosen


def of_request(request: Request) -> Language:
    """Choose the language in which this request is answered."""
    return preferred(request.headers.get("accept-language"))


_LANGUAGES = {"vi": Language.VI, "en": Language.EN, "*": Language.VI}


def _quality(parameter: str) -> float:
    name, _, value = parameter.strip().lower().partition("=")
    if not name:
        return 1.0
    try:
        return float(value) if name.strip() == "q" else 0.0
    except ValueError:
        return 0.0
