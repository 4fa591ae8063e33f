"""What a caller would prefer (RFC 7240). What is not known here counts for nothing."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Depends, Header, Request, Response

from registry.api import etags

NAME = "Prefer"
APPLIED = "Preference-Applied"

RESPONSES: dict[int | str, dict[str, Any]] = {
    204: {"description": "It was done, and `Prefer: return=minimal` asked for no body. `ETag` tells the version."}
}


async def preferences(
    _: Annotated[
        str | None,
        Header(
            alias=NAME,
            max_length=200,
            description="`return=minimal`: no body, only `ETag` and `Location`; warnings, and what rules filled in, "
            "are not told then. Other preferences are ignored.",
            examples=["return=minimal"],
        ),
    ] = None,
) -> None:
    """Take the preferences of a write; they are honoured when the answer is there (`honoured`)."""


PREFERENCES = Depends(preferences)


def stated(field: str) -> Mapping[str, str]:
    """Read preferences by name; of one that is stated twice the first counts."""
    found: dict[str, str] = {}
    for part in field.split(","):
        name, _, value = part.partition(";")[0].partition("=")
        found.setdefault(name.strip().lower(), value.strip().strip('"').lower())
    return found


def of_request(request: Request) -> Mapping[str, str]:
    """Read what a request prefers, in however many lines it says so."""
    return stated(",".join(request.headers.getlist(NAME)))


def honoured(request: Request, answer: Response) -> Response:
    """Leave the body of a record out where the caller prefers so."""
    answer.headers.add_vary_header(NAME)
    shape = of_request(request).get("return")
    if shape == "minimal":
        answer = etags.without_body(answer, 204 if answer.status_code == 200 else answer.status_code)
    if shape in {"minimal", "representation"}:
        answer.headers[APPLIED] = f"return={shape}"
    return answer
