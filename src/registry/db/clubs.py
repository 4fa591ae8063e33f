"""Clubs: what their guidance, their ratings and their members are asked by."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import and_, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db.periods import holds, works
from registry.db.records import visible
from registry.db.tables.cases import DeterminationRow, EpisodeRow
from registry.db.tables.clubs import ClubRatingRow, ClubRow, MembershipRow
from registry.db.tables.persons import PersonRow
from registry.domain.access import Scope
from registry.domain.club import CleanTime, clean_time
from registry.domain.episode import Outcome
from registry.domain.health import DeterminationResult
from registry.domain.record import RecordState


async def rated(
    session: AsyncSession, programme: str, *, first: date, on: date, scope: Scope, today: date
) -> Sequence[tuple[ClubRow, ClubRatingRow | None]]:
    """Load the clubs of a programme that are at work on a day, each with its last rating since another day."""
    club, rating = ClubRow, ClubRatingRow
    working = (
        select(club)
        .where(visible(club, scope, today=today), club.state == RecordState.ACTIVE, club.programme == programme)
        .where(works(club, on=on))
    )
    given = (
        select(rating)
        .where(visible(rating, scope, today=today), rating.state == RecordState.ACTIVE, rating.programme == programme)
        .where(rating.counts_from >= first, rating.counts_from <= on)
        .order_by(col(rating.counts_from), col(rating.year))
    )
    last: dict[UUID, ClubRatingRow] = {each.organisation_id: each for each in await session.exec(given)}
    return [(each, last.get(each.id)) for each in await session.exec(working)]


def members_of(club_id: UUID, *, on: date) -> ColumnElement[bool]:
    """Select memberships of a club that hold on a day."""
    return and_(MembershipRow.organisation_id == club_id, holds(MembershipRow, on=on))


async def clean_times(
    session: AsyncSession, person_ids: Collection[UUID], *, on: date, scope: Scope, today: date
) -> Mapping[UUID, CleanTime | None]:
    """Tell how long people have lived without relapse, by what is on record of all who were merged with them."""
    person, stay, finding = PersonRow, EpisodeRow, DeterminationRow
    named = select(col(person.id), col(person.root_id)).where(
        col(person.id).in_(person_ids), visible(person, scope, today=today)
    )
    roots = dict((await session.exec(named)).all())
    completions = select(col(stay.root_id), col(stay.ended_on)).where(
        visible(stay, scope, today=today),
        col(stay.root_id).in_(roots.values()),
        stay.state == RecordState.ACTIVE,
        stay.outcome == Outcome.COMPLETED,
    )
    findings = (
        select(col(person.root_id), col(finding.determined_on))
        .join(finding, col(finding.person_id) == col(person.id))
        .where(visible(finding, scope, today=today), col(person.root_id).in_(roots.values()))
        .where(finding.state == RecordState.ACTIVE, finding.result == DeterminationResult.ADDICTED)
    )
    completed_on, addicted_on = [defaultdict[UUID, list[date]](list) for _ in range(2)]
    for root_id, day in await session.exec(completions):
        if day is not None:
            completed_on[root_id].append(day)
    for root_id, day in await session.exec(findings):
        addicted_on[root_id].append(day)
    return {each: clean_time(completed_on[root], addicted_on[root], on=on) for each, root in roots.items()}
