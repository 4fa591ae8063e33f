"""Rows written straight into the tables: `await a_person_row(session, unit_id=7)`."""

from datetime import UTC, date, datetime
from typing import Any, TypeAlias
from uuid import UUID, uuid4

from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db.tables.cases import EpisodeRow, ManagementFileRow
from registry.db.tables.persons import IdentityDocumentRow, PersonRow, ResponsibilityRow
from registry.db.tables.situation import CommuneStatusRow, OrganisationRow, ReachRow, SuspectedCountRow
from registry.db.trail import Act
from registry.domain.access import Purpose
from registry.domain.episode import LegalBasis, Modality, Track, track_of
from registry.domain.management import FileCategory
from registry.domain.organisation import OrganisationKind, ReachReason
from registry.domain.person import DocumentType, Education, Sex
from registry.domain.situation import CommuneStatus
from registry.domain.unit import Certainty
from registry.domain.vietnamese import fold, name_sort_key, sort_key
from registry.vault.sealed import Sealed

AT = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
TODAY = date(2026, 11, 21)
ACT = Act(
    issuer="urn:tests",
    subject="an officer",
    client_id="an app",
    on_behalf_of=None,
    purpose=Purpose.CASE_MANAGEMENT,
    operation="test",
    request_id=UUID(int=1),
    at=AT,
)
Columns: TypeAlias = dict[str, Any]

SEALED = Sealed(b"as good as any, where nobody opens it")

HERE, THERE = 1, 2
"""Two units of the map."""


def recorded(**over: Any) -> Columns:  # noqa: ANN401 - columns of any type
    return {
        "id": uuid4(), "recorded_at": AT, "changed_at": AT, "changed_by": ACT.author, "fingerprint": b"first", **over,
    }  # fmt: skip


def a_person_row(*, unit_id: int = HERE, full_name: str = "Nguyễn Văn Mẫu", **over: Any) -> PersonRow:  # noqa: ANN401 - as above
    columns = recorded(**over)
    return PersonRow(
        **{
            "root_id": columns["id"],
            "unit_id": unit_id,
            "unit_certainty": Certainty.SAME,
            "full_name": full_name,
            "folded_name": fold(full_name),
            "sort_key": name_sort_key(full_name),
            "aliases": [],
            "sex": Sex.UNKNOWN,
            "nationality": "VN",
            "education": Education.UNKNOWN,
            **columns,
        }
    )


def of(person: PersonRow, **over: Any) -> Columns:  # noqa: ANN401 - as above
    return recorded(**{"person_id": person.id, "unit_id": person.unit_id, **over})


def an_episode_row(person: PersonRow, *, modality: Modality = Modality.COMMUNITY, **over: Any) -> EpisodeRow:  # noqa: ANN401 - as above
    columns = of(person, **over)
    track: Track = track_of(modality)
    return EpisodeRow(
        **{
            "root_id": person.root_id,
            "course_id": columns["id"],
            "track": track,
            "modality": modality,
            "legal_basis": LegalBasis.VOLUNTARY,
            "registered_on": date(2020, 3, 12),
            "therapies": [],
            **columns,
        }
    )


def a_file_row(person: PersonRow, **over: Any) -> ManagementFileRow:  # noqa: ANN401 - as above
    category: Columns = {"category": FileCategory.ILLEGAL_USER, "opened_on": date(2020, 3, 10)}
    return ManagementFileRow(**category | of(person, **over))


def a_document_row(person: PersonRow, **over: Any) -> IdentityDocumentRow:  # noqa: ANN401 - as above
    number: Columns = {"document_type": DocumentType.CCCD, "number": SEALED, "number_index": b"index"}
    number["number_index_key"] = 1
    return IdentityDocumentRow(**number | of(person, **over))


def a_responsibility_row(person: PersonRow, **over: Any) -> ResponsibilityRow:  # noqa: ANN401 - as above
    columns: Columns = {"responsible_unit_id": person.unit_id, "from_on": date(2019, 1, 1)}
    return ResponsibilityRow(person_id=person.id, id=uuid4(), unit_id=person.unit_id, **columns | over)


def an_organisation_row(**over: Any) -> OrganisationRow:  # noqa: ANN401 - as above
    columns: Columns = {
        "unit_id": HERE, "site_unit_id": HERE, "code": uuid4().hex[:8].upper(), "name": "Trạm y tế",
        "sort_key": sort_key("Trạm y tế"), "kind": OrganisationKind.HEALTH_STATION, "unit_code": "22015",
        "opened_on": date(2010, 1, 1),
    }  # fmt: skip
    return OrganisationRow(**columns | recorded(**over))


def a_status_row(**over: Any) -> CommuneStatusRow:  # noqa: ANN401 - as above
    columns: Columns = {"unit_id": HERE, "commune_unit_id": HERE, "unit_code": "22015", "from_on": date(2021, 1, 1)}
    return CommuneStatusRow(**columns | {"status": CommuneStatus.DRUG_FREE} | recorded(**over))


def a_count_row(**over: Any) -> SuspectedCountRow:  # noqa: ANN401 - as above
    columns: Columns = {"unit_id": HERE, "commune_unit_id": HERE, "unit_code": "22015", "counted_on": date(2021, 1, 1)}
    return SuspectedCountRow(**columns | {"count": 3} | recorded(**over))


def a_reach_row(person: PersonRow, organisation: OrganisationRow, **over: Any) -> ReachRow:  # noqa: ANN401 - as above
    columns: Columns = {"because": ReachReason.EPISODE, "record_id": uuid4(), "from_on": date(2020, 3, 12)}
    return ReachRow(person_id=person.id, organisation_id=organisation.id, unit_id=person.unit_id, **columns | over)


async def kept(session: AsyncSession, *rows: Any) -> None:  # noqa: ANN401 - rows of any table
    """Write rows, each after those it refers to."""
    for row in rows:
        session.add(row)
        await session.flush()
