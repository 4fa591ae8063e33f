"""Counselling points beside norms of several programmes and periods, in one statement."""

from datetime import date
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db import own_organisations, staffing
from registry.db.pages import BY_NAME, Window
from registry.db.tables.network import CounsellingPointRow
from registry.db.tables.staffing import AppointmentRow, NetworkWorkerRow
from registry.domain.access import UnitScope
from registry.domain.organisation import OrganisationKind
from registry.domain.staffing import Norm, StaffRole, WorkingTime, in_force, staffing_of
from tests.factories.rows import HERE, TODAY, Columns, an_organisation_row, kept, recorded

CHANGED = date(2024, 1, 1)
ONE = Norm("one", None, CHANGED, "a source", {StaffRole.HEAD: 1})
MORE = Norm("one", CHANGED, None, "a source", {StaffRole.HEAD: 1, StaffRole.COUNSELLOR: 1})
ENDED = Norm("ended", None, CHANGED, "a source", {StaffRole.HEAD: 1})
NORMS = (ONE, MORE, ENDED)
POINTS = {
    "one, nobody": ("one", ()),
    "one, a head": ("one", (StaffRole.HEAD,)),
    "one, both": ("one", (StaffRole.HEAD, StaffRole.COUNSELLOR)),
    "ended, nobody": ("ended", ()),
    "ended, a head": ("ended", (StaffRole.HEAD,)),
}


@pytest.fixture
async def points(session: AsyncSession) -> dict[UUID, str]:
    """Points of two programmes, each with other people; their names by their ids."""
    ids = {}
    for name, (programme, roles) in POINTS.items():
        ids[await _staffed(session, name, programme, roles)] = name
    return ids


async def _staffed(session: AsyncSession, name: str, programme: str, roles: tuple[StaffRole, ...]) -> UUID:
    directory: Columns = {"id": uuid4(), "code": uuid4().hex[:8], "name": name, "sort_key": name}
    directory |= {"unit_id": HERE, "site_unit_id": HERE, "unit_code": "22015", "opened_on": date(2020, 1, 1)}
    await kept(session, an_organisation_row(**directory, kind=OrganisationKind.COUNSELLING_POINT))
    await kept(
        session, CounsellingPointRow(**recorded(**directory, programme=programme, opening_hours=[], services=[]))
    )
    since: Columns = {"unit_id": HERE, "from_on": date(2020, 1, 1)}
    for role in roles:
        worker = NetworkWorkerRow(**recorded(**since, full_name="Ân", sort_key="an", organisation_id=directory["id"]))
        await kept(session, worker)
        post: Columns = {"role": role, "time": WorkingTime.FULL_TIME, "worker_id": worker.id}
        await kept(session, AppointmentRow(**recorded(**since, **post, organisation_id=directory["id"])))
    return UUID(str(directory["id"]))


async def beside(session: AsyncSession, points: dict[UUID, str], *, on: date, is_below: bool) -> set[str]:
    condition = staffing.beside(in_force(NORMS, on=on).values(), on=on, is_below=is_below)
    window = Window(BY_NAME, UnitScope((HERE,)), TODAY, 100)
    rows = await own_organisations.page(session, CounsellingPointRow, window, condition, on=on)
    return {points[row.id] for row in rows if row.id in points}


@pytest.mark.parametrize(
    ("on", "below", "not_below"),
    [
        pytest.param(
            date(2023, 12, 31),
            {"one, nobody", "ended, nobody"},
            {"one, a head", "one, both", "ended, a head"},
            id="the last day of the norms",
        ),
        pytest.param(
            CHANGED, {"one, nobody", "one, a head"}, {"one, both"}, id="where one ended, and one asks for more"
        ),
    ],
)
async def test_the_norm_of_the_day_counts_and_without_one_a_point_is_neither(
    session: AsyncSession, points: dict[UUID, str], on: date, below: set[str], not_below: set[str]
) -> None:
    assert await beside(session, points, on=on, is_below=True) == below
    assert await beside(session, points, on=on, is_below=False) == not_below
    norms = in_force(NORMS, on=on)
    for point_id, name in points.items():
        norm = norms.get(POINTS[name][0])
        roles = staffing_of(norm, await staffing.appointed_at(session, point_id, on=on))
        assert any(role.missing_count for role in roles) is (name in below)


async def test_no_norm_at_all_leaves_both_lists_empty(session: AsyncSession, points: dict[UUID, str]) -> None:
    condition = staffing.beside((), on=TODAY, is_below=True)
    other = staffing.beside((), on=TODAY, is_below=False)
    window = Window(BY_NAME, UnitScope((HERE,)), TODAY, 100)

    for each in (condition, other):
        assert not await own_organisations.page(session, CounsellingPointRow, window, each, on=TODAY)
    assert points


async def test_a_page_is_one_statement(session: AsyncSession, points: dict[UUID, str]) -> None:
    counted: list[str] = []
    connection = await session.connection()
    event.listen(connection.sync_connection, "before_cursor_execute", lambda *call: counted.append(call[2]))

    assert await beside(session, points, on=CHANGED, is_below=True)
    assert len(counted) == 1
