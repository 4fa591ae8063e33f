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
    TREATMENT = "treatment"


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
    TREATMENT_READ = "treatment:read"
    TREATMENT_WRITE = "treatment:write"
    ORGANISATION_READ = "organisation:read"
    ORGANISATION_WRITE = "organisation:write"
    SITUATION_READ = "situation:read"
    SITUATION_WRITE = "situation:write"
    REPORT_READ = "report:read"
    GRANT_MANAGE = "grant:manage"

    @property
    def token_scope(self) -> TokenScope:
        """The scope that a token must carry for it."""
        match self.value.partition(":")[2]:
            case "write":
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


def _for(purpose: Purpose, *permissions: Permission) -> dict[Permission, Purpose]:
    return dict.fromkeys(permissions, purpose)


POLICY: Mapping[Role, Mapping[Permission, Purpose]] = {
    Role.COMMUNE_OFFICER: _for(Purpose.CASE_MANAGEMENT, *_READ, *_WRITE, _P.SITUATION_READ, _P.SITUATION_WRITE)
    | _for(Purpose.REPORTING, _P.REPORT_READ),
    Role.FACILITY_OFFICER: _for(
        Purpose.TREATMENT, _P.ORGANISATION_READ, _P.PERSON_READ, _P.TREATMENT_READ, _P.TREATMENT_WRITE
    ),
    Role.NETWORK_OFFICER: _for(Purpose.CASE_MANAGEMENT, _P.ORGANISATION_READ, _P.PERSON_READ),
    Role.HEALTH_OFFICER: _for(
        Purpose.HEALTH_CARE,
        _P.ORGANISATION_READ,
        _P.PERSON_READ,
        _P.HEALTH_READ,
        _P.HEALTH_WRITE,
        _P.TREATMENT_READ,
        _P.TREATMENT_WRITE,
    ),
    Role.PROVINCE_MANAGER: _for(
        Purpose.SUPERVISION, *_READ, *_WRITE, _P.SITUATION_READ, _P.SITUATION_WRITE, _P.ORGANISATION_WRITE
    )
    | _for(Purpose.REPORTING, _P.REPORT_READ),
    Role.PROVINCE_SYSTEM: _for(Purpose.REPORTING, *_READ, _P.SITUATION_READ, _P.REPORT_READ),
    Role.ANALYST: _for(Purpose.REPORTING, _P.REPORT_READ, _P.ORGANISATION_READ),
    Role.AUDITOR: _for(Purpose.SUPERVISION, _P.ORGANISATION_READ),
    Role.ADMINISTRATOR: _for(Purpose.ADMINISTRATION, _P.GRANT_MANAGE, _P.ORGANISATION_READ, _P.ORGANISATION_WRITE),
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
