"""A pull of 100,000 changes beside `COPY` of the same query as JSON, in the same role."""

from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any
from urllib.parse import quote

import asyncpg

from benchmarks.client import Request
from benchmarks.processor import seconds_of
from benchmarks.stage import Stage

CHANGES = 100_000
ROUNDS = 3
PAGE = 2000

_CONTEXT = "SELECT set_config('role', 'registry_units', true), set_config('app.units', $1, true)"
_TELL = f"""
    INSERT INTO change_feed (unit_id, person_id, entity, record_id, op, version)
    SELECT unit_id, person_id, entity, id, 'upsert', version FROM (
        SELECT unit_id, id AS person_id, 'person' AS entity, id, version FROM person
        UNION ALL SELECT unit_id, person_id, 'management_file', id, version FROM management_file
        UNION ALL SELECT unit_id, person_id, 'episode', id, version FROM episode
        UNION ALL SELECT unit_id, id, 'person', id, version FROM person
    ) AS record LIMIT {CHANGES}
"""  # noqa: S608 - made of a number
_COPIED = """
    SELECT json_build_object(
        'op', told.op, 'kind', told.entity, 'person_id', told.person_id, 'id', told.record_id, 'version', told.version,
        'record', coalesce(row_to_json(person), row_to_json(file), row_to_json(episode))
    )
    FROM change_feed AS told
    LEFT JOIN person ON told.entity = 'person' AND person.id = told.record_id
    LEFT JOIN management_file AS file
        ON told.entity = 'management_file' AND file.person_id = told.person_id AND file.id = told.record_id
    LEFT JOIN episode
        ON told.entity = 'episode' AND episode.person_id = told.person_id AND episode.id = told.record_id
    WHERE told.unit_id = ANY ((SELECT app.units())::int[]) AND told.xid < pg_snapshot_xmin(pg_current_snapshot())
    ORDER BY told.xid, told.seq
"""


async def compare(stage: Stage) -> dict[str, float]:
    """Let a replica copy everything and then fetch the changes, in turn with `COPY`; figures are medians."""
    database = await asyncpg.connect(stage.url)
    await database.execute("TRUNCATE change_feed")
    begun = perf_counter()
    copied, cursor = _pull(stage, None)
    copy_rate = copied / (perf_counter() - begun)
    await database.execute(_TELL)
    await database.execute("VACUUM ANALYZE change_feed")
    pulls, copies, shares = [], [], []
    memory = _memory_of(stage.service.pid)
    for _ in range(ROUNDS):
        before = seconds_of(stage.postgres_pid)
        copies.append(await _copy(database, stage))
        copied_by = seconds_of(stage.postgres_pid) - before
        begun, before = perf_counter(), _processor_of(stage)
        _pull(stage, cursor)
        pulls.append(perf_counter() - begun)
        shares.append(copied_by / (_processor_of(stage) - before))
    growth = _memory_of(stage.service.pid) - memory
    await database.close()
    return {
        "pull_first_copy_per_second": copy_rate,
        "pull_changes_per_second": CHANGES / median(pulls),
        "pull_memory_growth_mb": growth,
        "pull_vs_copy": median(copies) / median(pulls),
        "pull_cpu_vs_copy": median(shares),
    }


def _pull(stage: Stage, cursor: str | None) -> tuple[int, str]:
    """Follow the pages to their end: how many records came, and the cursor."""
    records, more = 0, True
    with stage.connect() as connection:
        while more:
            since = "" if cursor is None else f"&cursor={quote(cursor)}"
            page: dict[str, Any] = connection.send(Request("GET", f"/v1/sync/changes?limit={PAGE}{since}"))
            records, cursor, more = records + len(page["items"]), page["cursor"], page["more"]
    return records, cursor or ""


async def _copy(database: "asyncpg.Connection[Any]", stage: Stage) -> float:
    async def swallow(_: bytes) -> None:
        pass

    async with database.transaction(readonly=True):
        await database.execute("SET LOCAL jit = off")
        await database.fetch(_CONTEXT, ",".join(map(str, stage.units)))
        begun = perf_counter()
        done = await database.copy_from_query(_COPIED, output=swallow)
        taken = perf_counter() - begun
    if done != f"COPY {CHANGES}":
        raise RuntimeError(f"the baseline copied something else: {done}")
    return taken


def _processor_of(stage: Stage) -> float:
    return seconds_of(stage.service.pid) + seconds_of(stage.postgres_pid)


def _memory_of(pid: int) -> float:
    """The resident memory of a process, in megabytes."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024
