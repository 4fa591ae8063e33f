"""Where people are counted: by the unit in charge on the day, through moves and merges."""

from datetime import UTC, date, datetime
from typing import Any, TypeAlias
from uuid import UUID, uuid4

import pytest
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db import statistics
from registry.db.tables.cases import EpisodeRow, ManagementFileRow
from registry.db.tables.persons import PersonRow, ResponsibilityRow
from registry.db.unit_import import read_map
from registry.domain.atlas import Atlas
from registry.domain.episode import LegalBasis, Modality, Outcome, track_of
from registry.domain.indicator import Indicator
from registry.domain.management import FileCategory
from registry.domain.person import Education, Sex
from registry.domain.record import RecordState
from registry.domain.report import ReportPeriod
from registry.domain.unit import Certainty

Intervals: TypeAlias = tuple[tuple[int, date, date | None], ...]
Counts: TypeAlias = dict[tuple[Indicator, frozenset[int]], int]

TODAY = date(2026, 11, 21)
YEAR = ReportPeriod.of(2020, today=TODAY)
ATLAS = Atlas(read_map())
HERE, THERE, ELSEWHERE = (ATLAS.resolve(code, YEAR.last).unit_id for code in ("22045", "22162", "00004"))
ASKED = (HERE, THERE)
SINCE = date(2019, 1, 1)
RECORDED: dict[str, Any] = {
    "recorded_at": datetime(2026, 11, 21, tzinfo=UTC),
    "changed_at": datetime(2026, 11, 21, tzinfo=UTC),
    "changed_by": "tests",
    "fingerprint": b"",
}


async def a_person(
    session: AsyncSession,
    *intervals: tuple[int, date, date | None],
    root_id: UUID | None = None,
    state: RecordState = RecordState.ACTIVE,
) -> UUID:
    person_id, unit_id = uuid4(), HERE
    session.add(
        PersonRow(
            **RECORDED,
            id=person_id,
            root_id=root_id or person_id,
            state=state,
            unit_id=unit_id,
            unit_certainty=Certainty.SAME,
            full_name="Trần Thị Thử",
            folded_name="tran thi thu",
            sort_key="thu tran thi",
            aliases=[],
            sex=Sex.UNKNOWN,
            nationality="VN",
            education=Education.UNKNOWN,
        )
    )
    await session.flush()
    for responsible, from_on, to_on in intervals or ((HERE, SINCE, None),):
        session.add(
            ResponsibilityRow(
                person_id=person_id,
                id=uuid4(),
                unit_id=unit_id,
                responsible_unit_id=responsible,
                from_on=from_on,
                to_on=to_on,
            )
        )
    await session.flush()
    return person_id


async def a_file(
    session: AsyncSession,
    person_id: UUID,
    opened_on: date,
    category: FileCategory = FileCategory.ILLEGAL_USER,
    state: RecordState = RecordState.ACTIVE,
) -> None:
    row = ManagementFileRow(
        **RECORDED,
        person_id=person_id,
        id=uuid4(),
        unit_id=HERE,
        state=state,
        category=category,
        opened_on=opened_on,
    )
    session.add(row)
    await session.flush()


async def a_stay(
    session: AsyncSession,
    person_id: UUID,
    modality: Modality,
    started_on: date,
    ended_on: date | None = None,
    *,
    root_id: UUID | None = None,
    state: RecordState = RecordState.ACTIVE,
) -> None:
    stay_id = uuid4()
    row = EpisodeRow(
        **RECORDED,
        person_id=person_id,
        id=stay_id,
        unit_id=HERE,
        state=state,
        root_id=root_id or person_id,
        course_id=stay_id,
        track=track_of(modality),
        modality=modality,
        legal_basis=LegalBasis.VOLUNTARY,
        registered_on=started_on,
        started_on=started_on,
        therapies=[],
        ended_on=ended_on,
        outcome=None if ended_on is None else Outcome.COMPLETED,
    )
    session.add(row)
    await session.flush()


async def counts(session: AsyncSession, *indicators: Indicator) -> Counts:
    measured = await statistics.measure(session, period=YEAR, units=ASKED)
    tallies = {(tally.indicator, tally.units): tally.count for tally in measured.tallies}
    assert len(tallies) == len(measured.tallies)
    return {key: count for key, count in tallies.items() if not indicators or key[0] in indicators}


def moved(on: date) -> Intervals:
    return (HERE, SINCE, on), (THERE, on, None)


@pytest.mark.parametrize(
    ("moved_on", "where"),
    [(date(2020, 12, 31), THERE), (date(2021, 1, 1), HERE)],
    ids=["on the last day", "a day later"],
)
async def test_people_on_file_are_counted_where_they_are_on_the_last_day(
    session: AsyncSession, moved_on: date, where: int
) -> None:
    person = await a_person(session, *moved(moved_on))
    await a_file(session, person, date(2020, 3, 1))
    found = await counts(session, Indicator.ILLEGAL_USERS, Indicator.NEW_ON_FILE)
    assert found == {
        (Indicator.ILLEGAL_USERS, frozenset({where})): 1,
        (Indicator.NEW_ON_FILE, frozenset({HERE})): 1,
    }


async def test_what_happens_on_the_day_of_a_move_happens_in_the_new_unit(session: AsyncSession) -> None:
    person = await a_person(session, *moved(date(2020, 3, 1)))
    await a_file(session, person, date(2020, 3, 1))
    assert await counts(session, Indicator.NEW_ON_FILE) == {(Indicator.NEW_ON_FILE, frozenset({THERE})): 1}


