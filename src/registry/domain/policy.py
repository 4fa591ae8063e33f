"""The policy as one table: which role may do what and why, and what an operation asks of it.

The code admits by it and the documents print it, so neither can say what the other does not.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from registry.domain.access import FieldGroup, Permission, Purpose, Role

_P = Permission
_READ = (
    _P.ORGANISATION_READ,
    _P.PERSON_READ,
    _P.IDENTITY_READ,
    _P.RESIDENCE_READ,
    _P.FILE_READ,
    _P.HEALTH_READ,
    _P.TREATMENT_READ,
    _P.SUPPORT_READ,
    _P.NETWORK_READ,
    _P.WORKER_READ,
    _P.PLAN_READ,
    _P.SYNC_READ,
)
_WRITE = (
    _P.PERSON_WRITE,
    _P.IDENTITY_WRITE,
    _P.RESIDENCE_WRITE,
    _P.FILE_WRITE,
    _P.HEALTH_WRITE,
    _P.TREATMENT_WRITE,
    _P.SUPPORT_WRITE,
    _P.NETWORK_WRITE,
    _P.PLAN_WRITE,
)

_TASKS = (_P.TASK_READ, _P.TASK_SETTLE)
_SUBJECT_RIGHTS = (_P.SUBJECT_REQUEST_READ, _P.SUBJECT_REQUEST_WRITE, _P.EXPORT_READ, _P.ACCESS_LOG_READ)


def _for(purpose: Purpose, *permissions: Permission) -> dict[Permission, Purpose]:
    return dict.fromkeys(permissions, purpose)


POLICY: Mapping[Role, Mapping[Permission, Purpose]] = {
    Role.COMMUNE_OFFICER: _for(Purpose.CASE_MANAGEMENT, *_READ, *_WRITE, *_TASKS)
    | _for(Purpose.CASE_MANAGEMENT, _P.SITUATION_READ, _P.SITUATION_WRITE, _P.SYNC_WRITE)
    | _for(Purpose.CASE_MANAGEMENT, _P.DUPLICATE_READ, _P.MERGE_READ, _P.MERGE_WRITE)
    | _for(Purpose.REPORTING, _P.REPORT_READ)
    | _for(Purpose.DATA_SUBJECT_RIGHTS, *_SUBJECT_RIGHTS)
    | _for(Purpose.EMERGENCY, _P.EMERGENCY_READ),
    Role.FACILITY_OFFICER: _for(
        Purpose.TREATMENT,
        _P.ORGANISATION_READ,
        _P.PERSON_READ,
        _P.TREATMENT_READ,
        _P.TREATMENT_WRITE,
        _P.SYNC_READ,
        _P.SYNC_WRITE,
        *_TASKS,
    ),
    Role.NETWORK_OFFICER: _for(
        Purpose.CASE_MANAGEMENT,
        _P.ORGANISATION_READ,
        _P.PERSON_READ,
        _P.SUPPORT_READ,
        _P.SUPPORT_WRITE,
        _P.NETWORK_READ,
        _P.WORKER_READ,
        _P.NETWORK_WRITE,
        _P.SYNC_READ,
        _P.SYNC_WRITE,
        *_TASKS,
    ),
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
        _P.NETWORK_READ,
        _P.WORKER_READ,
        _P.SYNC_READ,
        _P.SYNC_WRITE,
        *_TASKS,
    )
    | _for(Purpose.EMERGENCY, _P.EMERGENCY_READ),
    Role.PROVINCE_MANAGER: _for(Purpose.SUPERVISION, *_READ, *_WRITE, *_TASKS)
    | _for(Purpose.SUPERVISION, _P.SITUATION_READ, _P.SITUATION_WRITE, _P.ORGANISATION_WRITE, _P.SYNC_WRITE)
    | _for(Purpose.SUPERVISION, _P.DUPLICATE_READ, _P.MERGE_READ, _P.MERGE_WRITE)
    | _for(Purpose.REPORTING, _P.REPORT_READ)
    | _for(Purpose.DATA_SUBJECT_RIGHTS, *_SUBJECT_RIGHTS, _P.ERASURE_WRITE)
    | _for(Purpose.EMERGENCY, _P.EMERGENCY_READ)
    | _for(Purpose.SECURITY, _P.BREACH_READ, _P.BREACH_WRITE),
    Role.PROVINCE_SYSTEM: _for(Purpose.REPORTING, *_READ, _P.SITUATION_READ, _P.REPORT_READ),
    Role.ANALYST: _for(Purpose.REPORTING, _P.REPORT_READ, _P.ORGANISATION_READ, _P.NETWORK_READ, _P.PLAN_READ),
    Role.AUDITOR: _for(Purpose.SUPERVISION, _P.ORGANISATION_READ, _P.AUDIT_READ, *_TASKS)
    | _for(Purpose.SECURITY, _P.BREACH_READ),
    Role.ADMINISTRATOR: _for(Purpose.ADMINISTRATION, _P.GRANT_MANAGE, _P.ORGANISATION_READ, _P.ORGANISATION_WRITE)
    | _for(Purpose.ADMINISTRATION, *_TASKS)
    | _for(Purpose.SECURITY, _P.BREACH_READ, _P.BREACH_WRITE),
}
"""Role by permission by purpose. What is not here is refused."""


READING: Mapping[FieldGroup, Permission] = {group: Permission(f"{group}:read") for group in FieldGroup}
"""The permission that opens each group of fields."""


@dataclass(frozen=True, slots=True)
class Access:
    """What an operation asks for: the permission that admits, and the groups of fields that its answer may show.

    `may_show` are groups that the answer shows to a role that reads them, and leaves out for others. `filters` names
    parameters that tell as much as a field of the group does: to filter by it is to read it.
    """

    permission: Permission
    shows: frozenset[FieldGroup] = frozenset()
    may_show: frozenset[FieldGroup] = frozenset()
    filters: Mapping[str, FieldGroup] = field(default_factory=dict)

    @property
    def needed(self) -> frozenset[Permission]:
        """Everything that a role must hold: who may not see what the answer shows is not admitted."""
        return frozenset({self.permission, *(READING[group] for group in self.shows)})

    def admits(self, role: Role) -> bool:
        """Whether the table gives the operation to a role."""
        return self.needed <= POLICY[role].keys()

    def shown_to(self, role: Role) -> frozenset[FieldGroup]:
        """The groups that the answer shows to a role that is admitted."""
        return self.shows | {group for group in self.may_show if READING[group] in POLICY[role]}
