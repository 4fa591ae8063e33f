"""What the examples of the manual build on: it is there in every database, and no write has left a trace of it."""

from datetime import date
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from registry.api.schemas import examples
from registry.db.tables.network import CounsellingPointRow
from registry.db.tables.staffing import NetworkWorkerRow
from registry.domain.atlas import Atlas
from registry.domain.organisation import OrganisationKind
from registry.domain.vietnamese import sort_key
from tests.factories.rows import TODAY, Columns, an_organisation_row, kept, recorded

OPENED_ON = date(2020, 6, 26)
NAMES = "Điểm tư vấn của tài liệu"


async def stock(session: AsyncSession, atlas: Atlas) -> None:
    """Set up a counselling point, and a worker of the network, in the commune of the examples."""
    site = atlas.resolve(examples.UNIT_CODE, OPENED_ON).unit_id
    placed: Columns = {"unit_id": atlas.current(site, TODAY), "site_unit_id": site}
    point_id = UUID(examples.COUNSELLING_POINT)
    listed: Columns = placed | {"code": "PY-STOCK", "name": NAMES, "sort_key": sort_key(NAMES), "opened_on": OPENED_ON}
    point: Columns = {"unit_code": examples.UNIT_CODE, "opening_hours": [], "services": []}
    await kept(
        session,
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
    )
