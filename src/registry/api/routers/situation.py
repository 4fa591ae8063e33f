"""The situation of communes: decisions on their status, and the count of people they suspect."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, NamedTuple, TypeVar
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from registry.api import problems
from registry.api.kinds.situation import COUNTS, STATUSES
from registry.api.pagination import DEFAULT_LIMIT, CursorParameter, LimitParameter, Paging, list_paging
from registry.api.records.answers import GUARDED
from registry.api.records.desk import desk_for, reach_of
from registry.api.records.kind import Desk
from registry.api.records.routes import unit_record_routes
from registry.api.schemas.fields import UnitCode
from registry.api.schemas.situation import (
    CommuneStatusOut,
    CommuneStatusPage,
    SuspectedCountOut,
    SuspectedCountPage,
)
from registry.api.strict_json import StrictRoute
from registry.api.tags import Tag
from registry.db import situation
from registry.db.tables.situation import CommuneStatusRow, SuspectedCountRow
from registry.domain.access import Permission

R = TypeVar("R", CommuneStatusRow, SuspectedCountRow)

Viewer = Annotated[Desk, Depends(desk_for(Permission.SITUATION_READ))]
Unit = Annotated[UnitCode | None, Query(description="Only this unit, by its code today or its last one.")]


class DatedKey(NamedTuple):
    """Where a page begins."""

    day: date
    id: UUID


router = APIRouter(route_class=StrictRoute)
_LISTED = problems.responses(*GUARDED, "unit_unknown", "unit_not_granted", "cursor_invalid")


@router.get("/v1/commune-statuses", tags=[Tag.COMMUNES], summary="List decisions on communes", responses=_LISTED)
async def list_commune_statuses(
    request: Request,
    response: Response,
    desk: Viewer,
    unit: Unit = None,
    limit: LimitParameter = DEFAULT_LIMIT,
    cursor: CursorParameter = None,
) -> CommuneStatusPage:
    """Hotspot and drug-free decisions within the caller's reach, the oldest first."""
    paging = list_paging(request, response, subject=desk.actor.subject, limit=limit, cursor=cursor)
    rows = await _rows(desk, CommuneStatusRow, unit, paging)
    page = paging.page(rows, key=lambda row: DatedKey(row.from_on, row.id))
    return CommuneStatusPage(items=[CommuneStatusOut.model_validate(row) for row in page.items], next=page.next)


@router.get("/v1/suspected-counts", tags=[Tag.COMMUNES], summary="List counts of suspected people", responses=_LISTED)
async def list_suspected_counts(
    request: Request,
    response: Response,
    desk: Viewer,
    unit: Unit = None,
    limit: LimitParameter = DEFAULT_LIMIT,
    cursor: CursorParameter = None,
) -> SuspectedCountPage:
    """Reported counts within the caller's reach, the oldest first."""
    paging = list_paging(request, response, subject=desk.actor.subject, limit=limit, cursor=cursor)
    rows = await _rows(desk, SuspectedCountRow, unit, paging)
    page = paging.page(rows, key=lambda row: DatedKey(row.counted_on, row.id))
    return SuspectedCountPage(items=[SuspectedCountOut.model_validate(row) for row in page.items], next=page.next)


async def _rows(desk: Desk, table: type[R], unit: str | None, paging: Paging) -> Sequence[R]:
    return await situation.page(
        desk.session,
        table,
        units=None if unit is None else reach_of(desk, unit),
        scope=desk.actor.scope,
        today=desk.actor.today,
        limit=paging.limit,
        after=paging.after(DatedKey),
    )


_PLACED = ("unit_unknown", "unit_not_in_force", "unit_not_granted")
router.include_router(unit_record_routes(STATUSES, *_PLACED, "dates_out_of_order"))
router.include_router(unit_record_routes(COUNTS, *_PLACED, "date_in_future", "count_already_reported"))
