"""What the database holds afterwards, beside what was sent and what was acknowledged."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import asyncpg

from fault.journal import Journal
from fault.plan import Batch

_VIEW = """
    CREATE TEMPORARY VIEW stored AS
    SELECT 'person' AS entity, id, version FROM person
    UNION ALL SELECT 'drug_test', id, version FROM drug_test
    UNION ALL SELECT 'residence', id, version FROM residence
"""
_NAMED = """
    CREATE TEMPORARY VIEW named AS
    SELECT reference, version, substring(reference FROM '[0-9a-f-]{36}$')::uuid AS id FROM idempotency_key
"""
_TRACES = {
    "records_without_one_feed_row": """
        SELECT count(*) FROM stored LEFT JOIN (
            SELECT entity, record_id, version, count(*) AS times FROM change_feed WHERE op = 'upsert' GROUP BY 1, 2, 3
        ) fed ON (fed.entity, fed.record_id, fed.version) = (stored.entity, stored.id, stored.version)
        WHERE fed.times IS DISTINCT FROM 1
    """,
    "feed_rows_without_record": """
        SELECT count(*) FROM change_feed fed LEFT JOIN stored
            ON (stored.entity, stored.id) = (fed.entity, fed.record_id)
        WHERE stored.id IS NULL
    """,
    "records_without_audit_row": """
        SELECT count(*) FROM change_feed fed LEFT JOIN audit_event seen
            ON (seen.xid, seen.entity, seen.record_id) = (fed.xid, fed.entity, fed.record_id) AND decision = 'allowed'
        WHERE seen.xid IS NULL
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
    sent = {operation["id"] for batch in batches for operation in batch.operations}
    keyed = {record_id: 0 for _, record_id in journal.keyed.values()}
    for request, record_id in journal.keyed.values():
        keyed[record_id] = max(keyed[record_id], request.version)
    expected = Counter((record_id, request.version) for request, record_id in journal.keyed.values())
    connection = await asyncpg.connect(url.replace("+asyncpg", ""), server_settings={"jit": "off"})
    try:
        await connection.execute(_VIEW)
        await connection.execute(_NAMED)
        stored = await connection.fetch("SELECT * FROM stored")
        own = [str(row["id"]) for row in stored if row["entity"] != "residence"]
        versions = {str(row["id"]): row["version"] for row in stored}
        told = {str(row[0]): int(row[1]) for row in await connection.fetch("SELECT record_id, xid FROM change_feed")}
        named = Counter((str(row[0]), row[1]) for row in await connection.fetch("SELECT id, version FROM named"))
        traces = {name: await connection.fetchval(query) for name, query in _TRACES.items()}
    finally:
        await connection.close()
    return Verdict(
        lost=sum(versions.get(name) != version for name, (version, _) in journal.acknowledged.items())
        + sum(versions.get(name) != version for name, version in keyed.items()),
        doubled=len(own) - len(set(own)),
        unknown=len(set(own) - sent - keyed.keys()),
        told_after_their_position=sum(
            told.get(name, 0) > position for name, (_, position) in journal.acknowledged.items()
        ),
        **traces,
        requests_without_one_key=((named - expected) + (expected - named)).total(),
        broken_answers=tuple(journal.broken[:10]),
    )
