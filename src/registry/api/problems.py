"""The catalogue of problems: each code with its HTTP status and its words in both languages (RFC 9457).

The catalogue is data: `data/problems/*.toml`. A module that defines a `DomainError` adds its code
to the file of its feature, and a test holds that none is forgotten.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, Any

from pydantic import ConfigDict, Field

from registry.api import texts
from registry.api.language import Language
from registry.api.notices import Notice, at_most
from registry.api.schemas.fields import Out

MEDIA_TYPE = "application/problem+json"


class FieldError(Notice):
    """What is wrong with one place of the request: in its body, or one of its parameters."""

    parameter: Annotated[str, Field(json_schema_extra=at_most(200))] | None = Field(
        description="Name of the query, path or header parameter at fault.", examples=["limit"]
    )


class Problem(Out):
    """Why a request was refused (RFC 9457). Clients compare `code`; further members hold machine-readable facts."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(
        description="Address of the page that explains the problem.",
        json_schema_extra={"format": "uri", **at_most(500)},
    )
    title: str = Field(
        description="Short name of the problem; the same at every occurrence.", json_schema_extra=at_most(200)
    )
    status: Annotated[int, Field(ge=400, le=599, description="The HTTP status.")]
    detail: str = Field(
        description="What happened, for people, in Vietnamese or English by Accept-Language.",
        json_schema_extra=at_most(2000),
    )
    instance: str = Field(
        description="This occurrence: `urn:uuid:` and the value of X-Request-ID.", json_schema_extra=at_most(45)
    )
    code: str = Field(
        description="Stable code; compare this, not the text.",
        pattern=r"^[a-z][a-z0-9_]*$",
        json_schema_extra=at_most(40),
    )
    errors: list[FieldError] = Field(
        description="Every place of the request at fault; empty where none is.", json_schema_extra={"maxItems": 1000}
    )


@dataclass(frozen=True, slots=True)
class Wording:
    """A problem in one language; `detail` is a template over facts."""

    title: str
    detail: str
    about: str


@dataclass(frozen=True, slots=True)
class ProblemType:
    """A code with its status and its words."""

    code: str
    status: int
    words: Mapping[Language, Wording]

    @classmethod
    def of(cls, code: str, entry: Mapping[str, Any]) -> "ProblemType":
        """Read one table of the catalogue. Raises where it is incomplete."""
        if not re.fullmatch(r"[a-z][a-z0-9_]*", code):
            msg = f"not a code: {code}"
            raise ValueError(msg)
        words = {language: Wording(**entry[language]) for language in Language}
        for wording in words.values():
            texts.checked(wording.detail)
        return cls(code, entry["status"], words)

    def detail(self, language: Language, facts: Mapping[str, Any]) -> str:
        """Return the sentence for one occurrence."""
        return texts.fill(self.words[language].detail, language, facts)


CATALOGUE: Mapping[str, ProblemType] = MappingProxyType(
    {code: ProblemType.of(code, entry) for code, entry in texts.load("problems").items()}
)
"""Every code that an answer may carry."""

ALWAYS = (
    "malformed_request",
    "malformed_url",
    "url_too_long",
    "validation_failed",
    "headers_too_large",
    "internal_error",
    "sealed_value_unreadable",
    "unavailable",
    "temporary_reduced_capacity",
    "time_limit_exceeded",
    "request_too_slow",
)
WITH_TOKEN = (
    "unauthenticated",
    "token_invalid",
    "dpop_proof_invalid",
    "dpop_nonce_required",
    "client_not_registered",
    "insufficient_scope",
    "officer_required",
    "quota_exceeded",
    "too_many_persons",
)
"""What every operation that asks for a token may answer."""
WITH_BODY = ("malformed_json", "body_too_large", "unsupported_media_type")


def responses(*codes: str, body: bool = False) -> dict[int | str, dict[str, Any]]:
    """Document the problems of an operation, beside those that every operation may answer.

    `body` adds those of operations that read a JSON body. Used as
    `responses=problems.responses(*problems.WITH_TOKEN, "not_found", "episode_already_open", body=True)`.
    """
    return _described((*ALWAYS, *(WITH_BODY if body else ()), *codes))


def extended(documented: Mapping[int | str, dict[str, Any]], *codes: str) -> dict[int | str, dict[str, Any]]:
    """Add problems to those that an operation documents."""
    more = _described(codes)
    for status in documented.keys() & more.keys():
        more[status]["description"] = f"{documented[status]['description']}\n{more[status]['description']}"
    return {**documented, **more}


def _described(codes: Iterable[str]) -> dict[int | str, dict[str, Any]]:
    by_status: dict[int, list[ProblemType]] = {}
    for code in dict.fromkeys(codes):
        by_status.setdefault(CATALOGUE[code].status, []).append(CATALOGUE[code])
    return {
        status: {
            "model": Problem,
            "description": "\n".join(f"- `{each.code}`: {each.words[Language.EN].title}" for each in problems),
        }
        for status, problems in sorted(by_status.items())
    }
