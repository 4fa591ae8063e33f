"""Loads the demo province through the API, pushed by the officers of its communes as their devices would.

Every record has an id made from the seed, so that an interrupted load is resumed by loading again:
what is there already is a duplicate.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from typing import Any

import httpx

from registry.api.kinds.medical import HIV_CLIENT_COUNTS
from registry.api.records.kind import Kind
from registry.api.schemas.records import NewRecord
from registry.db.unit_import import read_map
from registry.demo.batches import Batch, Posting, Province
from registry.demo.province import plan_province
from registry.demo.targets import read_targets
from registry.domain.access import Role
from registry.domain.atlas import Atlas
from registry.domain.sync import PushStatus, PushVerb

CONCURRENCY = 4
TOGETHER = 100
"""How many records one request brings: few enough to be told of progress, and to go on soon after a break."""
ATTEMPTS = 8
ADDRESS = "/v1/sync/push"
LONGEST_PAUSE_SECONDS = 5.0
TIMEOUT_SECONDS = 30.0

TokenFor = Callable[[Role, str], Awaitable[str]]
"""Grants a role over a unit, named by its code, and signs a token for it."""

Report = Callable[[int, str], None]
"""Told how far the load has come: percent, and words that anybody may read."""


class DemoNotLoaded(Exception):
    """The service refused a record of the demo, or did not answer. It names the operation, never a person."""


async def load_demo(
    base_url: str,
    token_for: TokenFor,
    report: Report,
    *,
    people: int | None = None,
    transport: httpx.AsyncBaseTransport | None = None,
) -> None:
    """Post the demo province, or a part of its people. Raises `DemoNotLoaded` at the first record that is refused."""
    report(0, "Making up the people of the demo")
    province = await asyncio.to_thread(make_province)
    if people is not None:
        province = province.with_people(people)
    limits = httpx.Limits(max_connections=CONCURRENCY)
    async with httpx.AsyncClient(
        base_url=base_url, transport=transport, limits=limits, timeout=TIMEOUT_SECONDS, trust_env=False
    ) as client:
        await post_province(province, client, token_for, report)


def make_province() -> Province:
    """Plan the demo province on the map of the package; it takes a second or two."""
    return plan_province(read_targets(), Atlas(read_map()))


async def post_province(province: Province, client: httpx.AsyncClient, token_for: TokenFor, report: Report) -> None:
    """Push the province stage after stage, each several requests at a time."""
    load = _Load(client, province.size, report)
    officers = {(batch.role, batch.unit_code) for stage in province.stages for batch in stage}
    tokens = {(role, code): await token_for(role, code) for role, code in sorted(officers)}
    for stage in province.stages:
        await _post_stage(load, stage, tokens)
    if province.hiv_client_counts:
        token = await token_for(Role.HEALTH_OFFICER, province.organisations.unit_code)
        for count in province.hiv_client_counts:
            await load.post(HIV_CLIENT_COUNTS, count, token)


async def _post_stage(load: "_Load", stage: Iterable[Batch], tokens: Mapping[tuple[Role, str], str]) -> None:
    waiting = _gathered(stage)

    async def work() -> None:
        for batch in waiting:
            await load.push(batch, tokens[batch.role, batch.unit_code])

    refusals: list[BaseException] = []
    try:
        async with asyncio.TaskGroup() as workers:
            for _ in range(CONCURRENCY):
                workers.create_task(work())
    except* DemoNotLoaded as group:
        refusals += group.exceptions
    if refusals:  # raised in there, it would come out in another group
        raise refusals[0]


def _gathered(batches: Iterable[Batch]) -> Iterator[Batch]:
    """Put together what the officer of one unit pushes, never splitting what belongs to one person."""
    by_unit: dict[str, list[Posting]] = {}
    for batch in batches:
        postings = by_unit.setdefault(batch.unit_code, [])
        if postings and len(postings) + len(batch.postings) > TOGETHER:
            yield Batch(batch.unit_code, tuple(postings))
            postings.clear()
        postings += batch.postings
    yield from (Batch(unit_code, tuple(postings)) for unit_code, postings in by_unit.items() if postings)


class _Load:
    """One client's way through the records, and how far it has come."""

    def __init__(self, client: httpx.AsyncClient, size: int, report: Report) -> None:
        self._client = client
        self._size = size
        self._report = report
        self._posted = 0

    async def push(self, batch: Batch, token: str) -> None:
        """Push the records of a batch."""
        operations = [_operation(number, posting) for number, posting in enumerate(batch.postings)]
        response = await self._sent(ADDRESS, {"operations": operations}, token)
        _require_all(batch.postings, response.json()["results"])
        self._count(len(batch.postings))

    async def post(self, kind: Kind, body: NewRecord, token: str) -> None:
        """Post a record that does not travel."""
        await self._sent(f"/v1/{kind.collection}", body.model_dump(mode="json", exclude_unset=True), token)
        self._count(1)

    def _count(self, posted: int) -> None:
        self._posted += posted
        self._report(100 * self._posted // self._size, "Posting the records of the demo")

    async def _sent(self, address: str, content: dict[str, Any], token: str) -> httpx.Response:
        """Send a request, again while the service is not there or asks to wait."""
        headers = {"Authorization": f"Bearer {token}"}
        reason = "no answer"
        for attempt in range(ATTEMPTS):
            try:
                response = await self._client.post(address, json=content, headers=headers)
            except httpx.TransportError as error:
                reason = type(error).__name__
            else:
                if response.is_success:
                    return response
                reason = _reason(response)
                if response.status_code not in (httpx.codes.TOO_MANY_REQUESTS, httpx.codes.SERVICE_UNAVAILABLE):
                    break
            await asyncio.sleep(min(0.1 * 2**attempt, LONGEST_PAUSE_SECONDS))
        raise DemoNotLoaded(f"POST {address}: {reason}")


def _operation(number: int, posting: Posting) -> dict[str, Any]:
    is_new = posting.corrects is None
    written = {"op": PushVerb.CREATE} if is_new else {"op": PushVerb.CHANGE, "base_version": posting.corrects}
    return {
        "ref": str(number),
        **written,
        "kind": posting.kind,
        "person_id": None if posting.person_id is None else str(posting.person_id),
        "id": str(posting.body.id),
        "body": posting.body.model_dump(mode="json", exclude_unset=True, exclude=None if is_new else {"id"}),
    }


def _require_all(postings: Iterable[Posting], results: Iterable[dict[str, Any]]) -> None:
    """Find every record applied, now or before."""
    for posting, result in zip(postings, results, strict=True):
        if result["status"] not in (PushStatus.APPLIED, PushStatus.DUPLICATE):
            refusal = _named(f"{result['status']} {result['code']}", result["errors"])
            raise DemoNotLoaded(f"{posting.kind}: {refusal}")


def _reason(response: httpx.Response) -> str:
    """Name a refusal by its codes; the words could hold what was sent."""
    try:
        problem = response.json()
    except ValueError:
        return f"status {response.status_code}"
    return _named(f"{response.status_code} {problem.get('code')}", problem.get("errors", []))


def _named(refusal: str, faults: Iterable[dict[str, Any]]) -> str:
    return ", ".join([refusal, *(f"{fault.get('code')} at {fault.get('pointer')}" for fault in faults)])
