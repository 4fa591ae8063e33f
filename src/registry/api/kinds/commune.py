"""The kinds of what a commune does and of how many live there."""

from datetime import date

from registry.api.records.kind import Decision, Desk, Draft, Kind
from registry.api.schemas import examples
from registry.api.schemas.commune import (
    ActivityBody,
    ActivityIn,
    ActivityOut,
    CommunePopulationBody,
    CommunePopulationIn,
    CommunePopulationOut,
)
from registry.api.tags import Tag
from registry.db.tables.commune import ActivityRow, CommunePopulationRow
from registry.domain import activity, breach
from registry.domain.access import Permission, require_units
from registry.domain.activity import OWN_FIELDS, Activity
from registry.domain.period import require_past_year
from registry.domain.person import Warning as Remark

_OF_SINGLE_KINDS = sorted(frozenset().union(*OWN_FIELDS.values()))


async def decide_activity(desk: Desk, draft: Draft[ActivityBody]) -> Decision:
    """Place an activity on the map of its day, and tell from its dates how far it has come."""
    body = draft.body
    found = Activity(
        kind=body.kind,
        planned_on=body.planned_on,
        held_on=body.held_on,
        settled_on=body.settled_on,
        filled_in=[name for name in _OF_SINGLE_KINDS if getattr(body, name) not in (None, [])],
    )
    day = found.day
    activity.review(found, today=desk.actor.today)
    place, unit_id = _placed(desk, body.unit_code, day)
    remarks = [
        Remark("text_may_identify", f"/{name}")
        for name in ("topic", "organiser")
        if breach.may_identify(getattr(body, name))
    ]
    derived = {"place_unit_id": place, "unit_id": unit_id, "dated_on": day, "stage": found.stage}
    return Decision(draft.columns | derived, tuple(remarks))


async def decide_population(desk: Desk, draft: Draft[CommunePopulationBody]) -> Decision:
    """Place a number on the map of the year's end; one of a commune and year is the database's to hold."""
    body, today = draft.body, desk.actor.today
    require_past_year(body.year, today=today, pointer="/year")
    commune, unit_id = _placed(desk, body.unit_code, min(date(body.year, 12, 31), today))
    return Decision(draft.columns | {"commune_unit_id": commune, "unit_id": unit_id})


def _placed(desk: Desk, code: str, on: date) -> tuple[int, int]:
    """The unit that a code names on a day, and where that lies today, within the caller's reach."""
    place = desk.atlas.resolve(code, on, pointer="/unit_code").unit_id
    unit_id = desk.atlas.current(place, desk.actor.today)
    require_units(desk.actor.scope, unit_id, pointer="/unit_code")
    return place, unit_id


ACTIVITIES = Kind(
    table=ActivityRow,
    collection="activities",
    singular="activity",
    words="activity",
    tag=Tag.COMMUNES,
    create=ActivityIn,
    body=ActivityBody,
    out=ActivityOut,
    read=Permission.SITUATION_READ,
    write=Permission.SITUATION_WRITE,
    groups=(),
    decide=decide_activity,
    dated_by="dated_on",
    about="A communication campaign, a training, a conference or an inspection visit. It is planned, then held; what "
    "an inspection found is settled. Those who take part are counts by role: nobody is named.",
    examples={
        "training": {
            "id": examples.ACTIVITY,
            "kind": "training",
            "unit_code": examples.UNIT_CODE,
            "topic": "Kỹ năng tư vấn cho đội công tác xã hội tình nguyện",
            "planned_on": "2021-06-20",
            "held_on": "2021-06-26",
            "participants": [{"role": "volunteer", "count": 25}, {"role": "health_worker", "count": 4}],
        },
        "campaign": {
            "id": examples.CAMPAIGN,
            "kind": "campaign",
            "unit_code": examples.UNIT_CODE,
            "topic": "Tháng hành động phòng, chống ma túy",
            "held_on": "2021-06-01",
            "form": "loudspeakers",
            "audiences": ["everybody"],
            "reach": 3200,
            "materials": 500,
        },
    },
    correction={"organiser": "Ủy ban nhân dân phường 1"},
)
POPULATIONS = Kind(
    table=CommunePopulationRow,
    collection="commune-populations",
    singular="commune_population",
    words="commune population",
    tag=Tag.COMMUNES,
    create=CommunePopulationIn,
    body=CommunePopulationBody,
    out=CommunePopulationOut,
    read=Permission.SITUATION_READ,
    write=Permission.SITUATION_WRITE,
    groups=(),
    decide=decide_population,
    dated_by="year",
    about="How many people live in a commune in a year, and where the number stands. One number per commune and year; "
    "correct it instead. Rates per 10,000 divide by the latest of them that is not of a later year.",
    examples={
        "statistical_yearbook": {
            "id": examples.COMMUNE_POPULATION,
            "unit_code": examples.UNIT_CODE,
            "year": 2020,
            "population": 7350,
            "source": "Niên giám thống kê thành phố Tuy Hòa 2020",
        }
    },
    correction={"source": "Niên giám thống kê tỉnh Phú Yên 2020"},
)
