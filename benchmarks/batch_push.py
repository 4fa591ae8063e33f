"""A push of 500 drug tests beside one `unnest` statement that writes the same rows: records, feed and audit.

People, who are looked up among all others, are pushed beside it and have no statement to be compared with.
"""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import count, islice, repeat
from statistics import median
from time import perf_counter
from typing import Any
from uuid import UUID, uuid4

import asyncpg

from benchmarks.client import Connection, Request
from benchmarks.crowd import Crowd
from benchmarks.ground import SUBJECT
from benchmarks.population import PEOPLE, person_id
from benchmarks.stage import Stage
from registry.demo.issuer import CLIENT, ISSUER
from registry.keys import Keys

OPERATIONS = 500
PEOPLE_AT_ONCE = 100
ROUNDS = 7
PUSHES = 4
COMMUNE = "22015"
TESTED_ON = date(2024, 3, 12)

_CONTEXT = """
    SELECT set_config('role', 'registry_units', true), set_config('app.units', $1, true),
        set_config('app.organisations', '', true), set_config('app.reached', '', true),
        set_config('app.caller', '', true)
"""
_HELD = """
    SELECT id, root_id, unit_id, unit_certainty, state, processing, full_name, aliases, sex, birth_date, birth_year,
        birthplace
    FROM person WHERE id = ANY ($1) AND unit_id = ANY ($2::int[]) AND state <> 'erased' ORDER BY id FOR NO KEY UPDATE
"""
_WRITE = """
    WITH written AS (
        INSERT INTO drug_test (version, state, recorded_at, changed_at, changed_by, fingerprint, person_id, id, unit_id,
            tested_on, method, result, substances)
        SELECT 1, 'active', now(), now(), $1, fingerprint, person_id, id, unit_id, tested_on, method, result,
            CAST(substances AS varchar[])
        FROM unnest($2::uuid[], $3::uuid[], $4::int[], $5::bytea[], $6::date[], $7::text[], $8::text[], $9::text[])
            AS new (person_id, id, unit_id, fingerprint, tested_on, method, result, substances)
        ON CONFLICT DO NOTHING RETURNING person_id, id, unit_id
    ), fed AS (
        INSERT INTO change_feed (unit_id, person_id, entity, record_id, op, version)
        SELECT unit_id, person_id, 'drug_test', id, 'upsert', 1 FROM written
    ), audited AS (
        INSERT INTO audit_event (at, issuer, subject, client_id, purpose, operation, person_ids, entity, record_id,
            field_groups, decision, request_id, grant_ids, unit_ids)
        SELECT now(), $10, $11, $12, 'supervision', 'push_operations', ARRAY[person_id], 'drug_test', id,
            ARRAY['health'], 'allowed', $13, '{}', ARRAY[unit_id] FROM written
    )
    SELECT id FROM written
"""


@dataclass(frozen=True, slots=True)
class Test:
    """One drug test, to be written either way."""

    person_id: UUID
    id: UUID

    @property
    def operation(self) -> dict[str, Any]:
        """The test as a device sends it."""
        return {
            "ref": str(self.id),
            "op": "create",
            "kind": "drug_test",
            "person_id": str(self.person_id),
            "id": str(self.id),
            "captured_at": "2024-03-12T08:30:00+07:00",
            "body": {
                "tested_on": TESTED_ON.isoformat(),
                "method": "rapid_urine",
                "result": "positive",
                "substances": ["heroin"],
            },
        }


async def compare(stage: Stage) -> dict[str, float]:
    """Run both sides in turn; figures are medians of the rounds."""
    people = count(1)
    crowd = Crowd(Keys.derive(stage.settings["REGISTRY_SECRET"].encode()), random.Random(11))  # noqa: S311 - made up
    connection = await asyncpg.connect(stage.url)
    with stage.connect() as client:
        _push(client, (test.operation for test in _tests(people)))
        await _unnest(stage, connection, people)
        pushes, statements, of_people = [], [], []
        for _ in range(ROUNDS):
            statements.append(await _unnest(stage, connection, people))
            pushes.append(_push(client, (test.operation for test in _tests(people))))
            of_people.append(_push(client, (_person(crowd) for _ in repeat(None)), at_once=PEOPLE_AT_ONCE))
    await connection.close()
    ratios = [statement / push for push, statement in zip(pushes, statements, strict=True)]
    return {
        "batch_push_ms": 1e3 * median(pushes),
        "batch_unnest_ms": 1e3 * median(statements),
        "batch_records_per_second": OPERATIONS / median(pushes),
        "batch_people_per_second": PEOPLE_AT_ONCE / median(of_people),
        "batch_push_vs_unnest": median(ratios),
    }


def _tests(people: "count[int]") -> Iterator[Test]:
    """Make up tests of one after the other, without an end."""
    return (Test(person_id(place % PEOPLE + 1), uuid4()) for place in people)


def _person(crowd: Crowd) -> dict[str, Any]:
    """Somebody new as a device sends them."""
    residence = {"id": str(uuid4()), "kind": "permanent", "unit_code": COMMUNE, "from_on": "2026-01-01"}
    body = {**crowd.described(), "residence": residence}
    return {"ref": str(uuid4()), "op": "create", "kind": "person", "id": str(uuid4()), "body": body}


def _push(client: Connection, operations: Iterator[dict[str, Any]], *, at_once: int = OPERATIONS) -> float:
    """Push the same number of operations several times; seconds for one push."""
    requests = [
        Request("POST", "/v1/sync/push", {"operations": list(islice(operations, at_once))}) for _ in range(PUSHES)
    ]
    began = perf_counter()
    answers = [client.send(request) for request in requests]
    seconds = perf_counter() - began
    for answer in answers:
        if any(result["status"] != "applied" for result in answer["results"]):
            raise RuntimeError(json.dumps(answer["results"][0]))
    return seconds / PUSHES


async def _unnest(stage: Stage, connection: "asyncpg.Connection[Any]", people: "count[int]") -> float:
    """Write as many tests by one statement each time, with the same BEGIN, context, locks and COMMIT."""
    batches = [list(islice(_tests(people), OPERATIONS)) for _ in range(PUSHES)]
    units = ",".join(map(str, stage.units))
    began = perf_counter()
    for tests in batches:
        async with connection.transaction():
            await connection.execute(_CONTEXT, units)
            held = await connection.fetch(_HELD, [test.person_id for test in tests], list(stage.units))
            unit_of = {row["id"]: row["unit_id"] for row in held}
            written = await connection.fetch(
                _WRITE,
                f"{ISSUER}|{SUBJECT}",
                [test.person_id for test in tests],
                [test.id for test in tests],
                [unit_of[test.person_id] for test in tests],
                [test.id.bytes * 2 for test in tests],
                [TESTED_ON for _ in tests],
                ["rapid_urine" for _ in tests],
                ["positive" for _ in tests],
                ["{heroin}" for _ in tests],
                *(ISSUER, SUBJECT, CLIENT),
                uuid4(),
            )
        if len(written) != OPERATIONS:
            raise RuntimeError(f"{len(written)} rows were written")
    return (perf_counter() - began) / PUSHES
