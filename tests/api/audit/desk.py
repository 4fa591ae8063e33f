"""Every operation on personal data, as an officer calls it who may do nothing else."""

from collections.abc import Awaitable, Callable
from typing import TypeAlias
from uuid import uuid4

import httpx

from registry.api.kinds.accompaniments import ACCOMPANIMENTS
from registry.api.kinds.aftercare import AFTERCARES, EDUCATION_MEASURES
from registry.api.kinds.counselling import ATTENDANCES
from registry.api.kinds.memberships import MEMBERSHIPS
from registry.api.kinds.moves import MOVES
from registry.api.kinds.referrals import REFERRALS
from registry.api.kinds.rights import REQUESTS
from registry.api.records.kind import Kind
from registry.db.tables.columns import OfPerson
from tests.factories.bodies import ALL_KINDS, Body, a_fresh, a_move, a_request
from tests.factories.devices import CHANGES, Device
from tests.factories.posted import MERGE_PATCH, body_of, created, posted_episode, posted_file, posted_person
from tests.factories.shelf import Shelf, put_foundation

Call: TypeAlias = Callable[["Desk"], Awaitable[httpx.Response]]


class Desk:
    """An officer with one permission, and a person with a record on whom every operation can be tried."""

    def __init__(self, officer: httpx.AsyncClient, manager: httpx.AsyncClient) -> None:
        self.officer = officer
        self.manager = manager
        self.person: str | None = None

    async def shelf(self, kind: Kind) -> Shelf:
        if not issubclass(kind.table, OfPerson):
            return Shelf(kind, f"/v1/{kind.collection}", None)
        self.person = await posted_person(self.manager)
        await put_foundation(self.manager, kind, self.person)
        return Shelf(kind, f"/v1/persons/{self.person}/{kind.collection}", self.person)

    async def put(self, kind: Kind) -> tuple[Shelf, Body]:
        shelf, body = await self.shelf(kind), a_fresh(kind)
        await created(self.manager if kind.singular in {"person", "erasure_order"} else self.officer, shelf.path, body)
        self.person = shelf.owner(body)
        return shelf, body


def creating(kind: Kind) -> Call:
    async def call(desk: Desk) -> httpx.Response:
        shelf, body = await desk.shelf(kind), a_fresh(kind)
        desk.person = shelf.owner(body)
        return await desk.officer.post(shelf.path, json=body)

    return call


def reading(kind: Kind, below: str = "") -> Call:
    async def call(desk: Desk) -> httpx.Response:
        shelf, body = await desk.put(kind)
        return await desk.officer.get(shelf.address(body) + below)

    return call


def listing(kind: Kind) -> Call:
    async def call(desk: Desk) -> httpx.Response:
        shelf, _ = await desk.put(kind)
        return await desk.officer.get(shelf.path)

    return call


def changing(kind: Kind) -> Call:
    async def call(desk: Desk) -> httpx.Response:
        shelf, body = await desk.put(kind)
        seen = {"If-Match": f'"v1-{kind.view}"', "Content-Type": MERGE_PATCH}
        return await desk.officer.patch(shelf.address(body), json=dict(kind.correction), headers=seen)

    return call


def voiding(kind: Kind) -> Call:
    async def call(desk: Desk) -> httpx.Response:
        shelf, body = await desk.put(kind)
        return await desk.officer.post(f"{shelf.address(body)}/void", json={"reason": "Entered twice."})

    return call


async def closing_a_file(desk: Desk) -> httpx.Response:
    desk.person = await posted_person(desk.manager)
    file = await posted_file(desk.manager, desk.person)
    end = {"closed_on": "2021-03-10", "close_reason": "term_ended"}
    return await desk.officer.post(f"/v1/persons/{desk.person}/files/{file['id']}/close", json=end)


async def ending_an_episode(desk: Desk) -> httpx.Response:
    desk.person = await posted_person(desk.manager)
    episode = await posted_episode(desk.manager, desk.person)
    end = {"ended_on": "2020-09-16", "outcome": "completed"}
    return await desk.officer.post(f"/v1/persons/{desk.person}/episodes/{episode['id']}/exit", json=end)


async def reading_responsibilities(desk: Desk) -> httpx.Response:
    desk.person = await posted_person(desk.manager)
    return await desk.officer.get(f"/v1/persons/{desk.person}/responsibilities")


async def exporting(desk: Desk) -> httpx.Response:
    desk.person = await posted_person(desk.manager)
    return await desk.officer.get(f"/v1/persons/{desk.person}/export")


def ending_a_request(step: str, body: Body) -> Call:
    async def call(desk: Desk) -> httpx.Response:
        shelf, request = await desk.put(REQUESTS)
        return await desk.officer.post(f"{shelf.address(request)}/{step}", json=body)

    return call


async def withdrawing_a_move(desk: Desk) -> httpx.Response:
    shelf, move = await desk.put(MOVES)
    return await desk.officer.post(f"{shelf.address(move)}/withdraw", json={"withdrawn_on": "2026-11-20"})


