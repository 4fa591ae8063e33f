"""The places of a process: who gets one, who waits, who is refused. No time passes but where a test says so."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from starlette.types import Message, Scope

from registry.api.app import create_app
from registry.api.capacity import BoundedTraffic, Capacity, CapacityReduced, Traffic, traffic_of
from registry.domain.access import Role
from registry.settings import Settings
from tests.conftest import NOW, SignIn
from tests.factories.bodies import a_person
from tests.factories.locks import busy, waiting_write

LONG = 600.0


def full(*, queue: int = 2, patience_seconds: float = LONG) -> Capacity:
    """A process that works on one request, and has no other place."""
    capacity = Capacity(places=1, queue=queue, patience_seconds=patience_seconds)
    capacity._free = 0
    return capacity


async def begun() -> None:
    """Let what was started come to where it waits."""
    for _ in range(3):
        await asyncio.sleep(0)


class Line:
    """Requests that ask for a place one after another, and in which order they got one."""

    def __init__(self, capacity: Capacity) -> None:
        self.capacity = capacity
        self.served: list[str] = []
        self.refused: list[str] = []
        self.tasks: dict[str, asyncio.Task[None]] = {}

    async def ask(self, name: str, traffic: Traffic) -> None:
        self.tasks[name] = asyncio.create_task(self._ask(name, traffic))
        await begun()

    async def _ask(self, name: str, traffic: Traffic) -> None:
        try:
            await self.capacity.take(traffic)
        except CapacityReduced:
            self.refused.append(name)
        else:
            self.served.append(name)

    async def finish_one(self) -> None:
        self.capacity.give_back()
        await begun()


class TestPlaces:
    async def test_there_are_as_many_as_were_given_and_no_more_come_of_giving_back_twice(self) -> None:
        capacity = Capacity(places=2, queue=0, patience_seconds=LONG)
        first, _ = await capacity.take(Traffic.READING), await capacity.take(Traffic.READING)
        with pytest.raises(CapacityReduced):
            await capacity.take(Traffic.RECORDING)
        first.give_back()
        first.give_back()
        await capacity.take(Traffic.READING)
        with pytest.raises(CapacityReduced):
            await capacity.take(Traffic.READING)

    async def test_recording_goes_before_reading_and_each_in_its_order(self) -> None:
        line = Line(full(queue=4))
        for number in (1, 2):
            await line.ask(f"list {number}", Traffic.READING)
            await line.ask(f"post {number}", Traffic.RECORDING)
        for _ in range(4):
            await line.finish_one()

        assert line.served == ["post 1", "post 2", "list 1", "list 2"]

    async def test_a_full_queue_lets_a_recording_in_for_the_reading_that_came_last(self) -> None:
        line = Line(full(queue=2))
        await line.ask("list 1", Traffic.READING)
        await line.ask("list 2", Traffic.READING)
        await line.ask("list 3", Traffic.READING)
        await line.ask("post 1", Traffic.RECORDING)
        await line.ask("post 2", Traffic.RECORDING)
        await line.ask("post 3", Traffic.RECORDING)

        assert line.refused == ["list 3", "list 2", "list 1", "post 3"]
        assert line.capacity.waiting == 2

    async def test_patience_ends_and_leaves_no_trace(self) -> None:
        capacity = full(patience_seconds=0.001)
        with pytest.raises(CapacityReduced):
            await capacity.take(Traffic.READING)

        assert capacity.waiting == 0
        capacity.give_back()
        await capacity.take(Traffic.READING)

    async def test_a_caller_who_leaves_the_queue_takes_no_place(self) -> None:
        line = Line(full())
        await line.ask("left", Traffic.READING)
        await line.ask("stays", Traffic.READING)
        line.tasks["left"].cancel()
        await begun()
        await line.finish_one()

        assert (line.served, line.capacity.waiting) == (["stays"], 0)

    async def test_room_is_made_by_one_who_leaves_at_that_moment(self) -> None:
        line = Line(full(queue=1))
        await line.ask("left", Traffic.READING)
        post = asyncio.create_task(line._ask("post", Traffic.RECORDING))  # it runs before the one who leaves does
        line.tasks["left"].cancel()
        await begun()
        await line.finish_one()
        await post

        assert (line.served, line.refused, line.capacity.waiting) == (["post"], [], 0)

    async def test_a_place_granted_to_one_who_leaves_at_that_moment_goes_on_to_the_next(self) -> None:
        line = Line(full())
        await line.ask("left", Traffic.READING)
        await line.ask("stays", Traffic.READING)
        line.capacity.give_back()
        line.tasks["left"].cancel()
        await begun()

        assert line.served == ["stays"]


class TestTraffic:
    @pytest.mark.parametrize(
        ("method", "path", "traffic"),
        [
            ("GET", "/health/live", None),
            ("GET", "/health/ready", None),
            ("GET", "/metrics", None),
            ("POST", "/v1/persons", Traffic.RECORDING),
            ("PATCH", "/v1/persons/1", Traffic.RECORDING),
            ("POST", "/v1/persons/search", Traffic.READING),
            ("GET", "/v1/persons", Traffic.READING),
            ("GET", "/v1/reports/annual", Traffic.READING),
            ("GET", "/v1/sync/changes", Traffic.EXCHANGING),
            ("GET", "/v1/sync/digest", Traffic.EXCHANGING),
            ("POST", "/v1/sync/push", Traffic.EXCHANGING),
        ],
    )
    def test_kinds(self, method: str, path: str, traffic: Traffic | None) -> None:
        assert traffic_of({"type": "http", "method": method, "path": path}) is traffic

    def test_what_is_no_request_takes_no_place(self) -> None:
        assert traffic_of({"type": "lifespan"}) is None

    async def test_a_place_is_free_as_soon_as_the_answer_is_made(self) -> None:
        """A caller who never reads keeps the sending waiting, not the place."""
        capacity = Capacity(places=1, queue=0, patience_seconds=LONG)
        reading = asyncio.Event()

        async def answers(scope: Scope, receive: object, send: object) -> None:
            del scope, receive
            assert callable(send)
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b"half", "more_body": True})
            await send({"type": "http.response.body", "body": b"", "more_body": False})

        async def send(message: Message) -> None:
            if message.get("more_body"):
                with pytest.raises(CapacityReduced):
                    await capacity.take(Traffic.READING)
            elif message["type"] == "http.response.body":
                await reading.wait()

        async def receive() -> Message:
            raise AssertionError("nothing is read of a request without a body")

        scope = {"type": "http", "method": "GET", "path": "/v1/codes"}
        slow = asyncio.create_task(BoundedTraffic(answers, capacity=capacity)(scope, receive, send))
        await begun()
        place = await capacity.take(Traffic.READING)
        reading.set()
        await slow
        with pytest.raises(CapacityReduced):
            await capacity.take(Traffic.READING)
        place.give_back()
        await capacity.take(Traffic.READING)


@pytest.fixture(scope="module")
async def app(database_url: str, settings: Settings) -> AsyncIterator[FastAPI]:
    """An application with one place, a queue of one, and two connections that stay free."""
    narrow = {"pool_size": 3, "queue_length": 1, "queue_timeout_seconds": 0.05}
    application = create_app(settings.model_copy(update=narrow), database_url=database_url, clock=lambda: NOW)
    async with application.router.lifespan_context(application):
        yield application


class TestABusyProcess:
    async def test_refuses_with_a_problem_and_still_tells_its_health(
        self, app: FastAPI, manager: httpx.AsyncClient, anonymous: httpx.AsyncClient
    ) -> None:
        async with busy(app, manager):
            refused = await manager.get("/v1/codes")
            live, ready = await anonymous.get("/health/live"), await anonymous.get("/health/ready")

        assert (refused.status_code, refused.headers["Retry-After"]) == (503, "2")
        assert refused.headers["Content-Type"] == "application/problem+json"
        assert refused.json()["code"] == "temporary_reduced_capacity"
        assert (live.status_code, ready.status_code) == (200, 200)

    async def test_serves_again_when_the_work_is_done(self, app: FastAPI, manager: httpx.AsyncClient) -> None:
        async with busy(app, manager):
            pass

        assert (await manager.get("/v1/codes")).status_code == 200

    async def test_a_caller_who_hangs_up_gives_the_place_back(self, app: FastAPI, sign_in: SignIn) -> None:
        officer = await sign_in(Role.PROVINCE_MANAGER)
        async with waiting_write(app, officer) as change:
            change.cancel()
            with suppress(asyncio.CancelledError):
                await change

            assert (await officer.post("/v1/persons", json=a_person(id=str(uuid4())))).status_code == 201
