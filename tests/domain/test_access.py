"""Who may do what: the policy table, and the refusal of units out of reach."""

from uuid import UUID

import pytest

from registry.domain.access import (
    FieldGroup,
    OrganisationScope,
    Permission,
    Purpose,
    Role,
    TokenScope,
    UnitNotGranted,
    UnitScope,
    require_units,
)
from registry.domain.policy import POLICY

PERSONAL = {permission for permission in Permission if permission.value.partition(":")[0] in set(FieldGroup)}
WRITING = {permission for permission in Permission if permission.value.endswith(":write")}


def test_every_role_has_its_line_in_the_policy() -> None:
    assert set(POLICY) == set(Role)


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.AUDITOR, Role.ANALYST])
def test_some_roles_see_no_personal_data(role: Role) -> None:
    assert PERSONAL.isdisjoint(POLICY[role])


def test_an_organisation_reads_people_and_its_own_treatment_and_nothing_else() -> None:
    assert set(POLICY[Role.FACILITY_OFFICER]) == {
        Permission.ORGANISATION_READ,
        Permission.PERSON_READ,
        Permission.TREATMENT_READ,
        Permission.TREATMENT_WRITE,
        Permission.SYNC_READ,
        Permission.SYNC_WRITE,
        Permission.TASK_READ,
        Permission.TASK_SETTLE,
    }
    assert set(POLICY[Role.NETWORK_OFFICER]) == {
        Permission.ORGANISATION_READ,
        Permission.PERSON_READ,
        Permission.SUPPORT_READ,
        Permission.SUPPORT_WRITE,
        Permission.NETWORK_READ,
        Permission.NETWORK_WRITE,
        Permission.WORKER_READ,
        Permission.SYNC_READ,
        Permission.SYNC_WRITE,
        Permission.TASK_READ,
        Permission.TASK_SETTLE,
    }


@pytest.mark.parametrize("role", [Role.PROVINCE_SYSTEM, Role.ANALYST, Role.AUDITOR])
def test_some_roles_only_read(role: Role) -> None:
    assert WRITING.isdisjoint(POLICY[role])


def test_only_the_administrator_manages_grants() -> None:
    assert [role for role in Role if Permission.GRANT_MANAGE in POLICY[role]] == [Role.ADMINISTRATOR]


@pytest.mark.parametrize("role", list(Role))
def test_who_writes_reads_too(role: Role) -> None:
    read_as = {"erasure": "subject_request"}  # an order of erasure is read with what people ask for
    written = {permission.value.partition(":")[0] for permission in POLICY[role] if permission in WRITING}

    assert {Permission(f"{read_as.get(group, group)}:read") for group in written} <= set(POLICY[role])


@pytest.mark.parametrize(
    ("permission", "scope"),
    [
        (Permission.PERSON_READ, TokenScope.READ),
        (Permission.PERSON_WRITE, TokenScope.WRITE),
        (Permission.REPORT_READ, TokenScope.REPORT),
        (Permission.GRANT_MANAGE, TokenScope.ADMIN),
    ],
)
def test_a_permission_names_the_scope_that_a_token_must_carry(permission: Permission, scope: TokenScope) -> None:
    assert permission.token_scope is scope


def test_every_purpose_of_the_policy_is_one() -> None:
    assert {purpose for permissions in POLICY.values() for purpose in permissions.values()} == set(Purpose)


class TestRequireUnits:
    def test_units_in_reach_pass(self) -> None:
        require_units(UnitScope((1, 2, 3)), 1, 3)

    @pytest.mark.parametrize("scope", [UnitScope((1, 2, 3)), UnitScope(()), OrganisationScope((UUID(int=1),))])
    def test_one_unit_out_of_reach_is_enough(self, scope: UnitScope | OrganisationScope) -> None:
        with pytest.raises(UnitNotGranted) as refused:
            require_units(scope, 1, 4, pointer="/unit_code")
        assert refused.value.pointer == "/unit_code"
