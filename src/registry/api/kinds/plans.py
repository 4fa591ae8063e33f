"""The kinds of plans, of their targets, and of what is stated for targets."""

from registry.api.plans.rules import (
    decide_plan,
    decide_report,
    decide_target,
    follow_plan,
    review_void_of_plan,
    review_void_of_target,
)
from registry.api.records.kind import Kind
from registry.api.schemas import examples
from registry.api.schemas.plans import (
    PlanBody,
    PlanIn,
    PlanOut,
    PlanTargetBody,
    PlanTargetIn,
    PlanTargetOut,
    TargetReportBody,
    TargetReportIn,
    TargetReportOut,
)
from registry.api.tags import Tag
from registry.db.tables.plans import PlanRow, PlanTargetRow, TargetReportRow
from registry.domain.access import Permission

PLANS = Kind(
    table=PlanRow,
    collection="plans",
    singular="plan",
    words="plan",
    tag=Tag.PLANS,
    create=PlanIn,
    body=PlanBody,
    out=PlanOut,
    read=Permission.PLAN_READ,
    write=Permission.PLAN_WRITE,
    groups=(),
    decide=decide_plan,
    dated_by="from_on",
    about="The plan of a province, district or commune for a period: a numbered document. Its targets are records of "
    "their own. A draft may be changed freely, but for its unit and period once it has targets. An approved plan is "
    "corrected, each time with a new `correction_reason`; its unit and period stay.",
    examples={
        "of_a_ward": {
            "id": examples.PLAN,
            "document_number": "15/KH-UBND",
            "issued_on": "2021-01-15",
            "issuer": "UBND phường 1",
            "unit_code": examples.UNIT_CODE,
            "from_on": "2021-01-01",
            "to_on": "2021-12-31",
        }
    },
    correction={"title": "Kế hoạch phòng, chống ma túy năm 2021"},
    review_void=review_void_of_plan,
    void_refusals=("plan_in_use",),
    follow=follow_plan,
    refers_to=("parent_plan_id",),
)
TARGETS = Kind(
    table=PlanTargetRow,
    collection="plan-targets",
    singular="plan_target",
    words="target of a plan",
    tag=Tag.PLANS,
    create=PlanTargetIn,
    body=PlanTargetBody,
    out=PlanTargetOut,
    read=Permission.PLAN_READ,
    write=Permission.PLAN_WRITE,
    groups=(),
    decide=decide_target,
    dated_by="due_on",
    about="One target of a plan: what is measured, the value, the direction, the due day. Of an approved plan, value, "
    "due day, title, rating and parent may be corrected with a new `correction_reason`; what is measured, where and "
    "against what stays. A target added to an approved plan gives a reason, too. Where lower units are given more of a "
    "`level` or a `coverage` than there is, the answer warns of it (`allotted_beyond_target`).",
    examples={
        "five_percent_fewer": {
            "id": examples.PLAN_TARGET,
            "plan_id": examples.PLAN,
            "title": "Giảm 5% số người nghiện so với năm 2020",
            "kind": "change",
            "direction": "reduction",
            "indicator": "addicted_persons",
            "value": -5,
            "due_on": "2021-12-31",
            "base_from_on": "2020-01-01",
            "base_to_on": "2020-12-31",
        }
    },
    correction={"title": "Giảm 5% người nghiện có hồ sơ quản lý so với năm 2020"},
    review_void=review_void_of_target,
    void_refusals=("plan_in_use",),
    refers_to=("plan_id", "parent_target_id"),
)
TARGET_REPORTS = Kind(
    table=TargetReportRow,
    collection="target-reports",
    singular="target_report",
    words="stated figure of a target",
    tag=Tag.PLANS,
    create=TargetReportIn,
    body=TargetReportBody,
    out=TargetReportOut,
    read=Permission.PLAN_READ,
    write=Permission.PLAN_WRITE,
    groups=(),
    decide=decide_report,
    dated_by="reported_on",
    about="What somebody states of a target that no indicator covers. On a day, the last statement up to it holds. "
    "One of a target and day; correct it instead.",
    examples={
        "nine_of_ten": {
            "id": examples.TARGET_REPORT,
            "target_id": examples.STATED_TARGET,
            "reported_on": "2021-06-30",
            "count": 9,
            "of_count": 10,
            "source": "Báo cáo 6 tháng của Phòng LĐTBXH",
        }
    },
    correction={"source": "Báo cáo 6 tháng đầu năm 2021"},
    refers_to=("target_id",),
)
