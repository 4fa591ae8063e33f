"""The words of access: roles, permissions, purposes, grants, scopes. `domain/policy.py` joins them in one table."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import assert_never
from uuid import UUID

from registry.domain.errors import Forbidden


class Role(StrEnum):
    """What a grant makes of its subject."""

    COMMUNE_OFFICER = "commune_officer"
    FACILITY_OFFICER = "facility_officer"
    NETWORK_OFFICER = "network_officer"
    HEALTH_OFFICER = "health_officer"
    PROVINCE_MANAGER = "province_manager"
    PROVINCE_SYSTEM = "province_system"
    ANALYST = "analyst"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"

    @property
    def acts_for_organisation(self) -> bool:
        """Whether a grant of this role names an organisation instead of a unit."""
        return self in {Role.FACILITY_OFFICER, Role.NETWORK_OFFICER}


class TokenScope(StrEnum):
    """OAuth scopes: what the token allows, beside what the grant allows."""

    READ = "registry.read"
    WRITE = "registry.write"
    REPORT = "registry.report"
    ADMIN = "registry.admin"


class FieldGroup(StrEnum):
    """Groups of fields of a person that are opened and audited together."""

    PERSON = "person"
    IDENTITY = "identity"
    RESIDENCE = "residence"
    FILE = "file"
    HEALTH = "health"
    MEDICAL = "medical"
    """HIV and the other infections: closed to everybody but health officers (Law 71/2020, article 30)."""
    TREATMENT = "treatment"
    SUPPORT = "support"
    """What a commune's network does with the person: counselling, membership, accompaniment, referrals."""
    SUBJECT_REQUEST = "subject_request"
    """What the person asked of the register itself."""


class Permission(StrEnum):
    """One kind of access: `group:verb`."""

    PERSON_READ = "person:read"
    PERSON_WRITE = "person:write"
    IDENTITY_READ = "identity:read"
    IDENTITY_WRITE = "identity:write"
    RESIDENCE_READ = "residence:read"
    RESIDENCE_WRITE = "residence:write"
    FILE_READ = "file:read"
    FILE_WRITE = "file:write"
    HEALTH_READ = "health:read"
    HEALTH_WRITE = "health:write"
    MEDICAL_READ = "medical:read"
    MEDICAL_WRITE = "medical:write"
    TREATMENT_READ = "treatment:read"
    TREATMENT_WRITE = "treatment:write"
    SUPPORT_READ = "support:read"
    SUPPORT_WRITE = "support:write"
    NETWORK_READ = "network:read"
    """Points, clubs, teams and what they do, without a word about people on file or a name of who works there."""
    NETWORK_WRITE = "network:write"
    WORKER_READ = "worker:read"
    """Who works in the network: names, contacts, appointments, training."""
    PLAN_READ = "plan:read"
    PLAN_WRITE = "plan:write"
    ORGANISATION_READ = "organisation:read"
    ORGANISATION_WRITE = "organisation:write"
    SITUATION_READ = "situation:read"
    SITUATION_WRITE = "situation:write"
    REPORT_READ = "report:read"
    GRANT_MANAGE = "grant:manage"
    TASK_READ = "task:read"
    TASK_SETTLE = "task:settle"
    AUDIT_READ = "audit:read"
    ACCESS_LOG_READ = "access_log:read"
    EMERGENCY_READ = "emergency:read"
    EXPORT_READ = "export:read"
    SUBJECT_REQUEST_READ = "subject_request:read"
    SUBJECT_REQUEST_WRITE = "subject_request:write"
    ERASURE_WRITE = "erasure:write"
    DUPLICATE_READ = "duplicate:read"
    MERGE_READ = "merge:read"
    MERGE_WRITE = "merge:write"
    BREACH_READ = "breach:read"
    BREACH_WRITE = "breach:write"
    SYNC_READ = "sync:read"
    SYNC_WRITE = "sync:write"

    @property
    def token_scope(self) -> TokenScope:
        """The scope that a token must carry for it."""
        match self.value.partition(":")[2]:
            case "write" | "settle":
                return TokenScope.WRITE
            case "manage":
                return TokenScope.ADMIN
        return TokenScope.REPORT if self is Permission.REPORT_READ else TokenScope.READ


class Purpose(StrEnum):
    """Why personal data are touched; every audit row names one."""

    CASE_MANAGEMENT = "case_management"
    TREATMENT = "treatment"
    HEALTH_CARE = "health_care"
    SUPERVISION = "supervision"
    REPORTING = "reporting"
    ADMINISTRATION = "administration"
    DATA_SUBJECT_RIGHTS = "data_subject_rights"
    EMERGENCY = "emergency"
    SECURITY = "security"


@dataclass(frozen=True, slots=True)
class UnitScope:
    """The units in reach on today's map, sorted."""

    units: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class OrganisationScope:
    """The organisations for which the caller acts, sorted."""

    organisations: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class PersonScope:
    """One person, wherever they are: what an emergency access reaches."""

    person_id: UUID


Scope = UnitScope | OrganisationScope | PersonScope


@dataclass(frozen=True, slots=True)
class Grant:
    """A role of one subject over one unit or for one organisation, in a period."""

    id: UUID
    role: Role
    unit_id: int | None
    organisation_id: UUID | None
    from_on: date
    to_on: date | None
    seat_unit_id: int | None = None
    """Where the organisation is placed today."""


class UnitNotGranted(Forbidden):
    """A unit is named that no grant of the caller covers."""

    code = "unit_not_granted"


class OrganisationNotGranted(Forbidden):
    """An organisation is named for which the caller does not act."""

    code = "organisation_not_granted"


class ActorRequired(Forbidden):
    """A vendor's token without the officer for whom it acts, or a server's token with an officer's grant."""

    code = "officer_required"


class GrantNotHeld(Forbidden):
    """`Registry-Grant` names a grant that the caller does not hold."""

    code = "grant_not_held"


def require_units(scope: Scope, *unit_ids: int, pointer: str | None = None) -> None:
    """Refuse units of which one is out of reach. Units are public, so the refusal is open (403)."""
    match scope:
        case UnitScope(units):
            if not set(unit_ids) <= set(units):
                raise UnitNotGranted(pointer=pointer)
        case OrganisationScope() | PersonScope():
            raise UnitNotGranted(pointer=pointer)
        case _:
            assert_never(scope)
