"""What holds for every route, table and kind of record, also those that nobody has thought of yet."""

import ast
import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest
import sqlalchemy as sa
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts
from pydantic import BaseModel
from sqlmodel import SQLModel

import registry.api
import registry.api.kinds
from registry.api.app import create_app
from registry.api.deps import Requires, current_actor
from registry.api.records.kind import Kind
from registry.api.strict_json import StrictRoute
from registry.db.tables.all import metadata
from registry.db.tables.columns import OfPerson, OfUnit, Recorded
from registry.domain.access import Permission
from registry.domain.policy import POLICY
from registry.settings import Settings
from registry.vault.ring import new_entry

APP = create_app(
    Settings(
        secret="a secret for tests only, never for a service",
        master_keys=new_entry(1),
        metrics_open=True,
        docs_open=True,
    )
)

ROUTES = [
    (context.path or "", context.original_route)
    for context in iter_route_contexts(APP.routes)
    if isinstance(context.original_route, APIRoute)
]
GUARDED = [(path, route) for path, route in ROUTES if path.startswith("/v1/")]

PUBLIC = {"/", "/health/live", "/health/ready", "/problems", "/problems/{code}", "/openapi.json", "/docs", "/metrics"}
"""Routes that answer anyone: they hold nothing but what the software itself is."""

FOR_EVERY_CALLER = {
    *("list_units", "get_unit", "list_unit_children", "get_unit_successors"),
    *("list_code_lists", "get_code_list", "list_indicators", "get_meta", "get_me"),
}
"""Operations that ask for a token and for no permission: the map, the code lists, what the service is, who calls."""

KINDS = list(
    {
        value.singular: value
        for module in pkgutil.iter_modules(registry.api.kinds.__path__, "registry.api.kinds.")
        for value in vars(importlib.import_module(module.name)).values()
        if isinstance(value, Kind)
    }.values()
)

ROWS = {mapper.class_ for mapper in SQLModel._sa_registry.mappers}
RECORDS = sorted((row for row in ROWS if issubclass(row, Recorded)), key=lambda row: str(row.__tablename__))
TABLES = sorted(metadata.tables.values(), key=lambda table: table.name)

TRAILS = {"audit_event", "change_feed", "task", "person_read", "sync_rejection"}
"""Tables that outlive what they tell of: they name people without a key to them."""


def calls(dependant: Dependant) -> Iterator[Callable[..., Any]]:
    """Walk what a route depends on."""
    for dependency in dependant.dependencies:
        if dependency.call is not None:
            yield dependency.call
        yield from calls(dependency)


def classes_in(annotation: Any, seen: set[Any] | None = None) -> Iterator[type]:  # noqa: ANN401 - an annotation is anything
    """Walk the classes that an annotation names, through its arguments and the fields of its models."""
    seen = set() if seen is None else seen
    if id(annotation) in seen:
        return
    seen.add(id(annotation))
    if inspect.isclass(annotation):
        yield annotation
        if issubclass(annotation, BaseModel):
            for field in annotation.model_fields.values():
                yield from classes_in(field.annotation, seen)
    for argument in get_args(annotation):
        yield from classes_in(argument, seen)


def for_each(routes: list[tuple[str, APIRoute]]) -> pytest.MarkDecorator:
    named = [pytest.param(path, route, id=f"{'/'.join(sorted(route.methods or ()))} {path}") for path, route in routes]
    return pytest.mark.parametrize(("path", "route"), named)


every_route = for_each(ROUTES)
every_guarded_route = for_each(GUARDED)
every_kind = pytest.mark.parametrize("kind", KINDS, ids=[kind.singular for kind in KINDS])
every_record = pytest.mark.parametrize("row", RECORDS, ids=[str(row.__tablename__) for row in RECORDS])
every_table = pytest.mark.parametrize("table", TABLES, ids=[table.name for table in TABLES])


def test_the_walks_see_something() -> None:
    """Or every test below passes on nothing."""
    assert len(GUARDED) > 60
    assert len(KINDS) >= 18
    assert len(RECORDS) >= 18
    assert len(TABLES) > 20


class TestRoutes:
    @every_route
    def test_every_route_knows_its_actor(self, path: str, route: APIRoute) -> None:
        assert current_actor in set(calls(route.dependant)) or path in PUBLIC or path.startswith("/docs/assets/")

    def test_the_list_of_public_routes_names_no_other(self) -> None:
        assert {path for path, _ in ROUTES} >= PUBLIC

    @every_guarded_route
    def test_every_route_asks_for_a_permission(self, path: str, route: APIRoute) -> None:
        admitting = [call for call in calls(route.dependant) if isinstance(call, Requires)]

        assert bool(admitting) != (route.name in FOR_EVERY_CALLER), path

    @every_guarded_route
    def test_every_body_is_read_strictly(self, path: str, route: APIRoute) -> None:
        assert isinstance(route, StrictRoute), path

    @every_route
    def test_no_table_crosses_the_wire(self, path: str, route: APIRoute) -> None:
        hints = get_type_hints(route.endpoint, include_extras=True)
        named = [*hints.values(), route.response_model, *(answer.get("model") for answer in route.responses.values())]

        tables = {each.__name__ for hint in named for each in classes_in(hint) if issubclass(each, SQLModel)}

        assert not tables, path

    def test_no_handler_opens_a_transaction_of_its_own(self) -> None:
        found = {
            f"{module.stem}: {word}"
            for package in ("routers", "kinds", "records")
            for module in (Path(registry.api.__path__[0]) / package).glob("*.py")
            for word in _words(module) & {"sessions", "transaction", "commit", "rollback", "AsyncSession"}
            if (module.stem, word) != ("kind", "AsyncSession")
        }

        assert not found

    def test_every_permission_is_asked_for_and_held_by_someone(self) -> None:
        held = {permission for permissions in POLICY.values() for permission in permissions}

        assert held == set(Permission)


