"""The kind of memberships in clubs."""

from registry.api.kinds.support import open_reach, require_begun_at_work, withdraw_reach
from registry.api.records.kind import Decision, Desk, Draft, Kind
from registry.api.schemas import examples
from registry.api.schemas.memberships import MembershipBody, MembershipIn, MembershipOut
from registry.api.tags import Tag
from registry.db.tables.clubs import MembershipRow
from registry.domain.access import FieldGroup, Permission
from registry.domain.organisation import OrganisationKind, ReachReason
from registry.domain.period import require_order


async def decide_membership(desk: Desk, draft: Draft[MembershipBody]) -> Decision:
    """Let the club reach its member; one open membership of a person and club is the database's to hold."""
    body = draft.body
    require_order(body.from_on, body.to_on, pointer="/to_on")
    await open_reach(
        desk,
        draft,
        OrganisationKind.AFTERCARE_CLUB,
        because=ReachReason.MEMBERSHIP,
        organisation_id=body.organisation_id,
        basis=body.legal_basis,
        ended_on=body.to_on,
    )
    await require_begun_at_work(desk, draft)
    return Decision(draft.columns)


MEMBERSHIPS = Kind(
    table=MembershipRow,
    collection="memberships",
    singular="membership",
    words="membership in a club",
    tag=Tag.SUPPORT,
    create=MembershipIn,
    body=MembershipBody,
    out=MembershipOut,
    read=Permission.SUPPORT_READ,
    write=Permission.SUPPORT_WRITE,
    groups=(FieldGroup.SUPPORT,),
    decide=decide_membership,
    dated_by="from_on",
    about="The person belongs to a club of people after rehabilitation: as what, since when, on what ground. The club "
    "then sees the person's name, year of birth and phone and its own records of them, until some time after the end. "
    "One open membership in a club.",
    examples={
        "by_consent": {
            "id": examples.MEMBERSHIP,
            "organisation_id": examples.CLUB,
            "kind": "after_rehab",
            "legal_basis": "consent",
            "from_on": "2020-07-01",
        }
    },
    correction={"issuer": "Ban Chủ nhiệm câu lạc bộ"},
    follow=withdraw_reach,
    refers_to=("organisation_id",),
)
