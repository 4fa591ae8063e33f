"""However the operations of devices are cut, mixed and repeated: in the end the register says the same, once."""

from uuid import uuid4

import httpx
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registry.api.kinds.accompaniments import ACCOMPANIMENTS, VISITS
from registry.api.kinds.cases import FILES, TESTS
from registry.api.kinds.clubs import CLUBS
from registry.api.kinds.counselling import ATTENDANCES, SESSIONS
from registry.api.kinds.episodes import EPISODES
from registry.api.kinds.memberships import MEMBERSHIPS
from registry.api.kinds.persons import PERSONS
from registry.api.kinds.referrals import REFERRALS, SERVICES
from registry.api.kinds.staffing import APPOINTMENTS, WORKERS
from tests.api.push.pushing import changing, creating, push
from tests.factories.bodies import (
    Body,
    a_club,
    a_membership,
    a_record,
    a_visit,
    a_worker,
    an_accompaniment,
    an_appointment,
)
from tests.factories.posted import body_of, pages

SET_UP = (CLUBS, WORKERS, APPOINTMENTS, SESSIONS, SERVICES)
OF_EACH = (FILES, EPISODES, TESTS, MEMBERSHIPS, ACCOMPANIMENTS, VISITS, ATTENDANCES, REFERRALS)
CORRECTED = ((0, 1), *((each, each + 1) for each in (6, 16)))
"""Places in the outing of a record, the club or a person, and of its correction."""
OPERATIONS = 26
DURABLE = {"applied", "duplicate"}
RENAMED, TRADE = {"name": "Câu lạc bộ Bình Minh"}, {"occupation": "Thợ hồ"}


def an_outing() -> list[Body]:
    """What a device recorded: a club that was founded, and people with what happened to them, at the club and not."""
    club = creating(CLUBS, a_club())
    by_club = {"organisation_id": club["id"]}
    worker = creating(WORKERS, a_worker())
    met = {"held_on": "2020-07-11", "form": "meeting", "topic": "Vay vốn", "on_file_count": 2}
    meeting = creating(SESSIONS, {"id": str(uuid4()), **by_club, **met})
    service = creating(SERVICES, a_record(SERVICES))
    appointment = creating(APPOINTMENTS, an_appointment(worker_id=worker["id"], **by_club))
    operations = [club, changing(CLUBS, club["id"], RENAMED), worker, appointment, meeting, service]
    for _ in range(2):
        person = creating(PERSONS)
        stands_by = an_accompaniment(worker_id=worker["id"], **by_club)
        bodies = (
            *(a_record(kind) for kind in (FILES, EPISODES, TESTS)),
            *(a_membership(**by_club), stands_by, a_visit(accompaniment_id=stands_by["id"])),
            a_record(ATTENDANCES, session_id=meeting["id"]),
            a_record(REFERRALS, service_id=service["id"], **by_club),
        )
        records = (creating(kind, body, of=person["id"]) for kind, body in zip(OF_EACH, bodies, strict=True))
        operations += [person, changing(PERSONS, person["id"], TRADE), *records]
    return operations


def as_made(order: list[int]) -> list[int]:
    """Put the correction of a record after its creation: operations on one record come as they were made."""
    places = list(order)
    for created, corrected in CORRECTED:
        first, second = sorted((places.index(created), places.index(corrected)))
        places[first], places[second] = created, corrected
    return places


SENT = st.lists(st.lists(st.integers(0, OPERATIONS - 1), min_size=1, max_size=12), max_size=5)
"""Batches, each of places in the outing: any of them, in any order, also twice."""


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batches=SENT, order=st.permutations(range(OPERATIONS)))
async def test_any_order_and_any_repetition_end_in_the_same_state(
    manager: httpx.AsyncClient, batches: list[list[int]], order: list[int]
) -> None:
    outing = an_outing()
    for batch in batches:
        await push(manager, *(outing[place] for place in batch))

    last = await push(manager, *(outing[place] for place in as_made(order)))
    again = await push(manager, *outing)

    assert {result["status"] for result in last} <= DURABLE
    assert {result["status"] for result in again} == {"duplicate"}
    club, people = outing[0], [outing[place] for place, _ in CORRECTED[1:]]
    for person in people:
        shown = body_of(await manager.get(f"/v1/persons/{person['id']}"))
        assert (shown["version"], shown["occupation"]) == (2, "Thợ hồ")
        for kind in OF_EACH:
            items = body_of(await manager.get(f"/v1/persons/{person['id']}/{kind.collection}"))["items"]
            assert [item["version"] for item in items] == [1]
    for collection in ("clubs", "organisations"):
        shown = body_of(await manager.get(f"/v1/{collection}/{club['id']}"))
        assert (shown["version"], shown["name"]) == (2, RENAMED["name"])
    for each, kind in zip((club, *outing[2:6]), SET_UP, strict=True):
        shown = body_of(await manager.get(f"/v1/{kind.collection}/{each['id']}"))
        assert shown["version"] == 1 + (each is club)
    for address in (f"clubs/{club['id']}/memberships", f"sessions/{outing[4]['id']}/attendances"):
        lines = await pages(manager, f"/v1/{address}")
        assert {line["person_id"] for line in lines} == {person["id"] for person in people}
        assert len(lines) == len(people)
