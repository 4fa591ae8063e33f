"""Kinds of what happens to a person on file: files, tests, determinations, substances."""

from registry.api.records.kind import Decision, Desk, Draft, Kind
from registry.api.schemas import examples
from registry.api.schemas.cases import (
    DeterminationBody,
    DeterminationIn,
    DeterminationOut,
    FileBody,
    FileIn,
    FileOut,
    SubstanceUseBody,
    SubstanceUseIn,
    SubstanceUseOut,
    TestBody,
    TestIn,
    TestOut,
)
from registry.api.tags import Tag
from registry.db.tables.cases import DeterminationRow, DrugTestRow, ManagementFileRow, SubstanceUseRow
from registry.domain import management
from registry.domain.access import FieldGroup, Permission
from registry.domain.period import require_past, require_past_year


async def decide_file(desk: Desk, draft: Draft[FileBody]) -> Decision:
    """Check the dates of a file; one open file of a category is the database's to hold."""
    body = draft.body
    management.review(
        opened_on=body.opened_on, closed_on=body.closed_on, close_reason=body.close_reason, today=desk.actor.today
    )
    return Decision(draft.columns)


async def decide_test(desk: Desk, draft: Draft[TestBody]) -> Decision:
    """A test is not made tomorrow."""
    require_past(draft.body.tested_on, today=desk.actor.today, pointer="/tested_on")
    return Decision(draft.columns)


async def decide_determination(desk: Desk, draft: Draft[DeterminationBody]) -> Decision:
    """A determination is not made tomorrow."""
    require_past(draft.body.determined_on, today=desk.actor.today, pointer="/determined_on")
    return Decision(draft.columns)


async def decide_substance_use(desk: Desk, draft: Draft[SubstanceUseBody]) -> Decision:
    """Nothing is noted tomorrow."""
    require_past(draft.body.noted_on, today=desk.actor.today, pointer="/noted_on")
    require_past_year(draft.body.first_used_year, today=desk.actor.today, pointer="/first_used_year")
    return Decision(draft.columns)


FILES = Kind(
    table=ManagementFileRow,
    collection="files",
    singular="file",
    words="management file",
    tag=Tag.FILES,
    create=FileIn,
    body=FileBody,
    out=FileOut,
    read=Permission.FILE_READ,
    write=Permission.FILE_WRITE,
    groups=(FieldGroup.FILE,),
    decide=decide_file,
    dated_by="opened_on",
    about="A person is on file as an illegal user or as addicted, from the decision that opens the file until the one "
    "that closes it. One open file of each category per person.",
    examples={
        "illegal_user": {
            "id": examples.FILE,
            "category": "illegal_user",
            "opened_on": "2020-03-10",
            "decision_number": "12/QĐ-UBND",
            "decision_on": "2020-03-10",
            "issuer": "Chủ tịch UBND phường 1",
        }
    },
    correction={"issuer": "Chủ tịch UBND phường 1, thành phố Tuy Hòa"},
    is_judged_alone=True,
)
TESTS = Kind(
    table=DrugTestRow,
    collection="drug-tests",
    singular="drug_test",
    words="drug test",
    tag=Tag.FILES,
    create=TestIn,
    body=TestBody,
    out=TestOut,
    read=Permission.HEALTH_READ,
    write=Permission.HEALTH_WRITE,
    groups=(FieldGroup.HEALTH,),
    decide=decide_test,
    dated_by="tested_on",
    about="A test for drugs in the body (form 03 of Decree 105/2021). "
    "A positive test alone is neither addiction nor relapse.",
    examples={
        "positive": {
            "id": examples.TEST,
            "tested_on": "2020-03-05",
            "method": "rapid_urine",
            "result": "positive",
            "substances": ["heroin"],
        }
    },
    correction={"tested_by": "Trạm y tế phường 1"},
    is_judged_alone=True,
)
DETERMINATIONS = Kind(
    table=DeterminationRow,
    collection="determinations",
    singular="determination",
    words="determination of addiction",
    tag=Tag.FILES,
    create=DeterminationIn,
    body=DeterminationBody,
    out=DeterminationOut,
    read=Permission.HEALTH_READ,
    write=Permission.HEALTH_WRITE,
    groups=(FieldGroup.HEALTH,),
    decide=decide_determination,
    dated_by="determined_on",
    about="The result of a qualified body's determination of addiction "
    "(Law 73/2021, article 27; Circular 18/2021/TT-BYT).",
    examples={
        "addicted": {
            "id": examples.DETERMINATION,
            "determined_on": "2020-03-09",
            "result": "addicted",
            "substances": ["heroin"],
        }
    },
    correction={"determined_by": "Trung tâm Y tế thành phố Tuy Hòa"},
    is_judged_alone=True,
)
SUBSTANCE_USES = Kind(
    table=SubstanceUseRow,
    collection="substance-uses",
    singular="substance_use",
    words="substance in use",
    tag=Tag.FILES,
    create=SubstanceUseIn,
    body=SubstanceUseBody,
    out=SubstanceUseOut,
    read=Permission.HEALTH_READ,
    write=Permission.HEALTH_WRITE,
    groups=(FieldGroup.HEALTH,),
    decide=decide_substance_use,
    dated_by="noted_on",
    about="A substance that the person uses and how, as noted on a day (form 05 of Decree 105/2021, items 18 to 24).",
    examples={
        "heroin": {
            "id": examples.SUBSTANCE_USE,
            "substance": "heroin",
            "route": "injecting",
            "noted_on": "2020-03-05",
            "first_used_year": 2017,
        }
    },
    correction={"days_last_month": 12},
    is_judged_alone=True,
)
