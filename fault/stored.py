"""Every kind that travels, as the database holds it: what a write leaves there, and one view of all."""

from collections.abc import Iterator, Mapping
from typing import Any

from registry.api.kinds.identity import RESIDENCES
from registry.api.kinds.organisations import ORGANISATIONS
from registry.api.kinds.persons import PERSONS
from registry.api.records.kind import Kind
from registry.api.sync.kinds import KINDS
from registry.db.records import entity_of
from registry.db.tables.columns import OfUnit
from registry.db.tables.network import OwnOrganisation
from registry.domain.sync import SyncKind

Name = tuple[str, str]
"""A record by its entity and its id."""


def names_of(kind: SyncKind, record_id: str, body: Mapping[str, Any]) -> Iterator[Name]:
    """Name the record that a write makes or corrects, and what the service writes along with it."""
    written = KINDS[kind]
    yield entity_of(written.table), record_id
    if written is PERSONS:
        yield entity_of(RESIDENCES.table), body["residence"]["id"]
    if issubclass(written.table, OwnOrganisation):
        yield entity_of(ORGANISATIONS.table), record_id


def view() -> str:
    """Make the view `stored`: records of all kinds, and the organisation that is told of one whoever it reaches."""
    return "CREATE TEMPORARY VIEW stored AS " + " UNION ALL ".join(map(_selected, KINDS.values()))


def _selected(kind: Kind) -> str:
    table = kind.table
    told = (issubclass(table, OfUnit) and table.organisation_column) or "CAST(NULL AS uuid)"
    return f"SELECT '{entity_of(table)}' AS entity, id, version, {told} AS told FROM {entity_of(table)}"  # noqa: S608 - names of our own tables
