"""The kind of organisations."""

from typing import Any

from registry.api.records.kind import Decision, Desk, Draft, Kind
from registry.api.schemas import examples
from registry.api.schemas.situation import DirectoryFields, OrganisationBody, OrganisationIn, OrganisationOut
from registry.api.tags import Tag
from registry.db.persons import Owner
from registry.db.records import AnyRow
from registry.db.tables.situation import OrganisationRow
from registry.domain.access import Permission, require_units
from registry.domain.organisation import OF_COMMUNES, OrganisationKeptElsewhere
from registry.domain.period import require_order
from registry.domain.vietnamese import sort_key


async def decide_organisation(desk: Desk, draft: Draft[OrganisationBody]) -> Decision:
    """Place an organisation in the directory, unless it is of a kind that is kept in a collection of its own."""
    _require_kept_here(draft.former)
    if draft.body.kind in OF_COMMUNES:
        raise OrganisationKeptElsewhere(pointer="/kind")
    return Decision(draft.columns | placed(desk, draft.body))


async def review_void(_desk: Desk, _person: Owner | None, row: AnyRow) -> None:
    """Leave the voiding of what has a collection of its own to that collection."""
    _require_kept_here(row)


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
    void_refusals=("organisation_kept_elsewhere",),
)
