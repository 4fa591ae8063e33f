"""Clubs: what their guidance, their ratings and their members are asked by."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db.records import visible
from registry.db.tables.clubs import ClubRatingRow, ClubRow
from registry.domain.access import Scope
from registry.domain.record import RecordState


async def rated(
    session: AsyncSession, programme: str, *, first: date, on: date, scope: Scope, today: date
) -> Sequence[tuple[ClubRow, ClubRatingRow | None]]:
    """Load the clubs of a programme that are at work on a day, each with its last rating since another day."""
    club, rating = ClubRow, ClubRatingRow
    working = (
        select(club)
        .where(visible(club, scope, today=today), club.state == RecordState.ACTIVE, club.programme == programme)
        .where(club.opened_on <= on, or_(col(club.closed_on).is_(None), col(club.closed_on) >= on))
    )
    given = (
        select(rating)
        .where(visible(rating, scope, today=today), rating.state == RecordState.ACTIVE, rating.programme == programme)
        .where(rating.counts_from >= first, rating.counts_from <= on)
        .order_by(col(rating.counts_from), col(rating.year))
    )
    last: dict[UUID, ClubRatingRow] = {each.organisation_id: each for each in await session.exec(given)}
    return [(each, last.get(each.id)) for each in await session.exec(working)]
