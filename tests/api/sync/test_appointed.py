"""Workers on the devices of organisations that have appointed them, whoever keeps their entries."""

import asyncio
from dataclasses import dataclass
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI
from pydantic import JsonValue
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.api.kinds.staffing import WORKERS as KIND
from registry.db import records
from registry.db.engine import transaction
from registry.db.tables.staffing import AppointmentRow, NetworkWorkerRow
from registry.domain.access import Role
from registry.domain.staffing import StaffRole, WorkingTime
from tests.api.push.pushing import changing, push, told
from tests.api.sync.moving import HERE, THERE
from tests.conftest import SignIn
from tests.factories.bodies import Body, a_point, a_worker, an_appointment
from tests.factories.devices import Device
from tests.factories.locks import until_waiting
from tests.factories.posted import corrected, created, pages, refused
from tests.factories.rows import ACT, TODAY, recorded

WORKERS, APPOINTMENTS, TRAININGS = "/v1/network-workers", "/v1/appointments", "/v1/worker-trainings"
VOID = {"reason": "Entered twice."}


@dataclass(frozen=True)
class Team:
    """A point: its id, its officer and their device."""

    id: str
    officer: httpx.AsyncClient
    device: Device

    async def told(self) -> set[tuple[str, str, str]]:
        """What a pull brings of workers; the replica is whole afterwards, and holds what may be read."""
        items = await self.device.pull()
        new = Device(self.officer, limit=1)
        await new.pull()
        assert new.held == self.device.held
        told = await self.device.compared()
        kinds = {kind["kind"]: (kind["count"], kind["sha256"]) for kind in told["kinds"] if kind["count"]}
        assert kinds == self.device.digest()
        for kind, collection in (("network_worker", WORKERS), ("worker_training", TRAININGS)):
            held = {id_: record for (each, _, id_), record in self.device.held.items() if each == kind}
            assert held == {record["id"]: record for record in await pages(self.officer, collection)}
        return {(item["op"], item["kind"], item["id"]) for item in items if item["kind"] != "appointment"}


@pytest.fixture
async def teams(manager: httpx.AsyncClient, sign_in: SignIn) -> list[Team]:
    """A point here, and one in another commune."""
    teams: list[Team] = []
    for commune in (HERE, THERE):
        point = str((await created(manager, "/v1/counselling-points", a_point(unit_code=commune)))["id"])
        client = await sign_in(Role.NETWORK_OFFICER, organisation=UUID(point))
        teams.append(Team(point, client, Device(client)))
        await teams[-1].device.pull()
    return teams


@pytest.fixture
async def worker(officer: httpx.AsyncClient) -> str:
    """A worker whom the office of a commune keeps."""
    return str((await created(officer, WORKERS, a_worker(unit_code=HERE)))["id"])


async def appointed(client: httpx.AsyncClient, worker: str, team: Team, **over: JsonValue) -> str:
    body = an_appointment(worker_id=worker, organisation_id=team.id, **over)
    return f"{APPOINTMENTS}/{(await created(client, APPOINTMENTS, body))['id']}"


def a_training(worker: str) -> Body:
    fields: Body = {"topic": "Tư vấn", "from_on": "2020-07-06", "to_on": "2020-07-08"}
    return {"id": str(recorded()["id"]), "worker_id": worker, **fields}


async def trained(client: httpx.AsyncClient, worker: str) -> str:
    return str((await created(client, TRAININGS, a_training(worker)))["id"])


async def ok(answer: httpx.Response) -> None:
    assert answer.status_code == 200, answer.text


async def test_who_is_appointed_comes_with_what_they_have_learnt_and_all_that_becomes_of_it(
    officer: httpx.AsyncClient, teams: list[Team], worker: str
) -> None:
    team, other = teams
    before = await trained(officer, worker)
    await appointed(officer, worker, team)
    assert await team.told() == {("upsert", "network_worker", worker), ("upsert", "worker_training", before)}

    await ok(await corrected(officer, f"{WORKERS}/{worker}", {"position": "Bí thư chi đoàn"}))
    after = await trained(officer, worker)
    await ok(await corrected(officer, f"{TRAININGS}/{before}", {"hours": 8}))
    assert await team.told() == {
        *(("upsert", "network_worker", worker), ("upsert", "worker_training", before)),
        ("upsert", "worker_training", after),
    }

    stranger = await created(officer, WORKERS, a_worker(unit_code=HERE))
    await ok(await officer.post(f"{TRAININGS}/{after}/void", json=VOID))
    await ok(await corrected(officer, f"{TRAININGS}/{before}", {"worker_id": stranger["id"]}))
    assert await team.told() == {("void", "worker_training", after), ("leave", "worker_training", before)}
    assert await other.told() == set()


async def test_they_leave_with_the_last_appointment_that_was_an_error(
    officer: httpx.AsyncClient, teams: list[Team], worker: str
) -> None:
    team, _ = teams
    training = await trained(officer, worker)
    first, second = [await appointed(officer, worker, team, role=role) for role in ("volunteer", "deputy")]
    await team.told()

    await ok(await officer.post(f"{first}/void", json=VOID))
    assert {op for op, _, _ in await team.told()} <= {"upsert"}
    await ok(await officer.post(f"{second}/void", json=VOID))
    assert await team.told() == {("leave", "network_worker", worker), ("leave", "worker_training", training)}

    await ok(await officer.post(f"{WORKERS}/{worker}/void", json=VOID))
    assert await team.told() == set()


