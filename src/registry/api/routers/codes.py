"""Code lists: what coded values mean."""

from typing import Annotated

from fastapi import APIRouter, Path, Response

from registry.api import problems
from registry.api.code_lists import CodeList, code_lists
from registry.api.deps import Reader
from registry.api.records.answers import TAGGED
from registry.api.schemas.service import CodeListOut, CodeListRef, CodeListsOut
from registry.api.strict_json import StrictRoute
from registry.api.tags import Tag
from registry.domain.errors import NotFound

router = APIRouter(prefix="/v1/codes", tags=[Tag.CODES], route_class=StrictRoute)


@router.get("", summary="List the code lists", responses=problems.responses(*problems.WITH_TOKEN))
async def list_code_lists(_: Reader) -> CodeListsOut:
    """Name every code list with its version; fetch those whose version changed."""
    return CodeListsOut(items=[CodeListRef.model_validate(codes) for codes in code_lists().values()])


@router.get(
    "/{list}",
    summary="Read a code list",
    responses=TAGGED | problems.responses(*problems.WITH_TOKEN, "not_found"),
)
async def get_code_list(
    _: Reader,
    response: Response,
    list: Annotated[str, Path(description="Name of the list.", max_length=40, examples=["outcomes"])],  # noqa: A002 - the path's name
) -> CodeListOut:
    """Read every code of a list with its labels in Vietnamese and English.

    The answer has an `ETag`; with it in `If-None-Match` an unchanged list is answered 304.
    """
    codes: CodeList | None = code_lists().get(list)
    if codes is None:
        raise NotFound
    response.headers["ETag"] = f'"{codes.version}"'
    return CodeListOut.model_validate(codes)
