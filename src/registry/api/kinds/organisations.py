"""The kind of organisations."""

from typing import Any
from uuid import UUID

from registry.api.records.kind import Decision, Desk, Draft, Kind
from registry.api.schemas import examples
from registry.api.schemas.situation import DirectoryFields, OrganisationBody, OrganisationIn, OrganisationOut
from registry.api.tags import Tag
from registry.db import organisations
from registry.db.persons import Owner
from registry.db.records import AnyRow
from registry.db.tables.situation import OrganisationRow
from registry.domain.access import Permission, require_units
from registry.domain.organisation import OF_COMMUNES, OrganisationInUse, OrganisationKeptElsewhere
from registry.domain.period import require_order
from registry.domain.vietnamese import sort_key


async def decide_organisation(desk: Desk, draft: Draft[OrganisationBody]) -> Decision:
    """Place an organisation in the directory, unless it is of a kind that is kept in a collection of its own."""
    _require_kept_here(draft.former)
    if draft.body.kind in OF_COMMUNES:
        raise OrganisationKeptElsewhere(pointer="/kind")
    return Decision(draft.columns | placed(desk, draft.body))


async def review_void(desk: Desk, _person: Owner | None, row: AnyRow) -> None:
    """Void none that records name; what has a collection of its own is voided there."""
    _require_kept_here(row)
    await require_unused(desk, row.id)


async def require_unused(desk: Desk, organisation_id: UUID) -> None:
    """Refuse to void an organisation that records name; those being written wait, and then find it voided."""
    await organisations.hold(desk.session, organisation_id)
    if await organisations.is_in_use(desk.session, organisation_id):
        raise OrganisationInUse


def _require_kept_here(row: AnyRow | None) -> None:
    if isinstance(row, OrganisationRow) and row.kind in OF_COMMUNES:
        raise OrganisationKeptElsewhere


def placed(desk: Desk, body: DirectoryFields) -> dict[str, Any]:
    """Place an organisation of any kind on the map of its first day, within the caller's reach."""
    require_order(body.opened_on, body.closed_on, pointer="/closed_on")
    site = desk.atlas.resolve(body.unit_code, body.opened_on, pointer="/unit_code")
    unit_id = desk.atlas.current(site.unit_id, desk.actor.today)
    require_units(desk.actor.scope, unit_id, pointer="/unit_code")
    return {"unit_id": unit_id, "site_unit_id": site.unit_id, "sort_key": sort_key(body.name)}


ORGANISATIONS = Kind(
    table=OrganisationRow,
    collection="organisations",
    singular="organisation",
    words="organisation",
    tag=Tag.ORGANISATIONS,
    create=OrganisationIn,
    body=OrganisationBody,
    out=OrganisationOut,
    read=Permission.ORGANISATION_READ,
    write=Permission.ORGANISATION_WRITE,
    groups=(),
    decide=decide_organisation,
    dated_by="opened_on",
    about="A provider of treatment. Every caller may read the directory; provinces and administrators keep it. An "
    "episode that names a provider lets that organisation see the person's name, year of birth and phone.",
    examples={
        "health_station": {
            "id": examples.ORGANISATION,
            "code": "PY-TYT-22015",
            "name": "Trạm y tế phường 1",
            "kind": "health_station",
            "unit_code": examples.UNIT_CODE,
            "opened_on": "2010-01-01",
        }
    },
    correction={"name": "Trạm y tế phường 1, thành phố Tuy Hòa"},
    review_void=review_void,
    void_refusals=("organisation_kept_elsewhere", "organisation_in_use"),
)