async def test_who_has_moved_out_of_the_units_asked_for_is_no_longer_counted(session: AsyncSession) -> None:
    person = await a_person(session, (HERE, SINCE, date(2020, 6, 1)), (ELSEWHERE, date(2020, 6, 1), None))
    await a_file(session, person, date(2020, 3, 1))
    assert await counts(session) == {(Indicator.NEW_ON_FILE, frozenset({HERE})): 1}


async def test_what_came_before_anybody_was_in_charge_counts_under_the_first(session: AsyncSession) -> None:
    person = await a_person(session, (HERE, date(2022, 1, 1), date(2023, 1, 1)), (THERE, date(2023, 1, 1), None))
    await a_stay(session, person, Modality.METHADONE, date(2020, 3, 1))
    assert await counts(session) == {
        (Indicator.METHADONE_PATIENTS, frozenset({HERE})): 1,
        (Indicator.METHADONE_STARTED, frozenset({HERE})): 1,
        (Indicator.CUMULATIVE_METHADONE_REGISTRATIONS, frozenset({HERE})): 1,
    }


async def test_people_in_rehab_are_counted_where_they_last_were_in_each_form(session: AsyncSession) -> None:
    person = await a_person(session, *moved(date(2020, 6, 1)))
    await a_stay(session, person, Modality.COMMUNITY, date(2020, 1, 1), date(2020, 3, 1))
    await a_stay(session, person, Modality.FACILITY, date(2020, 5, 1))
    found = await counts(
        session,
        Indicator.REHAB_PERSONS_COMMUNITY,
        Indicator.REHAB_PERSONS_FACILITY_VOLUNTARY,
        Indicator.REHAB_DISTINCT_PERSONS,
        Indicator.REHAB_EPISODES_STARTED,
    )
    assert found == {
        (Indicator.REHAB_PERSONS_COMMUNITY, frozenset({HERE})): 1,
        (Indicator.REHAB_PERSONS_FACILITY_VOLUNTARY, frozenset({THERE})): 1,
        (Indicator.REHAB_DISTINCT_PERSONS, frozenset({HERE, THERE})): 1,
        (Indicator.REHAB_EPISODES_STARTED, frozenset({HERE})): 2,
    }


async def test_two_stays_of_a_form_are_one_person_where_the_later_was(session: AsyncSession) -> None:
    person = await a_person(session, *moved(date(2020, 6, 1)))
    await a_stay(session, person, Modality.COMMUNITY, date(2020, 1, 1), date(2020, 3, 1))
    await a_stay(session, person, Modality.COMMUNITY, date(2020, 7, 1), date(2021, 3, 1))
    assert await counts(session, Indicator.REHAB_PERSONS_COMMUNITY, Indicator.REHAB_DISTINCT_PERSONS) == {
        (Indicator.REHAB_PERSONS_COMMUNITY, frozenset({THERE})): 1,
        (Indicator.REHAB_DISTINCT_PERSONS, frozenset({THERE})): 1,
    }


async def test_a_stay_that_ended_on_the_first_day_was_in_the_period(session: AsyncSession) -> None:
    await a_stay(session, await a_person(session), Modality.COMMUNITY, date(2019, 5, 1), date(2020, 1, 1))
    await a_stay(session, await a_person(session), Modality.COMMUNITY, date(2019, 5, 1), date(2019, 12, 31))
    found = await counts(session, Indicator.REHAB_PERSONS_COMMUNITY, Indicator.REHAB_EXITS_COMPLETED)
    assert set(found.values()) == {1}
    assert len(found) == 2


async def test_merged_people_are_one_in_the_survivors_unit(session: AsyncSession) -> None:
    survivor = await a_person(session, (THERE, SINCE, None))
    merged = await a_person(session, (HERE, SINCE, None), root_id=survivor)
    await a_file(session, survivor, date(2019, 3, 1))
    await a_file(session, merged, date(2020, 3, 1), FileCategory.ADDICTED)
    for person in (survivor, merged):
        await a_stay(session, person, Modality.METHADONE, date(2020, 2, 1), date(2021, 2, 1), root_id=survivor)
    assert await counts(session) == {
        (Indicator.ADDICTED_PERSONS, frozenset({THERE})): 1,
        (Indicator.METHADONE_PATIENTS, frozenset({THERE})): 1,
        (Indicator.METHADONE_STARTED, frozenset({THERE})): 2,
        (Indicator.CUMULATIVE_METHADONE_REGISTRATIONS, frozenset({THERE})): 2,
    }


async def test_voided_records_and_the_records_of_voided_people_do_not_count(session: AsyncSession) -> None:
    person = await a_person(session)
    await a_file(session, person, date(2020, 3, 1), state=RecordState.VOIDED)
    await a_stay(session, person, Modality.METHADONE, date(2020, 3, 1), state=RecordState.VOIDED)
    voided = await a_person(session, state=RecordState.VOIDED)
    await a_file(session, voided, date(2020, 3, 1))
    await a_stay(session, voided, Modality.COMMUNITY, date(2020, 3, 1))
    assert await counts(session) == {}


async def test_other_units_are_not_asked(session: AsyncSession) -> None:
    await a_file(session, await a_person(session, (ELSEWHERE, SINCE, None)), date(2020, 3, 1))
    assert await counts(session) == {}
