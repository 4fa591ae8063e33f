"""What the database holds afterwards, beside what was sent and what was acknowledged."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import asyncpg

from fault import stored
from fault.journal import Journal
from fault.notebook import Operation
from fault.plan import Batch
from fault.stored import Name
from registry.api.sync.kinds import KINDS
from registry.db.records import entity_of
from registry.domain.sync import SyncKind

_NAMED = """
    CREATE TEMPORARY VIEW named AS
    SELECT reference, version, substring(reference FROM '[0-9a-f-]{36}$')::uuid AS id FROM idempotency_key
"""
_FOUND = "SELECT entity, id, version FROM stored"
_TOLD = """
    SELECT entity, record_id, max(CAST(xid AS text)::bigint) FROM change_feed
    WHERE op IN ('upsert', 'void') GROUP BY 1, 2
"""
_TRACES = {
    "records_without_one_feed_row": """
        SELECT count(*) FROM stored LEFT JOIN (
            SELECT entity, record_id, version, count(unit_id) AS units,
                   array_remove(array_agg(organisation_id), NULL) AS organisations,
                   count(organisation_id) - count(DISTINCT organisation_id) AS told_again
            FROM change_feed WHERE op IN ('upsert', 'void') GROUP BY 1, 2, 3
        ) fed ON (fed.entity, fed.record_id, fed.version) = (stored.entity, stored.id, stored.version)
        WHERE fed.units IS DISTINCT FROM 1 OR fed.told_again > 0
           OR (stored.told IS NOT NULL AND stored.told <> ALL (fed.organisations))
    """,
    "feed_rows_without_record": """
        SELECT count(*) FROM change_feed fed LEFT JOIN stored
            ON (stored.entity, stored.id) = (fed.entity, fed.record_id)
        WHERE stored.id IS NULL
    """,
    "records_without_audit_row": """
        SELECT count(*) FROM change_feed fed LEFT JOIN audit_event seen
            ON (seen.xid, seen.entity, seen.record_id) = (fed.xid, fed.entity, fed.record_id) AND decision = 'allowed'
        WHERE op IN ('upsert', 'void') AND seen.xid IS NULL
    """,
    "keys_without_record": """
        SELECT count(*) FROM named LEFT JOIN stored ON stored.id = named.id AND stored.version >= named.version
        WHERE stored.id IS NULL
    """,
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was broken, by number; all are 0 where every promise was kept."""

    lost: int
    doubled: int
    unknown: int
    told_after_their_position: int
    records_without_one_feed_row: int
    feed_rows_without_record: int
    records_without_audit_row: int
    keys_without_record: int
    requests_without_one_key: int
    broken_answers: tuple[str, ...]

    @property
    def is_kept(self) -> bool:
        """Whether every promise was kept."""
        counts = (self.lost, self.doubled, self.unknown, self.told_after_their_position)
        traces = (self.records_without_one_feed_row, self.feed_rows_without_record, self.records_without_audit_row)
        keys = (self.keys_without_record, self.requests_without_one_key)
        return not any((*counts, *traces, *keys, self.broken_answers))


async def compare(url: str, batches: Sequence[Batch], journal: Journal) -> Verdict:
    """Compare records, feed, audit log and keys with the journal."""
    connection = await asyncpg.connect(url.replace("+asyncpg", ""), server_settings={"jit": "off"})
    try:
        await connection.execute(stored.view())
        await connection.execute(_NAMED)
        found = {(entity, str(record)): version for entity, record, version in await connection.fetch(_FOUND)}
        told = {(entity, str(record)): int(xid) for entity, record, xid in await connection.fetch(_TOLD)}
        named = Counter((str(row[0]), row[1]) for row in await connection.fetch("SELECT id, version FROM named"))
        doubled = await connection.fetchval("SELECT count(*) - count(DISTINCT (entity, id)) FROM stored")
        traces = {name: await connection.fetchval(query) for name, query in _TRACES.items()}
    finally:
        await connection.close()
    sent = {name for batch in batches for operation in batch.operations for name in _names_of(operation)}
    expected, positions = _acknowledged(batches, journal)
    keyed = Counter((record_id, request.version) for request, record_id in journal.keyed.values())
    return Verdict(
        lost=sum(found.get(name, 0) < version for name, version in expected.items()),
        doubled=doubled + sum(found.get(name, 0) > version for name, version in expected.items()),
        unknown=len(found.keys() - sent - expected.keys()),
        told_after_their_position=sum(told.get(name, 0) > position for name, position in positions.items()),
        **traces,
        requests_without_one_key=((named - keyed) + (keyed - named)).total(),
        broken_answers=tuple(journal.broken[:10]),
    )


def _acknowledged(batches: Sequence[Batch], journal: Journal) -> tuple[dict[Name, int], dict[Name, int]]:
    """The versions that were acknowledged, and the positions, which a push alone tells."""
    versions: dict[Name, int] = {}
    positions: dict[Name, int] = {}
    for operation in (operation for batch in batches for operation in (*batch.operations, *batch.later)):
        if operation["ref"] in journal.acknowledged:
            version, position = journal.acknowledged[operation["ref"]]
            for name in _names_of(operation):
                versions[name], positions[name] = version, position
    for request, record_id in journal.keyed.values():
        for name in stored.names_of(request.kind, record_id, request.body):
            versions[name] = max(versions.get(name, 0), request.version)
    return versions, positions


def _names_of(operation: Operation) -> Iterator[Name]:
    kind, record_id = SyncKind(operation["kind"]), operation["id"]
    if operation["op"] == "create":
        return stored.names_of(kind, record_id, operation["body"])
    return iter([(entity_of(KINDS[kind].table), record_id)])
