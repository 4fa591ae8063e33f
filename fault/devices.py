"""Devices that push until everything is acknowledged, whatever happens to the servers; and the journal of what was."""

import asyncio
import random
import time
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from fault.plan import Batch, Operation

ANSWER_SECONDS = 30
AGAIN, TWICE_AT_ONCE = 0.2, 0.1
"""How often an acknowledged batch is sent once more, and how often two devices hold the same one."""

ACKNOWLEDGED = frozenset({"applied", "duplicate"})


@dataclass(frozen=True, slots=True)
class Summary:
    """What the devices saw."""

    acknowledged: int
    answers_lost: int
    refused_for_now: int
    seconds: float


@dataclass(slots=True)
class Journal:
    """What was acknowledged: by record, the version and the position of the answer. Kept apart from the servers."""

    started: float
    acknowledged: dict[str, tuple[int, int]] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    def write(self, operation: Operation, result: dict[str, Any]) -> None:
        """Keep an acknowledgement. Under one id there must never be two answers that differ."""
        version, position = result["version"], int(result["position"])
        known = self.acknowledged.setdefault(operation["id"], (version, position))
        if known[0] != version:
            self.broken.append(f"{operation['kind']} {operation['id']}: version {known[0]}, then {version}")

    def summary(self) -> Summary:
        """Count what happened."""
        seconds = round(time.monotonic() - self.started, 1)
        return Summary(len(self.acknowledged), self.counts["lost"], self.counts["later"], seconds)


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
            await _push(client, batch, journal, chance)
            if chance.random() < AGAIN:
                await _push(client, batch, journal, chance)


async def _push(client: httpx.AsyncClient, batch: Batch, journal: Journal, chance: random.Random) -> None:
    """Send a batch in ever another order until it is acknowledged; no answer and a 5xx mean: send it again."""
    left, pause = list(batch.operations), 0.05
    while left:
        chance.shuffle(left)
        try:
            answer = await client.post("/v1/sync/push", json={"operations": left})
        except httpx.HTTPError:
            journal.counts["lost"] += 1
            answer = None
        if answer is None or answer.status_code in {429, 500, 503}:
            journal.counts["later"] += answer is not None
            await asyncio.sleep(pause * (0.5 + chance.random()))
            pause = min(pause * 2, 2)
            continue
        if answer.status_code != httpx.codes.OK:
            journal.broken.append(f"{answer.status_code}: {answer.text[:300]}")
            return
        left = _unacknowledged(left, answer.json()["results"], journal)


def _unacknowledged(sent: list[Operation], results: list[dict[str, Any]], journal: Journal) -> list[Operation]:
    again = []
    for operation, result in zip(sent, results, strict=True):
        if result["status"] in ACKNOWLEDGED:
            journal.write(operation, result)
        elif result["status"] == "deferred":
            again.append(operation)
        else:
            journal.broken.append(f"{operation['kind']} {operation['id']}: {result}")
    return again
