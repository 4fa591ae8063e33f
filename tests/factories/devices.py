"""A device as a test sees it: a replica that does what pulls tell, and nothing else."""

import hashlib
from collections import defaultdict
from typing import Any

import httpx

from tests.factories.bodies import Body
from tests.factories.posted import body_of, refused

CHANGES = "/v1/sync/changes"

Name = tuple[str, str | None, str]
"""Kind, person and id."""


class Device:
    """What one caller's device holds, and how far it has come."""

    def __init__(self, client: httpx.AsyncClient, *, limit: int = 500) -> None:
        self.client = client
        self.limit = limit
        self.held: dict[Name, Body] = {}
        self.cursor: str | None = None
        self.position: int | None = None

    async def page(self, **query: Any) -> Body:  # noqa: ANN401 - values of a query
        """Pull one page and carry it out."""
        asked = {"limit": self.limit, **({} if self.cursor is None else {"cursor": self.cursor}), **query}
        answer = await self.client.get(CHANGES, params=asked)
        assert answer.status_code == 200, answer.text
        page = body_of(answer)
        for item in page["items"]:
            name = (item["kind"], item["person_id"], item["id"])
            if item["op"] == "upsert":
                self.held[name] = item["record"]
            else:
                self.held.pop(name, None)
        self.cursor = page["cursor"]
        self.position = None if page["position"] is None else int(page["position"])
        return page

    async def pull(self) -> list[Body]:
        """Pull until there is no more; everything that was told."""
        items: list[Body] = []
        for _ in range(1000):
            page = await self.page()
            items += page["items"]
            if not page["more"]:
                return items
        raise AssertionError("there is always more")

    async def resync(self, reason: str) -> None:
        """Be sent back to the beginning, and begin."""
        answer = await self.client.get(CHANGES, params={"cursor": self.cursor or ""})
        assert refused(answer, 410, "resync_required")["reason"] == reason
        self.held, self.cursor = {}, None
        await self.pull()

    def digest(self) -> dict[str, tuple[int, str]]:
        """What it holds of each kind: how many, and the hash that the service makes too."""
        lines: dict[str, list[str]] = defaultdict(list)
        for (kind, owner, id_), record in self.held.items():
            name = id_ if owner is None else f"{owner}/{id_}"
            lines[kind].append(f"{name}:{record['version']}")
        hashes = {kind: hashlib.sha256("\n".join(sorted(each)).encode()) for kind, each in lines.items()}
        return {kind: (len(lines[kind]), hashes[kind].hexdigest()) for kind in lines}

    async def compared(self) -> Body:
        """Ask what it must hold."""
        answer = await self.client.get("/v1/sync/digest", params={"cursor": self.cursor or ""})
        assert answer.status_code == 200, answer.text
        return body_of(answer)

    def of_person(self, person_id: str) -> dict[tuple[str, str], int]:
        """The versions of what it holds of a person, by kind and id."""
        return {
            (kind, id_): record["version"] for (kind, owner, id_), record in self.held.items() if owner == person_id
        }
