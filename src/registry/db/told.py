"""What the feed tells its audiences: the units or the organisations of a scope, in one order."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, Integer, Text, Uuid, bindparam, text
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db.prepared import Prepared
from registry.db.records import Key, entity_of
from registry.db.tables.persons import PersonRow
from registry.domain.access import OrganisationScope, Scope, UnitScope
from registry.domain.feed import Position
from registry.domain.record import FeedOperation

_PERSON = entity_of(PersonRow)
_SPARE = 16
"""Rows beyond twice the mean that each audience is read for: few have more, where changes are spread evenly."""
_BELOW = Prepared(text("SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS xid"))
"""Every transaction below this one is finished: nothing can appear there any more."""

_OLDEST_OPEN = Prepared(
    text("""
        SELECT pg_snapshot_xmin(now)::text AS xid FROM pg_current_snapshot() AS now
        WHERE pg_snapshot_xmin(now) < pg_snapshot_xmax(now)
    """)
)


class Told(NamedTuple):
    """A row of the feed, and the unit or the organisation that it tells."""

    audience: int | UUID
    position: Position
    entity: str
    key: Key
    op: FeedOperation
    version: int


async def below(session: AsyncSession) -> int:
    """The transaction below which everything can be told."""
    (row,) = await _BELOW.all(session)
    return int(row.xid)


async def oldest_open(session: AsyncSession) -> int | None:
    """The oldest transaction, of any database of the server, that writes and is open; None if none has ended since."""
    return next((int(row.xid) for row in await _OLDEST_OPEN.all(session)), None)


async def changes(
    session: AsyncSession, scope: Scope, entities: Iterable[str], *, after: Position, limit: int
) -> Sequence[Told]:
    """Load what an audience is told after a position, in order; one row more than `limit` tells that there is more.

    Each unit or organisation is read as far as its share of the page at first. Those that have told all of it before
    the page ends may have more to tell, and are read on; so no page costs as many rows as it has audiences.
    """
    most = limit + 1
    begin: dict[int | UUID, Position] = dict.fromkeys(ids_of(scope), after)
    share = min(most, 2 * most // max(len(begin), 1) + _SPARE)
    told: list[Told] = []
    while begin:
        found = await _walked(session, begin, entities, most=most, share=share, by_units=isinstance(scope, UnitScope))
        told = sorted((*told, *found), key=lambda row: row.position)[:most]
        end = told[-1].position if len(told) == most else None
        rows_of = Counter(row.audience for row in found)
        last_of = {row.audience: row.position for row in found}
        begin = {
            audience: last
            for audience, last in last_of.items()
            if rows_of[audience] == share and (end is None or last < end)
        }
        share = most
    return told


def ids_of(scope: Scope) -> list[int] | list[UUID]:
    """The audiences of a scope: its units, or its organisations."""
    match scope:
        case UnitScope(units):
            return list(units)
        case OrganisationScope(organisations):
            return list(organisations)
        case _:
            raise TypeError("an emergency access follows no feed")


async def _walked(
    session: AsyncSession,
    begin: Mapping[int | UUID, Position],
    entities: Iterable[str],
    *,
    most: int,
    share: int,
    by_units: bool,
) -> list[Told]:
    """Load the first `most` rows after where each audience begins, of none more than its share."""
    asked = {
        "audiences": list(begin),
        "xids": [str(after.xid) for after in begin.values()],
        "seqs": [after.seq for after in begin.values()],
        "entities": sorted(entities),
        "share": share,
        "most": most,
    }
    return [
        Told(
            audience=audience,
            position=Position(int(xid), seq),
            entity=entity,
            key=Key(record_id, None if entity == _PERSON else person_id),
            op=FeedOperation(op),
            version=version,
        )
        for audience, xid, seq, entity, person_id, record_id, op, version in await _changes(by_units=by_units).all(
            session, **asked
        )
    ]


@cache
def _changes(*, by_units: bool) -> Prepared:
    """One walk along the index for each audience, however many there are."""
    column, audience = ("unit_id", Integer()) if by_units else ("organisation_id", Uuid())
    statement = text(f"""
        SELECT audience.id, told.xid::text, told.seq, entity, person_id, record_id, op, version
        FROM unnest(:audiences, :xids, :seqs) AS audience (id, xid, seq) CROSS JOIN LATERAL (
            SELECT * FROM change_feed
            WHERE {column} = audience.id AND (xid, seq) > (CAST(audience.xid AS xid8), audience.seq)
              AND xid < pg_snapshot_xmin(pg_current_snapshot()) AND entity = ANY (:entities)
            ORDER BY xid, seq LIMIT :share
        ) AS told
        ORDER BY told.xid, told.seq LIMIT :most
    """)  # noqa: S608 - names of our own columns
    typed = statement.bindparams(
        bindparam("audiences", type_=ARRAY(audience)),
        bindparam("xids", type_=ARRAY(Text())),
        bindparam("seqs", type_=ARRAY(BigInteger())),
        bindparam("entities", type_=ARRAY(Text())),
        *(bindparam(name, type_=Integer()) for name in ("share", "most")),
    )
    return Prepared(typed)
