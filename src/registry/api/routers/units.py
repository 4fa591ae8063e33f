"""The map: public to every authenticated caller, answered from memory."""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date
from typing import Annotated, NamedTuple

from fastapi import Path, Query, Request, Response

from registry.api import problems
from registry.api.deps import AtlasDep, Reader
from registry.api.pagination import DEFAULT_LIMIT, CursorParameter, LimitParameter, ListPaging, list_paging
from registry.api.router import Router
from registry.api.schemas.fields import Day, Line, UnitCode
from registry.api.schemas.units import (
    PlaceOut,
    SuccessorOut,
    SuccessorsOut,
    UnitDetailOut,
    UnitNameOut,
    UnitOut,
    UnitPage,
    UnitPeriodOut,
)
from registry.api.strict_json import StrictRoute
from registry.api.tags import Tag
from registry.domain.atlas import Atlas
from registry.domain.unit import Level, UnitVersion

router = Router(prefix="/v1/units", tags=[Tag.UNITS], route_class=StrictRoute)

Code = Annotated[
    UnitCode, Path(description="Code of a province (2 digits), district (3) or commune (5).", examples=["54"])
]
On = Annotated[
    Day | None,
    Query(description="The date whose map is asked for; today without it.", examples=["2020-12-31"]),
]
REFUSALS = (*problems.WITH_TOKEN, "unit_unknown", "unit_not_in_force")


class UnitKey(NamedTuple):
    """Place of a unit in a list."""

    name_sort: str
    unit_id: int


@router.get(
    "", summary="Find units by name, level and parent", responses=problems.responses("cursor_invalid", *REFUSALS)
)
async def list_units(
    *,
    request: Request,
    response: Response,
    actor: Reader,
    atlas: AtlasDep,
    level: Annotated[Level | None, Query(description="Only this tier.", examples=["commune"])] = None,
    parent: Annotated[
        UnitCode | None,
        Query(description="Only what lies in this unit, directly or not; its code on the date.", examples=["54"]),
    ] = None,
    on: On = None,
    q: Annotated[
        Line | None,
        Query(description="Beginning of words of the name; case and accents do not count.", examples=["son"]),
    ] = None,
    limit: LimitParameter = DEFAULT_LIMIT,
    cursor: CursorParameter = None,
) -> UnitPage:
    """List the units of a date, in Vietnamese order of their names.

    `q=hoa`, `q=Hòa` and `q=Hoà` find the same units, and `d` finds `đ`. A `parent` that did not exist
    on the date is refused with its periods and successors.
    """
    on = on or actor.today
    within = None if parent is None else atlas.resolve(parent, on).unit_id
    units = atlas.search(level=level, parent=within, on=on, text=q or "")
    paging = list_paging(request, response, subject=actor.subject, limit=limit, cursor=cursor)
    return _page(units, atlas, on, paging)


@router.get("/{code}", summary="Read a unit as it was on a date", responses=problems.responses(*REFUSALS))
async def get_unit(code: Code, actor: Reader, atlas: AtlasDep, on: On = None) -> UnitDetailOut:
    """Read a unit's name, type, parent and ancestors on a date, and everything that its code has named.

    A code alone names no unit: commune `00004` is the ward Trúc Bạch until 2025-06-30 and the ward
    Ba Đình, another territory, from 2025-07-01. A code that named nothing on the date answers
    `unit_not_in_force` with its periods and, if it had ended, its successors.
    """
    on = on or actor.today
    unit = atlas.resolve(code, on)
    ancestors = atlas.ancestors(unit.unit_id, on)
    return UnitDetailOut.of(
        unit,
        parent_code=ancestors[0].code if ancestors else None,
        on=on,
        ancestors=[UnitNameOut.model_validate(ancestor) for ancestor in ancestors],
        periods=[UnitPeriodOut.of(version, asked=unit) for version in atlas.periods(code)],
    )


@router.get(
    "/{code}/children",
    summary="List the units directly below",
    responses=problems.responses("cursor_invalid", *REFUSALS),
)
async def list_unit_children(
    *,
    request: Request,
    response: Response,
    code: Code,
    actor: Reader,
    atlas: AtlasDep,
    on: On = None,
    limit: LimitParameter = DEFAULT_LIMIT,
    cursor: CursorParameter = None,
) -> UnitPage:
    """List what lay directly in a unit: a province's districts and, from 2025-07-01, its communes."""
    on = on or actor.today
    units = atlas.children(atlas.resolve(code, on).unit_id, on)
    paging = list_paging(request, response, subject=actor.subject, limit=limit, cursor=cursor)
    return _page(units, atlas, on, paging)


@router.get("/{code}/successors", summary="See what became of a unit", responses=problems.responses(*REFUSALS))
async def get_unit_successors(code: Code, actor: Reader, atlas: AtlasDep, on: On = None) -> SuccessorsOut:
    """Tell where the territory of a unit went when it ended, and where its records are counted today.

    Name the unit by its code on a date when it existed: `54` on 2020-12-31 is Phú Yên, which went to
    Đắk Lắk (`66`). For a unit that still exists, nothing follows it and it is counted in itself.
    """
    on = on or actor.today
    unit = atlas.resolve(code, on)
    latest = max(on, actor.today)
    place, certainty = atlas.there(unit.unit_id, latest)
    return SuccessorsOut(
        code=unit.code,
        name=unit.name,
        level=unit.level,
        type=unit.type,
        ended_on=atlas.last(unit.unit_id).until,
        successors=[SuccessorOut.of(each, atlas.first(each.new_unit_id)) for each in atlas.successors(unit.unit_id)],
        counted_in=PlaceOut.of(atlas.at(place, latest), on=latest, certainty=certainty),
    )


def _page(units: Sequence[UnitVersion], atlas: Atlas, on: date, paging: ListPaging) -> UnitPage:
    after = paging.after(UnitKey)
    start = 0 if after is None else bisect_right(units, after, key=_key)
    found = paging.page(units[start : start + paging.limit + 1], key=_key)
    return UnitPage(items=[_shown(unit, atlas, on) for unit in found.items], next=found.next)


def _key(unit: UnitVersion) -> UnitKey:
    return UnitKey(unit.name_sort, unit.unit_id)


def _shown(unit: UnitVersion, atlas: Atlas, on: date) -> UnitOut:
    parent = None if unit.parent_id is None else atlas.at(unit.parent_id, on)
    return UnitOut.of(unit, parent_code=None if parent is None else parent.code)
