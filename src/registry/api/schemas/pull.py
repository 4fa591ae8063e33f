"""Bodies of what devices fetch."""

from uuid import UUID

from pydantic import Field

from registry.api.schemas import examples
from registry.api.schemas.accompaniments import AccompanimentOut, VisitOut
from registry.api.schemas.aftercare import AftercareOut, EducationMeasureOut
from registry.api.schemas.cases import DeterminationOut, EpisodeOut, FileOut, SubstanceUseOut, TestOut
from registry.api.schemas.clubs import ClubGuidanceVisitOut, ClubOut, ClubRatingOut
from registry.api.schemas.commune import ActivityOut, CommunePopulationOut
from registry.api.schemas.counselling import AttendanceOut, SessionOut
from registry.api.schemas.counselling_points import CounsellingPointOut
from registry.api.schemas.fields import Out
from registry.api.schemas.memberships import MembershipOut
from registry.api.schemas.persons import IdentityDocumentOut, PersonOut, ReachedPersonOut, ResidenceOut
from registry.api.schemas.plan_reviews import PlanReviewOut
from registry.api.schemas.plans import PlanOut, PlanTargetOut, TargetReportOut
from registry.api.schemas.records import Version
from registry.api.schemas.referrals import ReferralOut, SupportServiceOut
from registry.api.schemas.rights import SubjectRequestOut
from registry.api.schemas.situation import CommuneStatusOut, OrganisationOut, SuspectedCountOut
from registry.api.schemas.staffing import AppointmentOut, NetworkWorkerOut, WorkerTrainingOut
from registry.api.schemas.volunteer_teams import VolunteerTeamOut
from registry.domain.feed import ChangeOperation
from registry.domain.sync import SyncKind

AnyRecordOut = (
    PersonOut
    | ReachedPersonOut
    | IdentityDocumentOut
    | ResidenceOut
    | FileOut
    | TestOut
    | DeterminationOut
    | SubstanceUseOut
    | EpisodeOut
    | AftercareOut
    | EducationMeasureOut
    | SubjectRequestOut
    | OrganisationOut
    | CommuneStatusOut
    | SuspectedCountOut
    | ActivityOut
    | CommunePopulationOut
    | CounsellingPointOut
    | VolunteerTeamOut
    | ClubOut
    | ClubGuidanceVisitOut
    | ClubRatingOut
    | NetworkWorkerOut
    | AppointmentOut
    | WorkerTrainingOut
    | PlanOut
    | PlanTargetOut
    | TargetReportOut
    | PlanReviewOut
    | AccompanimentOut
    | VisitOut
    | SessionOut
    | AttendanceOut
    | SupportServiceOut
    | ReferralOut
    | MembershipOut
)


class ChangeOut(Out):
    """What a replica does with one record."""

    op: ChangeOperation = Field(
        description="`upsert`: keep this state, whether the record was there or not. `void`, `leave`, `erase`: take "
        "the record away, because it was voided, is no longer within the scope, or was erased by a lawful order. A "
        "record that is not there needs no taking away.",
        examples=["upsert"],
    )
    kind: SyncKind = Field(description="The kind of record.", examples=["drug_test"])
    person_id: UUID | None = Field(
        description="The person it belongs to, or is; null for what belongs to no person.", examples=[examples.PERSON]
    )
    id: UUID = Field(description="The record's id.", examples=[examples.TEST])
    version: Version
    record: AnyRecordOut | None = Field(
        description="The record as `GET` of its own route shows it; null unless it is to be kept."
    )


MOST_CHANGES = 2000
"""A page of a list holds fewer; here every page costs a look and an audit row, and nobody reads it on a screen."""
POSITION = r"^[0-9]{1,20}$"


class ChangesOut(Out):
    """One page of what a replica is told, in the order in which it is to be carried out."""

    items: list[ChangeOut] = Field(description="What to do, in this order.", max_length=MOST_CHANGES)
    cursor: str = Field(
        description="Keep it together with what the page brought, and send it with the next pull.", max_length=4096
    )
    more: bool = Field(description="Whether to pull again at once: there is more to tell.")
    position: str | None = Field(
        description="Everything that was written before this position of the feed has been told. Compare it as a "
        "number with the `position` of a push: once it is greater, what was pushed stands in the replica. Null while "
        "the first copy is under way.",
        pattern=POSITION,
        max_length=20,
        examples=["7421"],
    )
    feed_epoch: UUID = Field(description="The history that positions belong to. A restored backup begins another.")


class KindDigestOut(Out):
    """What a replica must hold of one kind."""

    kind: SyncKind = Field(description="The kind of record.", examples=["drug_test"])
    count: int = Field(description="How many active records there are.", ge=0, le=2**31 - 1)
    sha256: str = Field(
        description="SHA-256, in hexadecimal, of one line for each record, sorted as bytes and joined by line feeds: "
        "`person_id/id:version`, or `id:version` where the record belongs to no person.",
        pattern=r"^[0-9a-f]{64}$",
        max_length=64,
    )


class DigestOut(Out):
    """What a replica must hold, if it has been told everything."""

    up_to_date: bool = Field(
        description="Whether the replica has been told everything that was written by now. Where it has not, there is "
        "nothing to compare: pull, and ask again."
    )
    position: str = Field(
        description="The position of the feed that the cursor has come to.", pattern=POSITION, max_length=20
    )
    feed_epoch: UUID = Field(description="The history that the position belongs to.")
    kinds: list[KindDigestOut] = Field(
        description="Every kind that the replica holds; empty unless it is up to date.", max_length=50
    )