async def test_they_go_where_the_appointment_is_corrected_to(
    manager: httpx.AsyncClient, teams: list[Team], worker: str
) -> None:
    here, there = teams
    appointment = await appointed(manager, worker, here)
    await here.told()

    await ok(await corrected(manager, appointment, {"organisation_id": there.id}))
    assert await here.told() == {("leave", "network_worker", worker)}
    assert await there.told() == {("upsert", "network_worker", worker)}

    another = str((await created(manager, WORKERS, a_worker(unit_code=HERE)))["id"])
    await ok(await corrected(manager, appointment, {"worker_id": another}))
    assert await there.told() == {("leave", "network_worker", worker), ("upsert", "network_worker", another)}


async def test_whoever_writes_need_not_see_what_tells_of_it(
    manager: httpx.AsyncClient, officer: httpx.AsyncClient, neighbour: httpx.AsyncClient, teams: list[Team], worker: str
) -> None:
    """The office that keeps the entry sees no appointment of another commune, and that commune no entry."""
    _, there = teams
    appointment = await appointed(manager, worker, there)
    await there.told()

    await ok(await corrected(officer, f"{WORKERS}/{worker}", {"position": "Bí thư chi đoàn"}))
    training = await trained(officer, worker)
    assert await there.told() == {("upsert", "network_worker", worker), ("upsert", "worker_training", training)}
    refused(await officer.post(f"{WORKERS}/{worker}/void", json=VOID), 409, "worker_appointed")

    await ok(await neighbour.post(f"{appointment}/void", json=VOID))
    assert await there.told() == {("leave", "network_worker", worker), ("leave", "worker_training", training)}


async def test_of_two_points_each_sees_what_the_other_does_with_a_worker_of_both(
    manager: httpx.AsyncClient, officer: httpx.AsyncClient, teams: list[Team]
) -> None:
    here, there = teams
    kept = a_worker(unit_code=None, organisation_id=here.id)
    worker = str((await created(here.officer, WORKERS, kept))["id"])
    appointments = [await appointed(manager, worker, team) for team in teams]
    for team in teams:
        assert await team.told() == {("upsert", "network_worker", worker)}

    await ok(await corrected(here.officer, f"{WORKERS}/{worker}", {"position": "Bí thư chi đoàn"}))
    assert await there.told() == {("upsert", "network_worker", worker)}

    await ok(await officer.post(f"{appointments[0]}/void", json=VOID))
    assert {op for op, _, _ in await here.told()} <= {"upsert"}  # it keeps the entry itself
    await ok(await corrected(manager, f"{WORKERS}/{worker}", {"unit_code": HERE, "organisation_id": None}))
    assert await here.told() == {("leave", "network_worker", worker)}
    assert await there.told() == {("upsert", "network_worker", worker)}


async def test_what_a_device_holds_it_may_not_correct(
    officer: httpx.AsyncClient, teams: list[Team], worker: str
) -> None:
    team, _ = teams
    await appointed(officer, worker, team)
    await team.told()

    (result,) = await push(team.officer, changing(KIND, worker, {"position": "Đội trưởng"}, base=1))

    assert told(result)[:2] == ("rejected", "organisation_not_granted")
    assert team.device.held["network_worker", None, worker]["position"] != "Đội trưởng"
    assert await team.told() == set()


async def test_an_appointment_and_a_training_that_are_recorded_at_once_know_of_each_other(
    app: FastAPI, officer: httpx.AsyncClient, teams: list[Team], worker: str
) -> None:
    team, _ = teams
    async with transaction(app.state.sessions) as watch, transaction(app.state.sessions) as slow:
        await appoint(slow, worker, team)
        recording = asyncio.create_task(trained(officer, worker))
        await until_waiting(watch)

    training = await recording

    assert await team.told() == {("upsert", "network_worker", worker), ("upsert", "worker_training", training)}


async def test_of_two_appointments_of_a_worker_none_waits_for_the_other(
    app: FastAPI, manager: httpx.AsyncClient, teams: list[Team], worker: str
) -> None:
    """Two devices that appoint the same people in another order would each wait for the other."""
    here, there = teams
    async with transaction(app.state.sessions) as slow:
        await appoint(slow, worker, here)
        await appointed(manager, worker, there)

    for team in teams:
        assert await team.told() == {("upsert", "network_worker", worker)}


async def appoint(session: AsyncSession, worker: str, team: Team) -> None:
    """Appoint a worker in a transaction that goes on."""
    appointment = AppointmentRow(
        **recorded(),
        unit_id=(await session.get_one(NetworkWorkerRow, UUID(worker))).unit_id,
        worker_id=UUID(worker),
        organisation_id=UUID(team.id),
        role=StaffRole.VOLUNTEER,
        time=WorkingTime.PART_TIME,
        from_on=TODAY,
    )
    assert await records.add(session, appointment, ACT, groups=(), today=TODAY) is None