class TestKinds:
    @every_kind
    def test_every_kind_has_all_routes(self, kind: Kind) -> None:
        singular = kind.singular
        mounted = {route.operation_id or route.name for _, route in ROUTES}

        missing = {
            f"create_{singular}",
            f"get_{singular}",
            f"change_{singular}",
            f"void_{singular}",
            f"list_{singular}_versions",
        } - mounted

        assert not missing

    @every_kind
    def test_every_kind_of_a_person_s_record_is_listed_under_the_person(self, kind: Kind) -> None:
        paths = {path.replace("{person_id:uuid}", "{person_id}") for path, route in ROUTES if route.methods == {"GET"}}
        owner = "/persons/{person_id}" if issubclass(kind.table, OfPerson) else ""

        assert f"/v1{owner}/{kind.collection}" in paths

    def test_every_table_of_records_has_a_kind(self) -> None:
        assert {kind.table.__name__ for kind in KINDS} == {row.__name__ for row in RECORDS}

    @every_kind
    def test_every_column_that_a_body_may_set_is_shown(self, kind: Kind) -> None:
        settable = set(kind.body.model_fields)

        assert settable <= set(kind.out.model_fields)
        assert settable == set(kind.patch.model_fields)
        assert settable <= set(kind.create.model_fields)

    @every_kind
    def test_no_body_sets_what_the_service_keeps(self, kind: Kind) -> None:
        kept = set(Recorded.model_fields) | {"person_id", "unit_id", "root_id", "track", "number_index", "sort_key"}

        assert kept.isdisjoint(kind.create.model_fields)
        assert kept.isdisjoint(kind.patch.model_fields)

    @every_kind
    def test_what_the_service_keeps_to_itself_is_not_shown(self, kind: Kind) -> None:
        assert {"unit_id", "fingerprint", "number_index", "changed_by"}.isdisjoint(kind.out.model_fields)


class TestTables:
    @every_record
    def test_every_record_has_version_state_author_and_fingerprint(self, row: type[Recorded]) -> None:
        columns = metadata.tables[str(row.__tablename__)].columns
        needed = ("version", "state", "recorded_at", "changed_at", "changed_by", "fingerprint")

        assert [name for name in needed if columns[name].nullable] == []
        assert columns["void_reason"].nullable

    @every_record
    def test_every_record_is_keyed_by_its_id_under_its_person(self, row: type[Recorded]) -> None:
        key = [column.name for column in metadata.tables[str(row.__tablename__)].primary_key]

        assert key == (["person_id", "id"] if issubclass(row, OfPerson) else ["id"])

    @every_record
    def test_every_record_has_the_unit_that_access_goes_by(self, row: type[Recorded]) -> None:
        unit_id = metadata.tables[str(row.__tablename__)].columns["unit_id"]

        assert isinstance(unit_id.type, sa.Integer)
        assert not unit_id.nullable
        if issubclass(row, OfUnit):
            assert {key.target_fullname for key in unit_id.foreign_keys} == {"unit.id"}

    @every_table
    def test_what_belongs_to_a_person_follows_the_person_s_unit(self, table: sa.Table) -> None:
        if "person_id" not in table.columns or table.name in TRAILS:
            return
        keys = [
            (key.column_keys, [element.target_fullname for element in key.elements], key.onupdate)
            for key in table.foreign_key_constraints
        ]

        assert (["person_id", "unit_id"], ["person.id", "person.unit_id"], "CASCADE") in keys
        assert table.primary_key.columns[0].name == "person_id" or table.columns["person_id"].nullable

    @every_table
    def test_every_instant_has_its_offset(self, table: sa.Table) -> None:
        instants = [column for column in table.columns if _python_type(column) is datetime]

        assert [column.name for column in instants if not getattr(column.type, "timezone", False)] == []

    @every_table
    def test_no_column_is_a_native_enum(self, table: sa.Table) -> None:
        assert [column.name for column in table.columns if isinstance(column.type, sa.Enum)] == []

    @every_table
    def test_every_constraint_has_a_name(self, table: sa.Table) -> None:
        assert [constraint for constraint in table.constraints if not constraint.name] == []

    @every_table
    def test_what_is_searched_or_sorted_by_is_compared_byte_by_byte(self, table: sa.Table) -> None:
        computed = [
            name for name in ("sort_key", "folded_name", "token", "name_sort", "name_folded") if name in table.c
        ]

        assert [name for name in computed if getattr(table.c[name].type, "collation", None) != "C"] == []

    def test_no_identity_number_is_unique(self) -> None:
        documents = metadata.tables["identity_document"]
        constraints = {each.name for each in documents.constraints if isinstance(each, sa.UniqueConstraint)}
        indexes = {index.name for index in documents.indexes if index.unique}

        assert constraints | indexes == set()


def _words(module: Path) -> set[str]:
    """Collect every name that a module uses."""
    nodes = list(ast.walk(ast.parse(module.read_text(encoding="utf-8"))))
    names = {node.id for node in nodes if isinstance(node, ast.Name)}
    return names | {node.attr for node in nodes if isinstance(node, ast.Attribute)}


def _python_type(column: sa.Column[Any]) -> type | None:
    """Ask the library, which raises for a type of PostgreSQL that has none in Python."""
    try:
        return column.type.python_type
    except NotImplementedError:
        return None
