"""The kinds of services and of referrals to them."""

from datetime import date
from uuid import UUID

from registry.api.kinds.own_organisations import named_organisation, require_at_work
from registry.api.records.kind import Decision, Desk, Draft, Kind
from registry.api.schemas import examples
from registry.api.schemas.referrals import (
    ReferralBody,
    ReferralIn,
    ReferralOut,
    SupportServiceBody,
    SupportServiceIn,
    SupportServiceOut,
)
from registry.api.tags import Tag
from registry.api.tasks import duties
from registry.api.tasks.duties import About
from registry.db import records
from registry.db.records import AnyRow, Key
from registry.db.tables.referrals import ReferralRow, SupportServiceRow
from registry.domain import referral
from registry.domain.access import FieldGroup, Permission, require_units
from registry.domain.organisation import OF_COMMUNES
from registry.domain.period import require_order
from registry.domain.record import NamedRecordUnknown, RecordState
from registry.domain.referral import RESULTS, ReferralStatus, ServiceFixed, ServiceKindFixed, ServiceNotOffered
from registry.domain.task import TaskKind


async def decide_service(desk: Desk, draft: Draft[SupportServiceBody]) -> Decision:
    """Place a service on the map of its first day, within the caller's reach."""
    body, former = draft.body, draft.former
    require_order(body.from_on, body.to_on, pointer="/to_on")
    if isinstance(former, SupportServiceRow) and former.kind is not body.kind:
        raise ServiceKindFixed(pointer="/kind")
    site = desk.atlas.resolve(body.unit_code, body.from_on, pointer="/unit_code").unit_id
    unit_id = desk.atlas.current(site, desk.actor.today)
    require_units(desk.actor.scope, unit_id, pointer="/unit_code")
    return Decision(draft.columns | {"unit_id": unit_id, "site_unit_id": site})


async def decide_referral(desk: Desk, draft: Draft[ReferralBody]) -> Decision:
    """Judge the steps and the result of a referral to a service that is offered, by an organisation in reach."""
    body, former = draft.body, draft.former if isinstance(draft.former, ReferralRow) else None
    service = await service_of(desk, body.service_id, former=None if former is None else former.service_id)
    referral.require_ordinary(service.kind, pointer="/service_id")
    if former is None:
        require_listed(service)
    if former is None or former.made_on != body.made_on:
        require_offered(service, body.made_on)
    body.steps.review(today=desk.actor.today)
    if former is None or (former.organisation_id, former.made_on) != (body.organisation_id, body.made_on):
        maker = await named_organisation(desk, body.organisation_id, *OF_COMMUNES)
        require_at_work(maker, former, dated_by="made_on", on=body.made_on)
    result = body.model_dump(include=set(RESULTS))
    referral.review_result(result, kind=service.kind, is_completed=body.completed_on is not None)
    due_on = desk.calendar.end_of_term(body.made_on, desk.settings.referral_answer_days)
    return Decision(draft.columns | {"status": body.steps.status, "answer_due_on": due_on})


async def follow_referral(desk: Desk, row: AnyRow) -> None:
    """End the reminder of a referral that is answered or taken back."""
    if not isinstance(row, ReferralRow):
        raise TypeError
    if row.status is not ReferralStatus.MADE or row.state is RecordState.VOIDED:
        about = About(records.entity_of(ReferralRow), row.id, row.unit_id, row.person_id)
        await duties.end(desk, TaskKind.REFERRAL_UNANSWERED, about, is_done=row.state is RecordState.ACTIVE)


async def service_of(desk: Desk, service_id: UUID, *, former: UUID | None) -> SupportServiceRow:
    """The service of a referral, which stays the same; one that is voided is found too."""
    if former not in {None, service_id}:
        raise ServiceFixed(pointer="/service_id")
    actor, key = desk.actor, Key(service_id)
    service = await records.get(desk.session, SupportServiceRow, key, scope=actor.scope, today=actor.today)
    if service is None:
        raise NamedRecordUnknown(pointer="/service_id")
    return service


def require_listed(service: SupportServiceRow) -> None:
    """Refuse a new referral to a voided service. One that was made stays: the person was there."""
    if service.state is RecordState.VOIDED:
        raise NamedRecordUnknown(pointer="/service_id")


def require_offered(service: SupportServiceRow, made_on: date) -> None:
    """Refuse a referral to a service on a day on which there was none."""
    if made_on < service.from_on or (service.to_on is not None and made_on >= service.to_on):
        raise ServiceNotOffered(pointer="/made_on")


SERVICES = Kind(
    table=SupportServiceRow,
    collection="support-services",
    singular="support_service",
    words="support service",
    tag=Tag.NETWORK,
    create=SupportServiceIn,
    body=SupportServiceBody,
    out=SupportServiceOut,
    read=Permission.NETWORK_READ,
    write=Permission.NETWORK_WRITE,
    groups=(),
    decide=decide_service,
    dated_by="from_on",
    about="A service to which people may be referred: health care, HIV care, enrolment in methadone treatment, social "
    "protection, vocational training, job placement, loans, legal aid. The directory is read from everywhere, and "
    "kept by who is in charge of the commune that the service lies in.",
    examples={
        "training": {
            "id": examples.SUPPORT_SERVICE,
            "kind": "vocational_training",
            "provider_name": "Trung tâm Giáo dục nghề nghiệp - Giáo dục thường xuyên",
            "unit_code": examples.UNIT_CODE,
            "from_on": "2020-01-01",
            "capacity": 30,
        }
    },
    correction={"capacity": 40},
)
REFERRALS = Kind(
    table=ReferralRow,
    collection="referrals",
    singular="referral",
    words="referral",
    tag=Tag.SUPPORT,
    create=ReferralIn,
    body=ReferralBody,
    out=ReferralOut,
    read=Permission.SUPPORT_READ,
    write=Permission.SUPPORT_WRITE,
    groups=(FieldGroup.SUPPORT,),
    decide=decide_referral,
    dated_by="made_on",
    about="A referral of the person to a service of the directory, and what became of it: made, accepted or declined, "
    "started, completed, or lost on the way. Each step is a correction that adds its day. What a completed one came to "
    "stands in `result`, and in figures where they fit the service: the sector of a job, the amount and purpose of a "
    "loan. Where the service has not answered in time, the officers of the person's commune find a task "
    "`referral_unanswered`; an answer ends it.\n\nA service of the kind `hiv_care` is refused (409 "
    "`referral_is_medical`): that somebody is sent there tells that they live with HIV, which health officers alone "
    "may know. They record it as a medical referral.",
    examples={
        "to_training": {
            "id": examples.REFERRAL,
            "organisation_id": examples.COUNSELLING_POINT,
            "service_id": examples.SUPPORT_SERVICE,
            "legal_basis": "consent",
            "made_on": "2020-07-06",
        }
    },
    correction={"accepted_on": "2020-07-08"},
    follow=follow_referral,
    refers_to=("organisation_id", "service_id"),
)
