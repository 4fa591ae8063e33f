"""Reference clients in officers' hands: what they hold, and what becomes of them in the field."""

import json
import sqlite3
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI

from examples.offline_client import Device
from tests.factories.bodies import Body

PAGE = 20
"""So few records that a first copy takes many pages."""

Name = tuple[str, str, str]
"""Kind, person and id."""


class BadLine(httpx.AsyncBaseTransport):
    """A network that is dead after a few answers: the next request arrives without an answer, or not at all."""

    def __init__(self, app: FastAPI, *, good: int, arrives: bool) -> None:
        self._service = httpx.ASGITransport(app=app)
        self._good, self._arrives = good, arrives

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self._good -= 1
        if self._good >= 0:
            return await self._service.handle_async_request(request)
        if self._arrives:
            await self._service.handle_async_request(request)
        raise httpx.ReadError("the line is dead", request=request)


def a_bad_line(app: FastAPI, officer: httpx.AsyncClient, *, good: int, arrives: bool = True) -> httpx.AsyncClient:
    """Connect an officer by a line that is dead after so many answers."""
    line = BadLine(app, good=good, arrives=arrives)
    return httpx.AsyncClient(transport=line, base_url=officer.base_url, headers=officer.headers)


class Handset:
    """An officer's reference client, with the file that it keeps everything in."""

    def __init__(
        self, app: FastAPI, officer: httpx.AsyncClient, file: Path | str, communes: Sequence[str] = ()
    ) -> None:
        self._app, self._officer, self._file = app, officer, file
        self.communes = communes
        self.device = self._started()

    async def loses_the_line(self, *, after: int, arrives: bool = True) -> None:
        """Synchronise over a line that is dead after a few answers."""
        async with a_bad_line(self._app, self._officer, good=after, arrives=arrives) as self.device.http:
            with suppress(httpx.ReadError):
                await self.device.synchronise()
        self.device.http = self._officer

    async def loses_power(self, *, after: int) -> None:
        """Synchronise until the battery is empty in the middle of writing, and start again."""
        power = iter(range(after))
        self.device.store.set_progress_handler(lambda: next(power, None) is None, 10)
        with suppress(sqlite3.OperationalError):
            await self.device.synchronise()
        self.device.store.close()
        self.device = self._started()

    def new(self) -> "Handset":
        """The officer's next one, which holds nothing yet."""
        return Handset(self._app, self._officer, ":memory:")

    def held(self) -> dict[Name, tuple[int, Body]]:
        """Every record of the replica, and the version that it is taken for."""
        rows = self._read("SELECT kind, person_id, id, version, record FROM replica")
        return {(kind, owner, id_): (version, json.loads(record)) for kind, owner, id_, version, record in rows}

    def of_person(self, person_id: str) -> set[tuple[str, str]]:
        """Kind and id of what it holds of a person."""
        return set(self._read("SELECT kind, id FROM replica WHERE person_id = ?", person_id))

    def holds(self, kind: str, record_id: str) -> bool:
        """Whether the replica has a record."""
        return bool(self._read("SELECT 1 FROM replica WHERE kind = ? AND id = ?", kind, record_id))

    def shows(self, kind: str, record_id: str) -> bool:
        """Whether its officer sees a record: what they have voided here is gone at once."""
        return record_id in {each["id"] for each in self.device.records(kind)}

    def keeps(self) -> list[Body]:
        """What the registry has not taken, and the device shows or sends again."""
        rows = self._read("SELECT operation FROM queue WHERE state NOT IN ('sent', 'told')")
        return [json.loads(operation) for (operation,) in rows]

    def _read(self, query: str, *values: str) -> list[Any]:
        return self.device.store.execute(query, values).fetchall()

    def _started(self) -> Device:
        return Device(self._officer, self._file, page=PAGE)
