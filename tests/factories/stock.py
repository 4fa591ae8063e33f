"""What the examples of the manual build on: it is there in every database, and no write has left a trace of it."""

from datetime import date
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from registry.api.schemas import examples
from registry.db.tables.clubs import ClubRow
from registry.db.tables.counselling import CounsellingSessionRow
from registry.db.tables.network import CounsellingPointRow
from registry.db.tables.plans import PlanRow, PlanTargetRow
from registry.db.tables.referrals import SupportServiceRow
from registry.db.tables.staffing import NetworkWorkerRow
from registry.domain.atlas import Atlas
from registry.domain.counselling import SessionForm
from registry.domain.organisation import OrganisationKind
from registry.domain.plan import PlanStatus
from registry.domain.plan_target import Direction, TargetKind
from registry.domain.referral import ServiceKind
from registry.domain.vietnamese import sort_key
from tests.factories.rows import TODAY, Columns, an_organisation_row, kept, recorded

OPENED_ON, HELD_ON, FOUNDED_ON = date(2020, 6, 26), date(2020, 7, 3), date(2000, 1, 1)
PLANNED_FROM, PLANNED_TO = date(2021, 1, 1), date(2021, 12, 31)
NAMES = "Điểm tư vấn của tài liệu"


async def stock(session: AsyncSession, atlas: Atlas) -> None:
    """Set up what belongs to no person and is named by examples, in their commune: a network, and plans."""
    await _network(session, atlas)
    await _plans(session, atlas)


async def _network(session: AsyncSession, atlas: Atlas) -> None:
    """Set up a point with a session, a club, a worker and a service."""
    site = atlas.resolve(examples.UNIT_CODE, OPENED_ON).unit_id
    placed: Columns = {"unit_id": atlas.current(site, TODAY), "site_unit_id": site}
    point_id = UUID(examples.COUNSELLING_POINT)
    listed: Columns = placed | {"code": "PY-STOCK", "name": NAMES, "sort_key": sort_key(NAMES), "opened_on": OPENED_ON}
    point: Columns = {"unit_code": examples.UNIT_CODE, "opening_hours": [], "services": []}
    counts: Columns = dict.fromkeys(
        ("on_file_count", "family_count", "at_risk_count", "community_count", "other_count"), 1
    )
    club_id = UUID(examples.CLUB)
    club: Columns = listed | {"code": "PY-STOCK-CLUB", "opened_on": FOUNDED_ON}
    await kept(
        session,
        an_organisation_row(id=club_id, kind=OrganisationKind.AFTERCARE_CLUB, **club),
        ClubRow(**recorded(id=club_id) | club, unit_code=examples.UNIT_CODE, programme="b93", earlier_counts=[]),
        an_organisation_row(id=point_id, kind=OrganisationKind.COUNSELLING_POINT, **listed),
        CounsellingPointRow(**recorded(id=point_id) | listed | point),
        NetworkWorkerRow(
            **recorded(id=UUID(examples.NETWORK_WORKER)),
            unit_id=placed["unit_id"],
            full_name="Nguyễn Thị Mẫu",
            sort_key="mau",
            from_on=OPENED_ON,
            unit_code=examples.UNIT_CODE,
        ),
        CounsellingSessionRow(
            **recorded(id=UUID(examples.SESSION)),
            unit_id=placed["unit_id"],
            commune_unit_id=site,
            organisation_id=point_id,
            held_on=HELD_ON,
            form=SessionForm.GROUP,
            **counts,
        ),
        SupportServiceRow(
            **recorded(id=UUID(examples.SUPPORT_SERVICE)) | placed,
            kind=ServiceKind.VOCATIONAL_TRAINING,
            provider_name="Trung tâm",
            unit_code=examples.UNIT_CODE,
            from_on=date(2020, 1, 1),
        ),
    )


async def _plans(session: AsyncSession, atlas: Atlas) -> None:
    """Keep a draft, and an approved plan with a target whose figures are stated."""
    unit = atlas.resolve(examples.UNIT_CODE, PLANNED_FROM).unit_id
    kept_by: Columns = {"unit_id": atlas.current(unit, TODAY), "unit_code": examples.UNIT_CODE}
    plan: Columns = kept_by | {"planned_unit_id": unit, "from_on": PLANNED_FROM, "to_on": PLANNED_TO}
    plan |= {"document_number": "15/KH-UBND", "issued_on": PLANNED_FROM, "issuer": "UBND phường 1"}
    approved: Columns = {"status": PlanStatus.APPROVED, "approved_on": PLANNED_FROM}
    measure = "Buổi tuyên truyền"
    await kept(
        session,
        PlanRow(**recorded(id=UUID(examples.PLAN)) | plan, status=PlanStatus.DRAFT),
        PlanRow(**recorded(id=UUID(examples.APPROVED_PLAN)) | plan | approved),
        PlanTargetRow(
            **recorded(id=UUID(examples.STATED_TARGET)) | kept_by,
            plan_id=UUID(examples.APPROVED_PLAN),
            measured_unit_id=unit,
            title="Chỉ tiêu",
            kind=TargetKind.SHARE,
            direction=Direction.FLOOR,
            stated_measure=measure,
            measure=measure,
            value=90,
            due_on=PLANNED_TO,
        ),
    )
