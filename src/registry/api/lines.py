"""Lines of lists across people: a page of records, each with its person, audited and opened."""

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement

from registry.api.pagination import Paging, Slice
from registry.api.records.kind import Desk
from registry.api.records.listing import Listing
from registry.api.schemas.lists import PersonBrief
from registry.api.schemas.records import RecordOut
from registry.db import line_lists, trail
from registry.db.records import entity_of
from registry.db.tables.columns import OfPerson
from registry.db.tables.persons import PersonRow

L = TypeVar("L", bound=RecordOut)


class LineKey(NamedTuple):
    """Where a page of lines begins."""

    sort_key: str
    person_id: UUID
    id: UUID


async def page_of(
    listing: Listing, table: type[OfPerson], *conditions: ColumnElement[bool], units: tuple[int, ...] | None = None
) -> Slice[tuple[Any, PersonBrief]]:
    """Show a page of the records of people in reach that meet conditions, in Vietnamese order of the names."""
    actor, paging = listing.desk.actor, listing.paging
    rows = await line_lists.of_people(
        listing.desk.session,
        table,
        *conditions,
        units=units,
        scope=actor.scope,
        today=actor.today,
        limit=paging.limit,
        after=paging.after(LineKey),
    )
    return await shown(listing.desk, paging, table, rows)


async def shown(
    desk: Desk, paging: Paging, table: type[OfPerson], rows: Sequence[tuple[OfPerson, PersonRow]]
) -> Slice[tuple[Any, PersonBrief]]:
    """Cut a page out of loaded records, leave the trace of whom it shows, and open what is sealed in it."""
    page = paging.page(rows, key=lambda line: LineKey(line[1].sort_key, line[0].person_id, line[0].id))
    people = [person for _, person in page.items]
    await trail.audit(
        desk.session,
        desk.actor.act,
        persons=[person.id for person in people],
        entity=entity_of(table),
        groups=desk.access.shows,
    )
    opened = await desk.vault.opened_all([row for row, _ in page.items])
    return Slice(list(zip(opened, map(PersonBrief.model_validate, people), strict=True)), page.next)


def written(page: Slice[tuple[Any, PersonBrief]], record: type[RecordOut], line: type[L]) -> Slice[L]:
    """Write each line as its record is shown elsewhere, with the person beside it."""
    told = (record.model_validate(row).model_dump() | {"person": person} for row, person in page.items)
    return Slice([line.model_validate(each) for each in told], page.next)
