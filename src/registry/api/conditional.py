"""Conditional reading (RFC 9110, section 13): what the caller holds already is not sent again."""

from typing import Annotated, Any

from fastapi import Depends, Header, Request, Response

from registry.api import etags
from registry.api.etags import EntityTags
from registry.domain.errors import PreconditionFailed

RESPONSES: dict[int | str, dict[str, Any]] = {
    304: {"description": "What would be shown is what the `ETag` in `If-None-Match` stands for."}
}
CODES = ("version_mismatch",)


async def conditions(
    _: Annotated[
        str | None,
        Header(
            alias="If-None-Match",
            description="The `ETag` of what you hold, or several: 304 without a body where it is what would be shown.",
            examples=['"v3-treatment"'],
            **etags.BOUNDS,
        ),
    ] = None,
    __: Annotated[
        str | None,
        Header(
            alias="If-Match",
            description="The `ETag` of what you hold: 412 where something else would be shown.",
            examples=['"v3-treatment"'],
            **etags.BOUNDS,
        ),
    ] = None,
) -> None:
    """Take the conditions of a read; they are judged when the answer is there (`judged`)."""


CONDITIONS = Depends(conditions)


def judged(request: Request, answer: Response) -> Response:
    """Answer as the conditions ask, once everything is read and audited: 304 tells as much as the record would."""
    tag = answer.headers.get("ETag")
    if tag is None:
        return answer
    wanted, held = (request.headers.get(name) for name in ("If-Match", "If-None-Match"))
    if wanted is not None and not EntityTags.read(wanted).match(tag):
        raise PreconditionFailed
    if held is not None and EntityTags.read(held).match_weakly(tag):
        return etags.without_body(answer, 304)
    return answer
