"""Moves of people between communes, as the two officers make them."""

from dataclasses import dataclass
from uuid import UUID

import httpx
from pydantic import JsonValue

from tests.factories.bodies import Body, a_move
from tests.factories.posted import created, pages, posted_person

HERE, THERE, NEIGHBOUR = "22015", "22366", "22258"
"""The commune that has a person, one of another province, and another of the same one."""


@dataclass(frozen=True)
class Asked:
    """A person, and a move of theirs that was asked for."""

    person_id: str
    body: Body

    @property
    def path(self) -> str:
        return f"/v1/persons/{self.person_id}"

    @property
    def address(self) -> str:
        return f"{self.path}/moves/{self.body['id']}"

    @property
    def person(self) -> UUID:
        return UUID(self.person_id)


async def asked(sender: httpx.AsyncClient, person_id: str | None = None, **over: JsonValue) -> Asked:
    """Ask for a move, of somebody new unless a person is named."""
    about = person_id or await posted_person(sender)
    move = Asked(about, a_move(**over))
    await created(sender, f"{move.path}/moves", move.body)
    return move


async def request_of(receiver: httpx.AsyncClient, move: Asked) -> str:
    """The address of the task that waits for the receiver's answer."""
    waiting = await pages(receiver, "/v1/tasks?kind=move_request&limit=500")
    (task,) = [task for task in waiting if task["record_id"] == move.body["id"]]
    return f"/v1/tasks/{task['id']}"


async def answered(receiver: httpx.AsyncClient, move: Asked, decision: str = "approve") -> httpx.Response:
    return await receiver.post(f"{await request_of(receiver, move)}/settle", json={"decision": decision})


async def notices_of(client: httpx.AsyncClient, move: Asked) -> list[Body]:
    """What a commune was told of the end of a move."""
    told = await pages(client, "/v1/tasks?kind=move_notice&limit=500")
    return [task for task in told if task["record_id"] == move.body["id"]]


async def waits(client: httpx.AsyncClient, move: Asked) -> bool:
    """Whether the move waits for the caller's answer."""
    waiting = await pages(client, "/v1/tasks?kind=move_request&limit=500")
    return move.body["id"] in {task["record_id"] for task in waiting}
