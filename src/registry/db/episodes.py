"""Treatment episodes: the queries that rules across a person's episodes need."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db.tables.cases import EpisodeRow
from registry.domain.episode import Episode
from registry.domain.record import RecordState


async def of_root(session: AsyncSession, root_id: UUID) -> Sequence[Episode]:
    """Load every episode, voided ones left out, of all who were merged into one person."""
    query = select(EpisodeRow).where(EpisodeRow.root_id == root_id, EpisodeRow.state == RecordState.ACTIVE)
    return [to_domain(row) for row in (await session.exec(query.order_by(col(EpisodeRow.registered_on)))).all()]


def to_domain(row: EpisodeRow) -> Episode:
    """Read a row as the rules see it."""
    return Episode(
        id=row.id,
        course_id=row.course_id,
        modality=row.modality,
        legal_basis=row.legal_basis,
        registered_on=row.registered_on,
        started_on=row.started_on,
        ended_on=row.ended_on,
        outcome=row.outcome,
    )
