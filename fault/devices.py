"""Devices that push, and post under keys, until everything is acknowledged, whatever happens to the servers."""

import asyncio
import random
from collections import deque
from collections.abc import Sequence
from typing import Any

import httpx

from fault.journal import Journal
from fault.notebook import Operation
from fault.plan import Batch, Keyed

ANSWER_SECONDS = 30
AGAIN, TWICE_AT_ONCE = 0.2, 0.1
"""How often an acknowledged batch is sent once more, and how often two devices hold the same one."""

ACKNOWLEDGED = frozenset({"applied", "duplicate"})
LATER = frozenset({429, 500, 503})
CORRECTION = {"If-Match": "*", "Content-Type": "application/merge-patch+json"}


async def work_through(
    batches: Sequence[Batch], journal: Journal, *, port: int, token: str, devices: int, chance: random.Random
) -> None:
    """Let the devices push every batch until all its operations are acknowledged."""
    waiting: deque[Batch] = deque()
    for batch in batches:
        waiting.append(batch)
        if chance.random() < TWICE_AT_ONCE:
            waiting.append(batch)  # next to it in line: two devices send it at the same time
    async with asyncio.TaskGroup() as group:
        for number in range(devices):
            own = random.Random(chance.random())  # noqa: S311 - a trial that can be repeated
            group.create_task(_device(waiting, journal, port=port, token=token, chance=own), name=f"device {number}")


async def _device(waiting: deque[Batch], journal: Journal, *, port: int, token: str, chance: random.Random) -> None:
    headers = {"Authorization": f"Bearer {token}", "Accept-Language": "en"}
    async with httpx.AsyncClient(
        base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=ANSWER_SECONDS
    ) as client:
        while waiting:
            batch = waiting.popleft()
            await _work_off(client, batch, journal, chance)
            if chance.random() < AGAIN:
                await _work_off(client, batch, journal, chance)


async def _work_off(client: httpx.AsyncClient, batch: Batch, journal: Journal, chance: random.Random) -> None:
    await _push(client, batch, batch.operations, journal, chance)
    await _push(client, batch, batch.later, journal, chance)
    for request in batch.requests:
        await _send_under_key(client, request, journal, chance)


async def _push(
    client: httpx.AsyncClient, batch: Batch, operations: Sequence[Operation], journal: Journal, chance: random.Random
) -> None:
    """Push operations of a batch in ever another order until they are acknowledged."""
    left = list(operations)
    while left:
        chance.shuffle(left)
        push = client.build_request("POST", "/v1/sync/push", json={"operations": left})
        answer = await _answered(client, push, journal, chance)
        if answer.status_code != httpx.codes.OK:
            journal.broken.append(f"{answer.status_code}: {answer.text[:300]}")
            return
        left = _unacknowledged(batch, left, answer.json()["results"], journal)


async def _send_under_key(client: httpx.AsyncClient, write: Keyed, journal: Journal, chance: random.Random) -> None:
    """Send one write under its key until it is acknowledged; nothing but the key makes it safe to repeat."""
    headers = {"Idempotency-Key": write.key} | (CORRECTION if write.method == "PATCH" else {})
    request = client.build_request(write.method, write.path, json=write.body, headers=headers)
    answer = await _answered(client, request, journal, chance)
    if answer.status_code not in {httpx.codes.OK, httpx.codes.CREATED}:
        journal.broken.append(f"{write.method} {write.path}: {answer.status_code}: {answer.text[:300]}")
        return
    journal.counts["replayed"] += "Idempotent-Replayed" in answer.headers
    journal.write_keyed(write, answer.json())


async def _answered(
    client: httpx.AsyncClient, request: httpx.Request, journal: Journal, chance: random.Random
) -> httpx.Response:
    """Send a request again and again: no answer, a 5xx, or the first of its kind still under way mean just that."""
    pause = 0.05
    while True:
        try:
            answer = await client.send(request)
        except httpx.HTTPError:
            journal.counts["lost"] += 1
        else:
            if answer.status_code not in LATER and not _is_under_way(answer):
                return answer
            journal.counts["later"] += 1
        await asyncio.sleep(pause * (0.5 + chance.random()))
        pause = min(pause * 2, 2)


def _is_under_way(answer: httpx.Response) -> bool:
    return answer.status_code == httpx.codes.CONFLICT and answer.json()["code"] == "request_under_way"


def _unacknowledged(
    batch: Batch, sent: list[Operation], results: list[dict[str, Any]], journal: Journal
) -> list[Operation]:
    again, changed = [], {each["id"] for each in batch.later}
    for operation, result in zip(sent, results, strict=True):
        if result["status"] in ACKNOWLEDGED:
            journal.write(operation, result, last=2 if operation["id"] in changed else 1)
        elif result["status"] == "deferred":
            again.append(operation)
        else:
            journal.broken.append(f"{operation['kind']} {operation['id']}: {result}")
    return again
