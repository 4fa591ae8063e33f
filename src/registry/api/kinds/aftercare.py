"""The kinds of aftercare and of education in the commune."""

from registry import aftercare_law
from registry.api.records.kind import Decision, Desk, Draft, Kind
from registry.api.schemas import examples
from registry.api.schemas.aftercare import (
    AftercareBody,
    AftercareIn,
    AftercareOut,
    EducationMeasureBody,
    EducationMeasureIn,
    EducationMeasureOut,
)
from registry.api.tags import Tag
from registry.db import aftercare as terms
from registry.db import episodes, persons
from registry.db.tables.aftercare import AftercareRow, EducationMeasureRow
from registry.domain import aftercare, education
from registry.domain.access import FieldGroup, Permission
from registry.domain.aftercare import Aftercare, Subject


async def decide_aftercare(desk: Desk, draft: Draft[AftercareBody]) -> Decision:
    """Judge a term by the course that it follows, the law of its first day and the person's other terms."""
    body, person, session = draft.body, draft.owner, desk.session
    await persons.lock_root(session, person)
    proposed = Aftercare(
        id=draft.id,
        course_id=body.course_id,
        place=body.place,
        from_on=body.from_on,
        planned_months=body.planned_months,
        absent_days=body.absent_days,
        ended_on=body.ended_on,
        outcome=body.outcome,
    )
    subject = Subject(
        born_on=person.birth_date,
        birth_year=person.birth_year,
        stays=await episodes.of_root(session, person.root_id),
        others=await terms.of_root(session, person.root_id),
        addicted_on=await terms.addicted_on(session, person.root_id),
    )
    remarks = aftercare.review(proposed, subject, regimes=aftercare_law.load(), today=desk.actor.today)
    return Decision(draft.columns | {"to_on": proposed.to_on, "root_id": person.root_id}, remarks)


async def decide_education(desk: Desk, draft: Draft[EducationMeasureBody]) -> Decision:
    """Check the ground and the dates of a measure."""
    body = draft.body
    education.require_ground(body.legal_basis)
    education.review(
        from_on=body.from_on,
        to_on=body.to_on,
        ended_on=body.ended_on,
        end_reason=body.end_reason,
        today=desk.actor.today,
    )
    return Decision(draft.columns)


AFTERCARES = Kind(
    table=AftercareRow,
    collection="aftercares",
    singular="aftercare",
    words="term of aftercare",
    tag=Tag.TREATMENT,
    create=AftercareIn,
    body=AftercareBody,
    out=AftercareOut,
    read=Permission.TREATMENT_READ,
    write=Permission.TREATMENT_WRITE,
    groups=(FieldGroup.TREATMENT, FieldGroup.FILE),
    decide=decide_aftercare,
    dated_by="from_on",
    about="Management after rehabilitation (quản lý sau cai nghiện). Its term runs from the completion of the course, "
    "not from the decision, and its length is that of the law in force on that day. One open term per person, one "
    "record per course. It is the commune's: organisations that treat do not see it.",
    examples={
        "after_a_course_not_on_record": {
            "id": examples.AFTERCARE,
            "place": "residence",
            "from_on": "2026-02-16",
            "planned_months": 12,
            "decision_number": "31/QĐ-UBND",
            "decision_on": "2026-02-27",
            "issuer": "Chủ tịch UBND phường Tuy Hòa",
        }
    },
    correction={"issuer": "Chủ tịch UBND phường Tuy Hòa, tỉnh Đắk Lắk"},
    refers_within=("course_id",),
    in_emergency=False,
)
EDUCATION_MEASURES = Kind(
    table=EducationMeasureRow,
    collection="education-measures",
    singular="education_measure",
    words="education measure",
    tag=Tag.FILES,
    create=EducationMeasureIn,
    body=EducationMeasureBody,
    out=EducationMeasureOut,
    read=Permission.FILE_READ,
    write=Permission.FILE_WRITE,
    groups=(FieldGroup.FILE,),
    decide=decide_education,
    dated_by="from_on",
    about="Education in the commune (giáo dục tại xã, phường, thị trấn): an administrative measure of its own, neither "
    "management as a user nor treatment. Figures ask how many of those under it are in community rehabilitation or "
    "in treatment with substitutes.",
    examples={
        "six_months": {
            "id": examples.EDUCATION_MEASURE,
            "from_on": "2026-03-01",
            "to_on": "2026-09-01",
            "decision_number": "18/QĐ-UBND",
            "decision_on": "2026-02-27",
            "issuer": "Chủ tịch UBND phường Tuy Hòa",
        }
    },
    correction={"issuer": "Chủ tịch UBND phường Tuy Hòa, tỉnh Đắk Lắk"},
    in_emergency=False,
)
