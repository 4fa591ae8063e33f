"""The kind of results about HIV and other infections."""

from registry.api.records.kind import Decision, Desk, Draft, Kind
from registry.api.schemas import examples
from registry.api.schemas.medical import MedicalResultBody, MedicalResultIn, MedicalResultOut
from registry.api.tags import Tag
from registry.db.tables.medical import MedicalResultRow
from registry.domain import medical
from registry.domain.access import FieldGroup, Permission
from registry.domain.medical import MedicalResult


async def decide_result(desk: Desk, draft: Draft[MedicalResultBody]) -> Decision:
    """Check the dates; everything that is recorded goes into one sealed text."""
    body = draft.body
    found = MedicalResult(body.tested_on, body.treatment, body.treatment_started_on)
    medical.review(found, today=desk.actor.today)
    return Decision(body.model_dump(mode="json", exclude={"id"}))


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
