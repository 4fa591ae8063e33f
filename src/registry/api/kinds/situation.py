"""The kinds of decisions on communes and of counts of suspected people."""

from datetime import date

from registry.api.records.kind import Decision, Desk, Draft, Kind
from registry.api.schemas import examples
from registry.api.schemas.situation import (
    CommuneStatusBody,
    CommuneStatusIn,
    CommuneStatusOut,
    SuspectedCountBody,
    SuspectedCountIn,
    SuspectedCountOut,
)
from registry.api.tags import Tag
from registry.db.tables.situation import CommuneStatusRow, SuspectedCountRow
from registry.domain.access import Permission, require_units
from registry.domain.period import require_order, require_past


async def decide_status(desk: Desk, draft: Draft[CommuneStatusBody]) -> Decision:
    """Place a decision on the map of its first day, within the caller's reach."""
    body = draft.body
    require_order(body.from_on, body.to_on, pointer="/to_on")
    return Decision(draft.columns | _place(desk, body.unit_code, body.from_on))


async def decide_count(desk: Desk, draft: Draft[SuspectedCountBody]) -> Decision:
    """Place a count on the map of its day; one count of a commune and day is the database's to hold."""
    body = draft.body
    require_past(body.counted_on, today=desk.actor.today, pointer="/counted_on")
    return Decision(draft.columns | _place(desk, body.unit_code, body.counted_on))


def _place(desk: Desk, code: str, on: date) -> dict[str, int]:
    commune = desk.atlas.resolve(code, on, pointer="/unit_code").unit_id
    unit_id = desk.atlas.current(commune, desk.actor.today)
    require_units(desk.actor.scope, unit_id, pointer="/unit_code")
    return {"commune_unit_id": commune, "unit_id": unit_id}


STATUSES = Kind(
    table=CommuneStatusRow,
    collection="commune-statuses",
    singular="commune_status",
    words="commune status",
    tag=Tag.COMMUNES,
    create=CommuneStatusIn,
    body=CommuneStatusBody,
    out=CommuneStatusOut,
    read=Permission.SITUATION_READ,
    write=Permission.SITUATION_WRITE,
    groups=(),
    decide=decide_status,
    dated_by="from_on",
    about="A dated decision on a commune: hotspot of type I, II or III, or free of drugs. Figures count the "
    "communes for which one holds on the day.",
    examples={
        "drug_free": {
            "id": examples.COMMUNE_STATUS,
            "unit_code": examples.UNIT_CODE,
            "status": "drug_free",
            "from_on": "2021-01-01",
            "decision_number": "05/QĐ-UBND",
        }
    },
    correction={"issuer": "UBND tỉnh Phú Yên"},
)
COUNTS = Kind(
    table=SuspectedCountRow,
    collection="suspected-counts",
    singular="suspected_count",
    words="count of suspected people",
    tag=Tag.COMMUNES,
    create=SuspectedCountIn,
    body=SuspectedCountBody,
    out=SuspectedCountOut,
    read=Permission.SITUATION_READ,
    write=Permission.SITUATION_WRITE,
    groups=(),
    decide=decide_count,
    dated_by="counted_on",
    about="How many people a commune suspects of addiction on a day: a reported number. Suspected people are no "
    "records, because suspicion is no legal status. One count per commune and day; correct it instead.",
    examples={
        "three": {
            "id": examples.SUSPECTED_COUNT,
            "unit_code": examples.UNIT_CODE,
            "counted_on": "2021-06-26",
            "count": 3,
        }
    },
    correction={"source": "Báo cáo quý II"},
)
