"""The kinds that health officers alone see: results about infections, and how many clients live with HIV."""

from registry.api.kinds.own_organisations import seat_of
from registry.api.records.kind import Decision, Desk, Draft, Kind
from registry.api.schemas import examples
from registry.api.schemas.medical import (
    HivClientCountBody,
    HivClientCountIn,
    HivClientCountOut,
    MedicalResultBody,
    MedicalResultIn,
    MedicalResultOut,
)
from registry.api.tags import Tag
from registry.db.tables.medical import HivClientCountRow, MedicalResultRow
from registry.domain import medical
from registry.domain.access import FieldGroup, Permission
from registry.domain.medical import MedicalResult
from registry.domain.organisation import OrganisationKind


async def decide_result(desk: Desk, draft: Draft[MedicalResultBody]) -> Decision:
    """Check the dates; everything that is recorded goes into one sealed text."""
    body = draft.body
    found = MedicalResult(body.tested_on, body.treatment, body.treatment_started_on)
    medical.review(found, today=desk.actor.today)
    return Decision(body.model_dump(mode="json", exclude={"id"}))


async def decide_count(desk: Desk, draft: Draft[HivClientCountBody]) -> Decision:
    """Place a count with its counselling point; one of a point and month is the database's to hold."""
    body = draft.body
    point = await seat_of(
        desk, body.counselling_point_id, OrganisationKind.COUNSELLING_POINT, pointer="/counselling_point_id"
    )
    medical.review_month(
        body.year, body.month, opened_on=point.opened_on, closed_on=point.closed_on, today=desk.actor.today
    )
    return Decision(draft.columns | {"unit_id": point.unit_id})


MEDICAL_RESULTS = Kind(
    table=MedicalResultRow,
    collection="medical-results",
    singular="medical_result",
    words="medical result",
    tag=Tag.MEDICAL,
    create=MedicalResultIn,
    body=MedicalResultBody,
    out=MedicalResultOut,
    read=Permission.MEDICAL_READ,
    write=Permission.MEDICAL_WRITE,
    groups=(FieldGroup.MEDICAL,),
    decide=decide_result,
    dated_by="recorded_at",
    about="A result about HIV, hepatitis B or C, tuberculosis or syphilis, with the treatment that follows from it. "
    "**Health officers alone** record and read it: the list of those who may know that somebody lives with HIV is "
    "closed (Law 64/2006/QH11, article 30, as amended by Law 71/2020/QH14). It stands in no list, search, export or "
    "figure of anybody else, and is not told of anywhere.",
    examples={
        "tuberculosis": {
            "id": examples.MEDICAL_RESULT,
            "infection": "tuberculosis",
            "tested_on": "2026-03-02",
            "result": "positive",
            "treatment": "ongoing",
            "treatment_started_on": "2026-03-09",
        }
    },
    correction={"facility": "Trung tâm Y tế thành phố Tuy Hòa"},
)
HIV_CLIENT_COUNTS = Kind(
    table=HivClientCountRow,
    collection="hiv-client-counts",
    singular="hiv_client_count",
    words="count of clients with HIV",
    tag=Tag.MEDICAL,
    create=HivClientCountIn,
    body=HivClientCountBody,
    out=HivClientCountOut,
    read=Permission.MEDICAL_READ,
    write=Permission.MEDICAL_WRITE,
    groups=(FieldGroup.MEDICAL,),
    decide=decide_count,
    dated_by="year",
    about="How many of the clients of a counselling point live with HIV: one number per point and month. **Health "
    "officers alone** record and read it, for the number of a small commune may tell of whom it speaks. It is no field "
    "of any session, stands in no list or figure of anybody else, and does not travel to devices.",
    examples={
        "of_a_month": {
            "id": examples.HIV_CLIENT_COUNT,
            "counselling_point_id": examples.COUNSELLING_POINT,
            "year": 2020,
            "month": 7,
            "client_count": 3,
        }
    },
    correction={"client_count": 4},
    refers_to=("counselling_point_id",),
)
