"""The kinds that health officers alone see: results about infections, referrals to care, how many live with HIV."""

from registry.api.kinds.own_organisations import seat_of
from registry.api.kinds.referrals import require_listed, require_offered, service_of
from registry.api.records.kind import Decision, Desk, Draft, Kind
from registry.api.schemas import examples
from registry.api.schemas.medical import (
    HivClientCountBody,
    HivClientCountIn,
    HivClientCountOut,
    MedicalReferralBody,
    MedicalReferralIn,
    MedicalReferralOut,
    MedicalResultBody,
    MedicalResultIn,
    MedicalResultOut,
)
from registry.api.tags import Tag
from registry.db.tables.medical import HivClientCountRow, MedicalReferralRow, MedicalResultRow
from registry.domain import medical, referral
from registry.domain.access import FieldGroup, Permission
from registry.domain.medical import MedicalResult
from registry.domain.organisation import OrganisationKind


async def decide_result(desk: Desk, draft: Draft[MedicalResultBody]) -> Decision:
    """Check the dates; everything that is recorded goes into one sealed text."""
    body = draft.body
    found = MedicalResult(body.tested_on, body.treatment, body.treatment_started_on)
    medical.review(found, today=desk.actor.today)
    return Decision(body.model_dump(mode="json", exclude={"id"}))


async def decide_referral(desk: Desk, draft: Draft[MedicalReferralBody]) -> Decision:
    """Judge the steps of a referral to any service that is offered, as those of an ordinary one."""
    body, former = draft.body, None
    if draft.former is not None:
        former = MedicalReferralBody.model_validate(await desk.vault.opened(draft.former), from_attributes=True)
    service = await service_of(desk, body.service_id, former=None if former is None else former.service_id)
    if former is None:
        require_listed(service)
    if former is None or former.made_on != body.made_on:
        require_offered(service, body.made_on)
    body.steps.review(today=desk.actor.today)
    told = {"result": body.result}
    referral.review_result(told, kind=service.kind, is_completed=body.completed_on is not None)
    return Decision(body.model_dump(mode="json", exclude={"id"}) | {"status": body.steps.status})


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
MEDICAL_REFERRALS = Kind(
    table=MedicalReferralRow,
    collection="medical-referrals",
    singular="medical_referral",
    words="medical referral",
    tag=Tag.MEDICAL,
    create=MedicalReferralIn,
    body=MedicalReferralBody,
    out=MedicalReferralOut,
    read=Permission.MEDICAL_READ,
    write=Permission.MEDICAL_WRITE,
    groups=(FieldGroup.MEDICAL,),
    decide=decide_referral,
    dated_by="recorded_at",
    about="A referral of the person by a health officer to a service of the directory, and what became of it: made, "
    "accepted or declined, started, completed, or lost on the way. Each step is a correction that adds its day. "
    "**Health officers alone** record and read it; it is the only way to refer somebody to HIV care (`hiv_care`), for "
    "that tells that they live with HIV. It stands in no list, search, export, figure or task of anybody else, and "
    "does not travel to devices.",
    examples={
        "to_care": {
            "id": examples.MEDICAL_REFERRAL,
            "service_id": examples.SUPPORT_SERVICE,
            "made_on": "2020-07-06",
        }
    },
    correction={"accepted_on": "2020-07-08"},
    refers_to=("service_id",),
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
