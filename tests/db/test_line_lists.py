"""Line lists in the database: what had begun, was open or had ended on a day, within a scope, in one statement."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db import line_lists
from registry.db.line_lists import LineStatus
from registry.db.tables.cases import EpisodeRow, ManagementFileRow
from registry.domain.access import OrganisationScope, Scope, UnitScope
from registry.domain.record import RecordState
from tests.factories.rows import (
    HERE,
    THERE,
    TODAY,
    a_file_row,
    a_person_row,
    a_reach_row,
    an_episode_row,
    an_organisation_row,
    kept,
)

IN_REACH: Scope = UnitScope((HERE,))
BEGUN, ENDED = date(2020, 3, 12), date(2020, 9, 16)


async def names(session: AsyncSession, table: type[Any] = EpisodeRow, **over: Any) -> list[str]:  # noqa: ANN401 - filters of any type
    asked: dict[str, Any] = {"status": None, "on": TODAY, "units": None, "scope": IN_REACH, "limit": 50, "after": None}
    rows = await line_lists.page(session, table, today=TODAY, **asked | over)
    return [person.full_name for _, person in rows]


@pytest.fixture
async def lines(session: AsyncSession) -> None:
    """One line in reach, and one for each reason to be left out."""
    person, elsewhere = a_person_row(full_name="Lê An"), a_person_row(full_name="Lê Xa", unit_id=THERE)
    gone = a_person_row(full_name="Lê Không", state=RecordState.VOIDED)
    await kept(session, person, elsewhere, gone)
    for owner in (person, elsewhere, gone):
        await kept(session, an_episode_row(owner, registered_on=BEGUN, ended_on=ENDED, outcome="completed"))
        await kept(session, a_file_row(owner, opened_on=BEGUN, closed_on=ENDED, close_reason="term_ended"))
    await kept(session, an_episode_row(person, state=RecordState.VOIDED), a_file_row(person, state=RecordState.VOIDED))


@pytest.mark.usefixtures("lines")
@pytest.mark.parametrize("table", [EpisodeRow, ManagementFileRow])
class TestDays:
    @pytest.mark.parametrize(
        ("status", "on", "listed"),
        [
            pytest.param(None, date(2020, 3, 11), False, id="nothing before it began"),
            pytest.param(None, BEGUN, True, id="all from its first day on"),
            pytest.param(LineStatus.OPEN, date(2020, 3, 11), False, id="not open before it began"),
            pytest.param(LineStatus.OPEN, BEGUN, True, id="open on its first day"),
            pytest.param(LineStatus.OPEN, date(2020, 9, 15), True, id="open on the day before its end"),
            pytest.param(LineStatus.OPEN, ENDED, False, id="not open at its end"),
            pytest.param(LineStatus.ENDED, date(2020, 9, 15), False, id="not ended on the day before"),
            pytest.param(LineStatus.ENDED, ENDED, True, id="ended at its end"),
        ],
    )
    async def test_the_state_of_the_day(
        self, session: AsyncSession, table: type[Any], status: LineStatus | None, on: date, *, listed: bool
    ) -> None:
        assert await names(session, table, status=status, on=on) == (["Lê An"] if listed else [])

    async def test_units_narrow_the_scope_and_never_widen_it(self, session: AsyncSession, table: type[Any]) -> None:
        assert await names(session, table, units=(HERE, THERE)) == ["Lê An"]
        assert await names(session, table, units=(THERE,)) == []
        assert await names(session, table, scope=UnitScope((THERE,))) == ["Lê Xa"]

    async def test_a_page_is_one_statement(self, session: AsyncSession, table: type[Any]) -> None:
        counted: list[str] = []
        connection = await session.connection()
        event.listen(connection.sync_connection, "before_cursor_execute", lambda *call: counted.append(call[2]))

        assert await names(session, table, status=LineStatus.ENDED, units=(HERE,)) == ["Lê An"]
        assert len(counted) == 1


async def test_an_organisation_lists_its_own_episodes_and_no_files(session: AsyncSession) -> None:
    ours, theirs, person = an_organisation_row(), an_organisation_row(), a_person_row(full_name="Lê An")
    await kept(session, ours, theirs, person, a_reach_row(person, ours))
    await kept(session, an_episode_row(person, provider_id=ours.id), a_file_row(person))
    await kept(session, an_episode_row(person, modality="methadone", provider_id=theirs.id, track="methadone"))  # type: ignore[arg-type]  # StrEnum values

    scope = OrganisationScope((ours.id,))
    assert await names(session, scope=scope) == ["Lê An"]
    assert await names(session, ManagementFileRow, scope=scope) == []


async def test_lines_follow_each_other_by_name_person_and_id(session: AsyncSession) -> None:
    people = [a_person_row(full_name=name) for name in ("Lê Bình", "Lê An", "Lê An")]
    await kept(session, *people)
    for person in people:
        await kept(
            session, an_episode_row(person), an_episode_row(person, ended_on=date(2020, 4, 1), outcome="completed")
        )

    whole = await page(session, limit=50, after=None)
    joined: list[tuple[str, Any, Any]] = []
    while len(joined) < len(whole):
        joined += (await page(session, limit=1, after=joined[-1] if joined else None))[:1]

    assert whole == sorted(whole) == joined
    assert len(whole) == 6


async def page(session: AsyncSession, *, limit: int, after: tuple[str, Any, Any] | None) -> list[tuple[str, Any, Any]]:
    rows = await line_lists.page(
        session,
        EpisodeRow,
        status=None,
        on=TODAY,
        units=None,
        scope=IN_REACH,
        today=TODAY,
        limit=limit,
        after=after,
    )
    return [(person.sort_key, row.person_id, row.id) for row, person in rows]
