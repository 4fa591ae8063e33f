"""Treatment episodes: the queries that rules across a person's episodes need."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Uuid, bindparam, text
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db.prepared import Prepared
from registry.db.tables.cases import EpisodeRow
from registry.domain.episode import Episode, LegalBasis, Modality, Outcome

_OF_ROOT = Prepared(
    text("""
        SELECT id, course_id, modality, legal_basis, registered_on, started_on, ended_on, outcome
        FROM app.episodes_of(:root)
    """).bindparams(bindparam("root", type_=Uuid))
)


async def of_root(session: AsyncSession, root_id: UUID) -> Sequence[Episode]:
    """Load every episode, voided ones left out, of all who were merged into one person.

    Past every policy: a provider sees its own stays only, but no stay may overlap another's. Nothing
    of what is read here is shown.
    """
    return [
        Episode(
            id=row.id,
            course_id=row.course_id,
            modality=Modality(row.modality),
            legal_basis=LegalBasis(row.legal_basis),
            registered_on=row.registered_on,
            started_on=row.started_on,
            ended_on=row.ended_on,
            outcome=None if row.outcome is None else Outcome(row.outcome),
        )
        for row in await _OF_ROOT.all(session, root=root_id)
    ]


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
