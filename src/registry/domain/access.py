"""Who may do what: roles, permissions, purposes and the policy table that joins them."""

from collections.abc import Mapping
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
    SUBJECT_REQUEST = "subject_request"
    """What the person asked of the register itself."""


_FIELD_GROUPS = {group.value: group for group in FieldGroup}


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
    BREACH_READ = "breach:read"
    BREACH_WRITE = "breach:write"

    @property
    def field_group(self) -> FieldGroup | None:
        """The fields of people that it opens; None where it opens none of them."""
        return _FIELD_GROUPS.get(self.value.partition(":")[0])

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


_P = Permission
_READ = (
    _P.ORGANISATION_READ,
    _P.PERSON_READ,
    _P.IDENTITY_READ,
    _P.RESIDENCE_READ,
    _P.FILE_READ,
    _P.HEALTH_READ,
    _P.TREATMENT_READ,
)
_WRITE = (_P.PERSON_WRITE, _P.IDENTITY_WRITE, _P.RESIDENCE_WRITE, _P.FILE_WRITE, _P.HEALTH_WRITE, _P.TREATMENT_WRITE)


_TASKS = (_P.TASK_READ, _P.TASK_SETTLE)
_SUBJECT_RIGHTS = (_P.SUBJECT_REQUEST_READ, _P.SUBJECT_REQUEST_WRITE, _P.EXPORT_READ, _P.ACCESS_LOG_READ)


def _for(purpose: Purpose, *permissions: Permission) -> dict[Permission, Purpose]:
    return dict.fromkeys(permissions, purpose)


POLICY: Mapping[Role, Mapping[Permission, Purpose]] = {
    Role.COMMUNE_OFFICER: _for(Purpose.CASE_MANAGEMENT, *_READ, *_WRITE, *_TASKS)
    | _for(Purpose.CASE_MANAGEMENT, _P.SITUATION_READ, _P.SITUATION_WRITE)
    | _for(Purpose.REPORTING, _P.REPORT_READ)
    | _for(Purpose.DATA_SUBJECT_RIGHTS, *_SUBJECT_RIGHTS)
    | _for(Purpose.EMERGENCY, _P.EMERGENCY_READ),
    Role.FACILITY_OFFICER: _for(
        Purpose.TREATMENT, _P.ORGANISATION_READ, _P.PERSON_READ, _P.TREATMENT_READ, _P.TREATMENT_WRITE, *_TASKS
    ),
    Role.NETWORK_OFFICER: _for(Purpose.CASE_MANAGEMENT, _P.ORGANISATION_READ, _P.PERSON_READ, *_TASKS),
    Role.HEALTH_OFFICER: _for(
        Purpose.HEALTH_CARE,
        _P.ORGANISATION_READ,
        _P.PERSON_READ,
        _P.HEALTH_READ,
        _P.HEALTH_WRITE,
        _P.MEDICAL_READ,
        _P.MEDICAL_WRITE,
        _P.TREATMENT_READ,
        _P.TREATMENT_WRITE,
        *_TASKS,
    )
    | _for(Purpose.EMERGENCY, _P.EMERGENCY_READ),
    Role.PROVINCE_MANAGER: _for(Purpose.SUPERVISION, *_READ, *_WRITE, *_TASKS)
    | _for(Purpose.SUPERVISION, _P.SITUATION_READ, _P.SITUATION_WRITE, _P.ORGANISATION_WRITE)
    | _for(Purpose.REPORTING, _P.REPORT_READ)
    | _for(Purpose.DATA_SUBJECT_RIGHTS, *_SUBJECT_RIGHTS)
    | _for(Purpose.EMERGENCY, _P.EMERGENCY_READ)
    | _for(Purpose.SECURITY, _P.BREACH_READ, _P.BREACH_WRITE),
    Role.PROVINCE_SYSTEM: _for(Purpose.REPORTING, *_READ, _P.SITUATION_READ, _P.REPORT_READ),
    Role.ANALYST: _for(Purpose.REPORTING, _P.REPORT_READ, _P.ORGANISATION_READ),
    Role.AUDITOR: _for(Purpose.SUPERVISION, _P.ORGANISATION_READ, _P.AUDIT_READ, *_TASKS)
    | _for(Purpose.SECURITY, _P.BREACH_READ),
    Role.ADMINISTRATOR: _for(Purpose.ADMINISTRATION, _P.GRANT_MANAGE, _P.ORGANISATION_READ, _P.ORGANISATION_WRITE)
    | _for(Purpose.ADMINISTRATION, *_TASKS)
    | _for(Purpose.SECURITY, _P.BREACH_READ, _P.BREACH_WRITE),
}
"""Role by permission by purpose. What is not here is refused."""


@dataclass(frozen=True, slots=True)
class UnitScope:
    """The units in reach on today's map, sorted."""

    units: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class OrganisationScope:
    """The organisations for which the caller acts, sorted."""

    organisations: tuple[UUID, ...]


Scope = UnitScope | OrganisationScope


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
        case OrganisationScope():
            raise UnitNotGranted(pointer=pointer)
        case _:
            assert_never(scope)
