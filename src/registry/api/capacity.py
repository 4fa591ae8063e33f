"""How much one process does at once: so many requests, a queue of bounded length and patience, the rest refused.

What officers record goes before what devices exchange, and both before what is only read. Health is asked
beside all of this, so that a busy process is not taken for a dead one.
"""

import asyncio
from collections import deque
from enum import IntEnum

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from registry.api.refusals import Unavailable


class CapacityReduced(Unavailable):
    """The process has more to do than it can, and refuses what it could not answer in time."""

    code = "temporary_reduced_capacity"


class Traffic(IntEnum):
    """Kinds of requests, those that go first before the others."""

    RECORDING = 0
    EXCHANGING = 1
    READING = 2


class Capacity:
    """The places of one process, and who waits for one."""

    def __init__(self, *, places: int, queue: int, patience_seconds: float) -> None:
        self._free = places
        self._queue = queue
        self._patience_seconds = patience_seconds
        self._waiting: dict[Traffic, deque[asyncio.Future[None]]] = {traffic: deque() for traffic in Traffic}

    @property
    def waiting(self) -> int:
        """How many wait for a place."""
        return sum(map(len, self._waiting.values()))

    async def take(self, traffic: Traffic) -> "Place":
        """Take a place, at once or after a wait. Raises `CapacityReduced` where there is none in time."""
        if self._free:
            self._free -= 1
        else:
            self._make_room(traffic)
            await self._wait(traffic)
        return Place(self)

    def give_back(self) -> None:
        """Hand a place that was taken to whoever is next."""
        for tickets in self._waiting.values():
            while tickets:
                ticket = tickets.popleft()
                if not ticket.done():
                    ticket.set_result(None)
                    return
        self._free += 1

    def _make_room(self, traffic: Traffic) -> None:
        """Keep the queue within its length: whoever came last among those who matter less has to go."""
        while self.waiting >= self._queue:
            less = next((less for less in reversed(Traffic) if less > traffic and self._waiting[less]), None)
            if less is None:
                raise CapacityReduced
            ticket = self._waiting[less].pop()
            if not ticket.done():  # or its caller has just left by themselves
                ticket.set_exception(CapacityReduced())

    async def _wait(self, traffic: Traffic) -> None:
        ticket = asyncio.get_running_loop().create_future()
        self._waiting[traffic].append(ticket)
        try:
            async with asyncio.timeout(self._patience_seconds):
                await ticket
        except (TimeoutError, asyncio.CancelledError) as error:
            if ticket.done() and not ticket.cancelled() and ticket.exception() is None:
                self.give_back()  # it was granted at the very moment at which nobody waited for it any more
            elif ticket in self._waiting[traffic]:
                self._waiting[traffic].remove(ticket)
            if isinstance(error, TimeoutError):
                raise CapacityReduced from None
            raise


class Place:
    """One place that is taken; it is given back once."""

    def __init__(self, capacity: Capacity) -> None:
        self._capacity: Capacity | None = capacity

    def give_back(self) -> None:
        if self._capacity is not None:
            self._capacity.give_back()
            self._capacity = None


class BoundedTraffic:
    """Let as many requests in as the process has places."""

    def __init__(self, app: ASGIApp, *, capacity: Capacity) -> None:
        self._app = app
        self._capacity = capacity

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        traffic = traffic_of(scope)
        if traffic is None:
            await self._app(scope, receive, send)
            return
        place = await self._capacity.take(traffic)
        scope.setdefault("state", {})["place"] = place

        async def send_watched(message: Message) -> None:
            # The work is done: a caller who reads slowly keeps the answer waiting, and nobody else.
            if message["type"] == "http.response.body" and not message.get("more_body", False):
                place.give_back()
            await send(message)

        try:
            await self._app(scope, receive, send_watched)
        finally:
            place.give_back()


def traffic_of(scope: Scope) -> Traffic | None:
    """Say what kind of request it is; None for one that takes no place."""
    if scope["type"] != "http" or scope["path"].startswith(("/health/", "/metrics")):
        return None
    if scope["path"].startswith("/v1/sync/"):
        return Traffic.EXCHANGING
    if scope["method"] in {"GET", "HEAD", "OPTIONS"} or scope["path"].endswith("/search"):
        return Traffic.READING
    return Traffic.RECORDING