async def reading_an_offer(desk: Desk) -> httpx.Response:
    shelf = await desk.shelf(MOVES)
    move = await created(desk.manager, shelf.path, a_move(to_unit_code="24121"))
    tasks = body_of(await desk.officer.get("/v1/tasks?kind=move_request&limit=500"))["items"]
    (task,) = [task["id"] for task in tasks if task["record_id"] == move["id"]]
    return await desk.officer.get(f"/v1/tasks/{task}/move")


async def lifting_a_restriction(desk: Desk) -> httpx.Response:
    shelf = await desk.shelf(REQUESTS)
    request = a_request(kind="restriction", answered_on="2026-11-20", decision="granted")
    await created(desk.manager, shelf.path, request)
    lifted = {"lifted_on": "2026-11-21", "lift_reason": "At the person's wish."}
    return await desk.officer.post(f"{shelf.address(request)}/lift", json=lifted)


async def searching(desk: Desk) -> httpx.Response:
    desk.person = await posted_person(desk.manager, full_name=f"Trần {uuid4().hex}")
    name = body_of(await desk.manager.get(f"/v1/persons/{desk.person}"))["full_name"]
    return await desk.officer.post("/v1/persons/search", json={"name": name})


def listing_everybody(path: str) -> Call:
    async def call(desk: Desk) -> httpx.Response:
        desk.person = await posted_person(desk.manager, full_name="An An An")  # the first of every list
        await posted_file(desk.manager, desk.person)
        await posted_episode(desk.manager, desk.person)
        await created(desk.manager, f"/v1/persons/{desk.person}/subject-requests", a_request(received_on="2026-10-01"))
        return await desk.officer.get(path)

    return call


async def pulling(desk: Desk) -> httpx.Response:
    device = Device(desk.officer)
    await device.pull()
    desk.person = await posted_person(desk.manager)
    return await desk.officer.get(CHANGES, params={"cursor": device.cursor or ""})


def listing_across(kind: Kind) -> Call:
    async def call(desk: Desk) -> httpx.Response:
        await desk.put(kind)
        return await desk.officer.get(f"/v1/{kind.collection}?limit=500")

    return call


def listing_under(kind: Kind, collection: str, named_by: str) -> Call:
    """List the records of a kind across people, under what they name."""

    async def call(desk: Desk) -> httpx.Response:
        _, body = await desk.put(kind)
        return await desk.officer.get(f"/v1/{collection}/{body[named_by]}/{kind.collection}?limit=500")

    return call


async def listing_times(desk: Desk) -> httpx.Response:
    _, body = await desk.put(MEMBERSHIPS)
    return await desk.officer.get(f"/v1/clubs/{body['organisation_id']}/times-without-relapse?limit=500")


async def listing_measures(desk: Desk) -> httpx.Response:
    await desk.put(EDUCATION_MEASURES)
    return await desk.officer.get("/v1/education-measures?on=2026-06-01&limit=500")


def listing_courses(*, of_person: bool) -> Call:
    async def call(desk: Desk) -> httpx.Response:
        desk.person = await posted_person(desk.manager)
        done = {"started_on": "2020-03-16", "ended_on": "2020-09-16", "outcome": "completed"}
        await posted_episode(desk.manager, desk.person, **done)
        owner = f"/persons/{desk.person}" if of_person else ""
        return await desk.officer.get(f"/v1{owner}/completed-courses", params={} if of_person else {"limit": 500})

    return call


CALLS: dict[str, Call] = {
    "list_education_measures": listing_measures,
    "list_completed_courses": listing_courses(of_person=False),
    "list_completed_courses_of_person": listing_courses(of_person=True),
    "pull_changes": pulling,
    "close_file": closing_a_file,
    "exit_episode": ending_an_episode,
    "list_responsibilities": reading_responsibilities,
    "search_persons": searching,
    "export_person": exporting,
    "answer_subject_request": ending_a_request("answer", {"answered_on": "2026-11-20", "decision": "granted"}),
    "withdraw_move": withdrawing_a_move,
    "get_offered_move": reading_an_offer,
    "withdraw_subject_request": ending_a_request("withdraw", {"withdrawn_on": "2026-11-20"}),
    "lift_restriction": lifting_a_restriction,
    "list_subject_requests": listing_everybody("/v1/subject-requests?limit=500"),
    "list_persons": listing_everybody("/v1/persons"),
    "list_files": listing_everybody("/v1/files"),
    "list_episodes": listing_everybody("/v1/episodes"),
    "list_accompaniments": listing_across(ACCOMPANIMENTS),
    "list_aftercares": listing_across(AFTERCARES),
    "list_referrals": listing_across(REFERRALS),
    "list_attendances_of_session": listing_under(ATTENDANCES, "sessions", "session_id"),
    "list_memberships_of_club": listing_under(MEMBERSHIPS, "clubs", "organisation_id"),
    "list_times_without_relapse": listing_times,
    "list_referrals_to_service": listing_under(REFERRALS, "support-services", "service_id"),
}
for each in ALL_KINDS:
    if each.groups:
        CALLS |= {
            f"create_{each.singular}": creating(each),
            f"get_{each.singular}": reading(each),
            f"list_{each.singular}_versions": reading(each, "/versions"),
            f"list_{each.singular}s{'_of_person' if issubclass(each.table, OfPerson) else ''}": listing(each),
            f"change_{each.singular}": changing(each),
            f"void_{each.singular}": voiding(each),
        }
