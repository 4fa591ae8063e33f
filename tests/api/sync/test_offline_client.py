"""The reference client as a device in the field: offline, online, cut off, and in disagreement."""

from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from examples.offline_client import KEPT, Device
from registry.domain.access import Role
from tests.api.sync.handsets import a_bad_line
from tests.api.sync.restoring import Safe
from tests.conftest import TODAY, SignIn
from tests.factories.bodies import Body, a_file, a_person
from tests.factories.posted import body_of, corrected, created, posted_person

HERE = ("22015", TODAY)
REFERENCE = {"full_name": "Trần Thị Ngoại Tuyến"}


@pytest.fixture
async def officer(sign_in: SignIn) -> httpx.AsyncClient:
    return await sign_in(Role.COMMUNE_OFFICER, unit=HERE)


def without_id(body: Body) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name != "id"}


async def test_what_was_recorded_offline_is_there_and_told_back(officer: httpx.AsyncClient) -> None:
    device = Device(officer)
    person = device.record("person", without_id(a_person(**REFERENCE)))
    file = device.record("file", without_id(a_file()), person_id=person)
    assert person in {each["id"] for each in device.records("person")}

    await device.synchronise()
    await device.pull()

    assert body_of(await officer.get(f"/v1/persons/{person}"))["full_name"] == REFERENCE["full_name"]
    assert file in {each["id"] for each in device.records("file")}
    assert (device.refused(), await device.is_whole()) == ([], True)


async def test_what_was_sent_and_not_answered_is_sent_again(app: FastAPI, officer: httpx.AsyncClient) -> None:
    device = Device(officer)
    person = device.record("person", without_id(a_person()))
    async with a_bad_line(app, officer, good=0) as device.http:
        with pytest.raises(httpx.ReadError):
            await device.push()
    device.http = officer

    await device.synchronise()

    assert (device.refused(), body_of(await officer.get(f"/v1/persons/{person}"))["version"]) == ([], 1)


async def test_two_who_disagree_see_both(officer: httpx.AsyncClient) -> None:
    person = await posted_person(officer)
    path, file = f"/v1/persons/{person}/files", a_file()
    await created(officer, path, file)
    device = Device(officer)
    await device.pull()
    device.correct("file", file["id"], {"issuer": "Of the device"}, person_id=person)
    await corrected(officer, f"{path}/{file['id']}", {"issuer": "Of the office"})

    await device.synchronise()

    (each,) = device.refused()
    assert (each["state"], each["theirs"]["issuer"]) == ("conflict", "Of the office")
    device.insist(each["ref"])
    await device.synchronise()
    assert body_of(await officer.get(f"{path}/{file['id']}"))["issuer"] == "Of the device"


async def test_who_corrects_twice_disagrees_with_nobody(officer: httpx.AsyncClient) -> None:
    person = await posted_person(officer)
    device = Device(officer)
    await device.pull()
    for occupation in ("Thợ hồ", "Lái xe"):
        device.correct("person", person, {"occupation": occupation})
    await device.push()
    device.correct("person", person, {"occupation": "Thợ hồ"})
    await told_back(device)

    (shown,) = [each for each in device.records("person") if each["id"] == person]
    assert (shown["occupation"], shown["version"], device.refused()) == ("Thợ hồ", 4, [])
    assert await device.is_whole()


async def test_what_was_not_told_to_the_officer_is_not_gone_on_from(officer: httpx.AsyncClient) -> None:
    person = await posted_person(officer)
    device = Device(officer)
    await device.pull()
    await corrected(officer, f"/v1/persons/{person}", {"phone": "0900 000 031"})
    device.correct("person", person, {"occupation": "Thợ hồ"})
    await device.push()

    device.correct("person", person, {"phone": "0900 000 032"})
    await device.synchronise()

    assert [each["code"] for each in device.refused()] == ["fields_in_conflict"]


async def test_a_replica_that_is_not_whole_is_found(officer: httpx.AsyncClient) -> None:
    device = Device(officer)
    device.record("person", without_id(a_person()))
    await told_back(device)
    whole = await device.is_whole()

    device.store.execute("UPDATE replica SET version = version + 1 WHERE rowid = (SELECT min(rowid) FROM replica)")

    assert (whole, await device.is_whole()) == (True, False)


async def test_both_sides_are_shown_and_settled_field_by_field(officer: httpx.AsyncClient) -> None:
    person = await posted_person(officer)
    device = Device(officer)
    await device.pull()
    device.correct("person", person, {"occupation": "Of the device", "phone": "0900 000 010"})
    await corrected(officer, f"/v1/persons/{person}", {"occupation": "Of the office"})
    await device.synchronise()

    (conflict,) = [each for each in await device.conflicts() if each["person_id"] == person]

    assert [(each["device"], each["present"]) for each in conflict["fields"] if each["is_in_conflict"]] == [
        ("Of the device", "Of the office")
    ]
    await device.settle(conflict, "phone")
    await device.pull()
    (shown,) = [each for each in device.records("person") if each["id"] == person]
    assert (shown["occupation"], shown["phone"], device.refused()) == ("Of the office", "0900 000 010", [])
    assert person not in {each["person_id"] for each in await device.conflicts()}


async def test_a_device_that_must_begin_anew_keeps_its_queue(sign_in: SignIn, officer: httpx.AsyncClient) -> None:
    device = Device(officer)
    await device.pull()
    device.http = await sign_in(Role.COMMUNE_OFFICER, unit=HERE)
    person = device.record("person", without_id(a_person()))

    await device.synchronise()

    assert person in {each["id"] for each in device.records("person")}
    assert await device.is_whole() is not False


async def test_what_a_restore_takes_back_is_sent_again(app: FastAPI, officer: httpx.AsyncClient, safe: Safe) -> None:
    device = Device(officer)
    kept = device.record("person", without_id(a_person()))
    await told_back(device)
    file = safe.backup()
    lost = device.record("person", without_id(a_person(**REFERENCE)))
    device.correct("person", kept, {"occupation": "After the backup"})
    await told_back(device)

    await safe.restore(file, app)
    assert (await officer.get(f"/v1/persons/{lost}")).status_code == 404
    await told_back(device)

    assert body_of(await officer.get(f"/v1/persons/{lost}"))["full_name"] == REFERENCE["full_name"]
    assert body_of(await officer.get(f"/v1/persons/{kept}"))["occupation"] == "After the backup"
    assert (device.refused(), await device.is_whole()) == ([], True)


async def test_what_was_told_back_is_kept_for_a_restore_and_not_for_ever(officer: httpx.AsyncClient) -> None:
    device = Device(officer)
    device.record("person", without_id(a_person()))
    await told_back(device)
    (kept,) = device.store.execute("SELECT count(*) FROM queue").fetchone()

    device.store.execute("UPDATE queue SET sent_at = datetime('now', '-1 day', ?)", (KEPT,))
    await told_back(device)

    assert (kept, *device.store.execute("SELECT count(*) FROM queue").fetchone()) == (1, 0)


async def told_back(device: Device) -> None:
    """What is written is told once a pull begins after it."""
    await device.synchronise()
    await device.pull()
