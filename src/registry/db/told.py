"""What the feed tells its audiences: the units or the organisations of a scope, in one order."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from operator import attrgetter
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, Integer, Text, Uuid, bindparam, text
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db.prepared import Prepared
from registry.db.records import Key, entity_of
from registry.db.tables.persons import PersonRow
from registry.domain.access import OrganisationScope, Scope, UnitScope
from registry.domain.feed import Position

_PERSON = entity_of(PersonRow)
_NEVER = Position(2**63 - 1, 2**63 - 1)
_position = attrgetter("xid", "seq")
_audience = attrgetter("audience")
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
    """A row of the feed as it is read, and the unit or the organisation that it tells."""

    audience: int | UUID
    xid: int
    seq: int
    entity: str
    record_id: UUID
    person_id: UUID | None
    op: str
    version: int

    @property
    def position(self) -> Position:
        """Where it stands."""
        return Position(self.xid, self.seq)

    @property
    def key(self) -> Key:
        """What names its record."""
        return Key(self.record_id, self.person_id)


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
    the page ends may have more to tell, and are read on to there; so no page costs as many rows as it has audiences.
    """
    most = limit + 1
    begin: dict[int | UUID, Position] = dict.fromkeys(ids_of(scope), after)
    end = _NEVER
    share = min(most, 2 * most // max(len(begin), 1) + _SPARE)
    told: list[Told] = []
    while begin:
        walk = _walk(by_units=isinstance(scope, UnitScope))
        found = await _walked(session, walk, begin, end, entities, most=most, share=share)
        told = sorted((*told, *found), key=_position)[:most]
        end = told[-1].position if len(told) == most else _NEVER
        rows_of = Counter(map(_audience, found))
        last_of = {row.audience: row for row in found}
        begin = {
            audience: last.position
            for audience, last in last_of.items()
            if rows_of[audience] == share and last.position < end
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
    walk: Prepared,
    begin: Mapping[int | UUID, Position],
    end: Position,
    entities: Iterable[str],
    *,
    most: int,
    share: int,
) -> list[Told]:
    """Load the first `most` rows between where each audience begins and the end, of none more than its share."""
    rows = await walk.all(
        session,
        audiences=list(begin),
        xids=[str(after.xid) for after in begin.values()],
        seqs=[after.seq for after in begin.values()],
        end_xid=str(end.xid),
        end_seq=end.seq,
        entities=sorted(entities),
        share=share,
        most=most,
    )
    return list(map(Told._make, rows))


@cache
def _walk(*, by_units: bool) -> Prepared:
    """One walk along the index for each audience, however many there are."""
    column, audience = ("unit_id", Integer()) if by_units else ("organisation_id", Uuid())
    statement = text(f"""
        SELECT audience.id, told.xid::text::bigint, told.seq, entity, record_id,
            CASE WHEN entity <> '{_PERSON}' THEN person_id END, op, version
        FROM unnest(:audiences, :xids, :seqs) AS audience (id, xid, seq) CROSS JOIN LATERAL (
            SELECT * FROM change_feed
            WHERE {column} = audience.id AND (xid, seq) > (CAST(audience.xid AS xid8), audience.seq)
              AND (xid, seq) < (CAST(:end_xid AS xid8), :end_seq)
              AND xid < pg_snapshot_xmin(pg_current_snapshot()) AND entity = ANY (:entities)
            ORDER BY xid, seq LIMIT :share
        ) AS told
        ORDER BY told.xid, told.seq LIMIT :most
    """)  # noqa: S608 - names of our own columns
    typed = statement.bindparams(
        bindparam("audiences", type_=ARRAY(audience)),
        bindparam("xids", type_=ARRAY(Text())),
        bindparam("seqs", type_=ARRAY(BigInteger())),
        bindparam("end_xid", type_=Text()),
        bindparam("end_seq", type_=BigInteger()),
        bindparam("entities", type_=ARRAY(Text())),
        *(bindparam(name, type_=Integer()) for name in ("share", "most")),
    )
    return Prepared(typed)
