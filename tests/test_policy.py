"""The policy is one: what roles hold, what operations ask for, and what the documents say."""

import re
from pathlib import Path

import pytest
from fastapi import FastAPI

from registry.api import openapi, policy_page
from registry.api.operations import Operation, operations_of
from registry.cli.openapi import application_of_routes
from registry.domain.access import FieldGroup, Permission, Role
from registry.domain.policy import READING, Access

ROOT = Path(__file__).parents[1]
APP = application_of_routes()
OPERATIONS = operations_of(APP)
ASKING = [operation for operation in OPERATIONS if operation.access is not None]
IDENTIFYING = re.compile(r"name|number|phone|address|birth|alias|document_id|cccd|cmnd|passport")
"""Parameters whose value would say who somebody is."""


@pytest.fixture(scope="module")
def app() -> FastAPI:
    return APP


def of_each_asking() -> pytest.MarkDecorator:
    return pytest.mark.parametrize("operation", ASKING, ids=lambda operation: operation.id)


def test_the_list_of_operations_is_the_specification_s(app: FastAPI) -> None:
    specified = {
        operation["operationId"] for operation in openapi.operations(openapi.build(app)) if operation["security"]
    }

    assert len(ASKING) > 60
    assert {operation.id for operation in OPERATIONS} == specified


def test_the_page_says_what_the_code_admits_by() -> None:
    assert (ROOT / "docs" / "policy.md").read_text("utf-8") == policy_page.render(OPERATIONS)


@of_each_asking()
def test_every_operation_is_for_somebody(operation: Operation) -> None:
    assert operation.roles


@of_each_asking()
def test_no_filter_asks_for_what_is_shown_anyway(operation: Operation) -> None:
    assert operation.access is not None
    assert operation.access.shows.isdisjoint(operation.access.filters.values())


def test_who_may_not_see_what_is_shown_is_not_admitted() -> None:
    named = Access(Permission.PERSON_READ, frozenset({FieldGroup.PERSON}))
    numbered = Access(Permission.PERSON_READ, frozenset({FieldGroup.PERSON, FieldGroup.IDENTITY}))

    assert named.admits(Role.FACILITY_OFFICER)
    assert not numbered.admits(Role.FACILITY_OFFICER)
    assert numbered.admits(Role.COMMUNE_OFFICER)


def test_every_group_of_fields_has_the_permission_that_opens_it() -> None:
    assert set(READING) == set(FieldGroup)


def test_nothing_that_identifies_stands_in_an_address(app: FastAPI) -> None:
    """Addresses are kept by proxies and histories (ASVS 14.2.1)."""
    named = {
        (operation["operationId"], parameter["name"])
        for operation in openapi.operations(openapi.build(app))
        for parameter in operation.get("parameters", ())
        if parameter["in"] in {"path", "query"} and IDENTIFYING.search(parameter["name"])
    }

    assert named == set()
