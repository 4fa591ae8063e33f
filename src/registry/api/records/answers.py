"""What operations on records answer, as the manual describes it and as a write is shown."""

from collections.abc import Callable
from typing import Annotated, Any
from uuid import UUID

from fastapi import Body, Path, Response, status

from registry.api import problems
from registry.api.notices import notice
from registry.api.records.flow import Written
from registry.api.records.kind import Desk, Kind
from registry.api.records.precondition import etag
from registry.api.schemas import examples
from registry.api.schemas.records import RecordOut, RecordRef
from registry.db.records import AnyRow, Stub
from registry.db.sealing import Opened

PersonPath = Annotated[UUID, Path(description="The person's id.", examples=[examples.PERSON])]

GUARDED = (*problems.WITH_TOKEN, "grant_not_held")
"""What every operation that needs a permission may answer."""

Answers = dict[int | str, dict[str, Any]]

_ETAG: dict[str, Any] = {
    "ETag": {"description": "Entity tag of this version.", "schema": {"type": "string", "maxLength": 80}}
}

TAGGED: Answers = {200: {"headers": _ETAG}}
"""Documents an answer that carries an entity tag."""


async def present(response: Response, desk: Desk, kind: Kind, written: Written) -> RecordOut | RecordRef:
    """Answer a write: the record with what to look at, or its reference where the rest is not the caller's to see."""
    row = written.row
    response.headers["ETag"] = etag(row.version, kind.view)
    if isinstance(row, Stub):
        return RecordRef.model_validate(row)
    if written.is_new:
        response.status_code = status.HTTP_201_CREATED
        response.headers["Location"] = _location(kind, row)
    warnings = [notice(remark.code, desk.language, pointer=remark.pointer) for remark in written.remarks]
    return kind.written.model_validate(Opened(await desk.vault.opened(row), {"warnings": warnings}))


def answers(kind: Kind, summary: str) -> Answers:
    """Document the answers of a write that may create."""
    location = {"Location": {"description": "Address of the record.", "schema": {"type": "string", "maxLength": 300}}}
    return {
        200: {"description": f"{summary} was there already.", "headers": _ETAG},
        201: {"model": kind.written, "description": f"{summary} was created.", "headers": _ETAG | location},
    }


def typed(handler: Callable[..., Any], **types: Any) -> Callable[..., Any]:  # noqa: ANN401 - classes of bodies
    """Give a handler that serves every kind the body class of one kind, which FastAPI reads off its annotations."""
    handler.__annotations__.update(types)
    return handler


def patch_body(kind: Kind) -> Any:  # noqa: ANN401 - FastAPI types its own as Any
    """Describe the body of a change, with the kind's example of one."""
    summary = "correction" if kind.is_corrected else "refused (409): void the record, and make it anew"
    shown = {"correction": {"summary": summary, "value": dict(kind.correction)}}
    return Body(media_type="application/merge-patch+json", openapi_examples=shown)  # type: ignore[arg-type]  # a plain dict of the same form


def examples_of(kind: Kind) -> dict[str, Any]:
    """The examples of a kind's first body, as the manual shows them."""
    return {name: {"summary": name, "value": dict(value)} for name, value in kind.examples.items()}


def _location(kind: Kind, row: AnyRow) -> str:
    person_id = getattr(row, "person_id", None)
    owner = "" if person_id is None else f"/persons/{person_id}"
    return f"/v1{owner}/{kind.collection}/{row.id}"
