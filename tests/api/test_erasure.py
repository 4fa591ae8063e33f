"""An erasure by a lawful order: nothing that identifies is left, ids answer 410, and figures stay what they were."""

from collections.abc import Callable
from datetime import date
from typing import Any, TypeAlias
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from registry.api.kinds.rights import REQUESTS
from registry.db import context, erasure, persons
from registry.db.context import closed_transaction
from registry.db.engine import transaction
from registry.db.tables.all import metadata
from registry.domain.access import Role, UnitScope
from tests.conftest import TODAY, SignIn
from tests.factories.bodies import (
    OF_PERSON,
    Body,
    a_document,
    a_fresh,
    a_person,
    a_record,
    a_residence,
    an_episode,
    an_organisation,
)
from tests.factories.posted import body_of, corrected, created, refused
from tests.factories.rows import ACT
from tests.factories.trails import fed

DELETED = {
    *(
        "person_name_token",
        "identity_document",
        "residence",
        "drug_test",
        "determination",
        "substance_use",
        "medical_result",
    ),
    *("reach", "record_history", "person_read", "subject_request"),
}
"""Tables of which a person's rows go."""
EMPTIED = {"person", "person_key", "management_file", "episode", "responsibility"}
"""Tables of which a husk stays: that somebody was counted, where, when and as what."""
EVIDENCE = {"erasure_order", "emergency_access"}
"""Tables of which the rows stay as evidence. Their sealed texts go with the key."""
TRAILS = {"audit_event", "change_feed", "task"}
"""Ids and codes only."""

SECRETS = {
    "full_name": "Nguyễn Thị Bí Mật",
    "alias": "Tư Bí",
    "birth_date": "1987-06-05",
    "birthplace": "Xóm Bí Mật",
    "ethnicity": "Ê-đê",
    "occupation": "Thợ bí mật",
    "phone": "0900 123 987",
    "address": "99 ngõ Bí Mật",
    "number": "054187999123",
    "other_number": "054187999124",
    "reason": "Lý do bí mật",
    "decision": "77/QĐ-BÍ",
}

Rows: TypeAlias = list[tuple[Any, ...]]
Json: TypeAlias = dict[str, Any]


@pytest.fixture(scope="module")
async def manager(keeper: httpx.AsyncClient) -> httpx.AsyncClient:
    """Somebody who may write every kind."""
    return keeper


@pytest.fixture(scope="module")
async def facility(manager: httpx.AsyncClient) -> str:
    return str((await created(manager, "/v1/organisations", an_organisation()))["id"])


@pytest.fixture
async def person(manager: httpx.AsyncClient, facility: str) -> Body:
    """The body of a person with a record of every kind, former states, a voided file and an open stay."""
    body = a_person(
        full_name=SECRETS["full_name"],
        aliases=[SECRETS["alias"]],
        birth_date=SECRETS["birth_date"],
        birthplace=SECRETS["birthplace"],
        ethnicity=SECRETS["ethnicity"],
        occupation=SECRETS["occupation"],
        phone=SECRETS["phone"],
    )
    body["residence"]["address"] = SECRETS["address"]
    await created(manager, "/v1/persons", body)
    path = f"/v1/persons/{body['id']}"
    for kind in OF_PERSON:
        over: Json = (
            {"provider_id": facility, "decision_number": SECRETS["decision"]} if kind.singular == "episode" else {}
        )
        await created(manager, f"{path}/{kind.collection}", a_fresh(kind) | over)
    document = await created(manager, f"{path}/identity-documents", a_document(number=SECRETS["number"]))
    address = f"{path}/identity-documents/{document['id']}"
    await corrected(manager, address, {"number": SECRETS["other_number"]})
    await manager.post(f"{address}/void", json={"reason": SECRETS["reason"]})
    await corrected(manager, path, {"occupation": "Thợ may"})
    return body


@pytest.fixture
async def erased(app: FastAPI, person: Body) -> Body:
    await erase(app, person["id"])
    return person


async def erase(app: FastAPI, person_id: str, *, today: date = TODAY) -> None:
    """Erase a person as an officer in charge of every unit."""
    scope = UnitScope(tuple(unit for (unit,) in await rows(app, "SELECT id FROM unit ORDER BY id")))
    async with closed_transaction(app.state.sessions) as session:
        await context.enter(session, scope, today=today)
        row = await persons.lock(session, UUID(person_id), scope=scope, today=today)
        assert row is not None
        await erasure.erase(session, row, ACT, today=today)


async def rows(app: FastAPI, statement: str, **parameters: object) -> Rows:
    async with transaction(app.state.sessions) as session:
        return [tuple(row) for row in (await (await session.connection()).execute(text(statement), parameters)).all()]


async def held(app: FastAPI, table: str, person_id: str) -> Rows:
    owner = "id" if table == "person" else "person_id"
    statement = f"SELECT to_jsonb(held) FROM {table} AS held WHERE {owner} = :person"  # noqa: S608 - our own tables
    return await rows(app, statement, person=UUID(person_id))


def belong_to_people() -> set[str]:
    return {table.name for table in metadata.tables.values() if {"person_id", "person_ids"} & set(table.columns.keys())}


class TestWhatIsLeft:
    def test_every_table_that_belongs_to_people_is_decided(self) -> None:
        assert belong_to_people() | {"person"} == DELETED | EMPTIED | EVIDENCE | TRAILS

    async def test_the_database_lets_go_of_just_that(self, app: FastAPI) -> None:
        may = """
            SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
              AND has_table_privilege('registry_definer', oid, :command)
        """
        found = {name for (name,) in await rows(app, may, command="DELETE")}
        assert found & belong_to_people() == DELETED | {"management_file", "episode"}

    @pytest.mark.parametrize("table", sorted(DELETED))
    async def test_what_figures_do_not_need_is_gone(self, app: FastAPI, person: Body, table: str) -> None:
        assert await held(app, table, person["id"]) != []

        await erase(app, person["id"])

        assert await held(app, table, person["id"]) == []

    async def test_nothing_that_identifies_is_in_any_row(self, app: FastAPI, erased: Body) -> None:
        for table in sorted(belong_to_people() & (EMPTIED | EVIDENCE | TRAILS - {"audit_event"}) | {"person"}):
            kept = str(await held(app, table, erased["id"]))
            assert not any(secret in kept for secret in SECRETS.values()), table

    async def test_the_husk_of_the_person(self, app: FastAPI, erased: Body) -> None:
        ((husk,),) = await held(app, "person", erased["id"])

        kept_columns = {"id", "root_id", "unit_id", "unit_certainty", "version", "state", "recorded_at", "changed_at"}
        empty = {"", "unknown", "unrestricted", None}
        left = {
            name: value
            for name, value in husk.items()
            if value not in ([], "\\x") and value not in empty and name not in {*kept_columns, "changed_by"}
        }
        assert left == {}
        assert (husk["state"], husk["version"], husk["changed_by"]) == ("erased", 3, ACT.author)

    @pytest.mark.parametrize("table", ["management_file", "episode"])
    async def test_the_husk_of_what_is_counted(self, app: FastAPI, erased: Body, table: str) -> None:
        ((husk,),) = await held(app, table, erased["id"])

        gone = ("decision_number", "decision_on", "issuer", "void_reason", "provider_id", "planned_months")
        assert {husk.get(name) for name in gone} == {None}
        assert (husk["state"], husk["fingerprint"]) == ("erased", "\\x")

    async def test_the_key_is_destroyed_and_that_it_was_stays(self, app: FastAPI, erased: Body) -> None:
        key = "SELECT wrapped_key FROM person_key WHERE person_id = :person"

        assert await rows(app, key, person=UUID(erased["id"])) == [(None,)]

    async def test_what_is_voided_goes_whole(self, app: FastAPI, manager: httpx.AsyncClient, person: Body) -> None:
        path = f"/v1/persons/{person['id']}/files"
        (file,) = body_of(await manager.get(path))["items"]
        await manager.post(f"{path}/{file['id']}/void", json={"reason": "Twice."})

        await erase(app, person["id"])

        assert await held(app, "management_file", person["id"]) == []

    async def test_what_the_person_asked_goes_with_the_person(
        self, app: FastAPI, manager: httpx.AsyncClient, person: Body
    ) -> None:
        path = f"/v1/persons/{person['id']}/{REQUESTS.collection}"
        request = await created(manager, path, a_record(REQUESTS, details=SECRETS["reason"]))
        assert request["details"] == SECRETS["reason"]

        await erase(app, person["id"])

        refused(await manager.get(f"{path}/{request['id']}"), 410, "erased")
        assert await held(app, "subject_request", person["id"]) == []

    async def test_others_are_left_alone(self, app: FastAPI, sign_in: SignIn, person: Body) -> None:
        manager = await sign_in(Role.PROVINCE_MANAGER)
        other = a_person(phone=SECRETS["phone"])
        await created(manager, "/v1/persons", other)
        document = a_document(number=SECRETS["number"])
        await created(manager, f"/v1/persons/{other['id']}/identity-documents", document)

        await erase(app, person["id"])

        assert body_of(await manager.get(f"/v1/persons/{other['id']}"))["phone"] == SECRETS["phone"]
        found = await manager.post("/v1/persons/search", json={"identity_number": SECRETS["number"]})
        assert [item["id"] for item in body_of(found)["items"]] == [other["id"]]


class TestAnswers:
    async def test_the_same_body_again_is_gone_in_scope_and_out_of_it(
        self, manager: httpx.AsyncClient, sign_in: SignIn, erased: Body
    ) -> None:
        stranger = await sign_in(Role.PROVINCE_MANAGER, unit=("01", TODAY))

        for client in (manager, stranger):
            refused(await client.post("/v1/persons", json=erased), 410, "erased")
            refused(await client.post("/v1/persons", json=erased | {"full_name": "Other"}), 410, "erased")

    @pytest.mark.parametrize("make", [an_episode, a_document, a_residence], ids=lambda make: make.__name__)
    async def test_nothing_can_be_added(
        self, manager: httpx.AsyncClient, erased: Body, make: Callable[..., Body]
    ) -> None:
        collection = {"an_episode": "episodes", "a_document": "identity-documents"}.get(make.__name__, "residences")
        refused(await manager.post(f"/v1/persons/{erased['id']}/{collection}", json=make()), 410, "erased")

    async def test_the_same_record_again_is_gone(self, app: FastAPI, manager: httpx.AsyncClient, person: Body) -> None:
        path = f"/v1/persons/{person['id']}/episodes"
        body = an_episode(
            registered_on="2016-01-04", started_on="2016-01-04", ended_on="2016-05-04", outcome="completed"
        )
        await created(manager, path, body)
        await erase(app, person["id"])

        refused(await manager.post(path, json=body), 410, "erased")

    async def test_nothing_can_be_changed(self, manager: httpx.AsyncClient, erased: Body) -> None:
        address = f"/v1/persons/{erased['id']}"

        refused(await corrected(manager, address, {"occupation": "x"}, if_match="*"), 410, "erased")
        refused(await manager.post(f"{address}/void", json={"reason": "x"}), 410, "erased")

    async def test_there_is_nothing_to_read(
        self, app: FastAPI, manager: httpx.AsyncClient, sign_in: SignIn, facility: str, person: Body
    ) -> None:
        path = f"/v1/persons/{person['id']}"
        (episode,) = body_of(await manager.get(f"{path}/episodes"))["items"]
        officer = await sign_in(Role.FACILITY_OFFICER, organisation=UUID(facility))
        assert (await officer.get(path)).status_code == 200

        await erase(app, person["id"])

        for rest in ("", f"/episodes/{episode['id']}"):
            refused(await manager.get(path + rest), 410, "erased")
            refused(await officer.get(path + rest), 404, "not_found")
        for rest in ("/versions", "/responsibilities", "/episodes", "/identity-documents"):
            refused(await manager.get(path + rest), 410, "erased")
        for address in ("/v1/persons?unit=22015&limit=500", "/v1/episodes?unit=22015&limit=500", "/v1/files?limit=500"):
            assert person["id"] not in (await manager.get(address)).text
        found = await manager.post("/v1/persons/search", json={"name": "bi mat"})
        assert person["id"] not in found.text


class TestTrail:
    async def test_the_unit_and_the_organisation_are_told(self, app: FastAPI, facility: str, erased: Body) -> None:
        told = [row for row in await fed(app, erased["id"]) if row["op"] == "erase"]

        assert {(row["unit_id"] is None, row["organisation_id"]) for row in told} == {
            (False, None),
            (True, UUID(facility)),
        }
        assert {(row["entity"], row["version"], row["person_id"]) for row in told} == {
            ("person", 3, UUID(erased["id"]))
        }

    async def test_it_is_audited(self, app: FastAPI, erased: Body) -> None:
        audited = """
            SELECT person_ids, entity, record_id FROM audit_event
            WHERE operation = :operation AND record_id = :person
        """
        person = UUID(erased["id"])

        assert await rows(app, audited, operation=ACT.operation, person=person) == [([person], "person", person)]


class TestFigures:
    @pytest.mark.parametrize("year", [2020, 2024])
    async def test_figures_of_finished_periods_stay(
        self, app: FastAPI, manager: httpx.AsyncClient, person: Body, year: int
    ) -> None:
        asked: dict[str, str | int] = {"unit": "54", "year": year}
        before = body_of(await manager.get("/v1/reports/annual", params=asked))["figures"]
        assert any(figure["value"] for figure in before)

        await erase(app, person["id"])

        assert body_of(await manager.get("/v1/reports/annual", params=asked))["figures"] == before

    async def test_nobody_is_in_charge_from_the_day_on(self, app: FastAPI, erased: Body) -> None:
        until = "SELECT to_on FROM responsibility WHERE person_id = :person"

        assert await rows(app, until, person=UUID(erased["id"])) == [(TODAY,)]


class TestWall:
    async def test_a_person_out_of_scope_is_not_erased(self, app: FastAPI, person: Body) -> None:
        call = text("SELECT app.erase_person(:person, 'x', now(), current_date)")
        async with app.state.sessions() as session:
            await context.close(session)
            await context.enter(session, UnitScope((1,)), today=TODAY)
            with pytest.raises(DBAPIError, match="out of scope"):
                await (await session.connection()).execute(call, {"person": UUID(person["id"])})

    async def test_an_organisation_erases_nobody(self, app: FastAPI, person: Body) -> None:
        call = text("SELECT app.erase_person(:person, 'x', now(), current_date)")
        async with app.state.sessions() as session:
            await (await session.connection()).execute(text("SET LOCAL ROLE registry_organisations"))
            with pytest.raises(DBAPIError, match="permission denied"):
                await (await session.connection()).execute(call, {"person": UUID(person["id"])})

    async def test_a_broken_off_erasure_leaves_everything(
        self, app: FastAPI, manager: httpx.AsyncClient, person: Body
    ) -> None:
        scope = UnitScope(tuple(unit for (unit,) in await rows(app, "SELECT id FROM unit ORDER BY id")))
        async with app.state.sessions() as session:
            await context.enter(session, scope, today=TODAY)
            row = await persons.lock(session, UUID(person["id"]), scope=scope, today=TODAY)
            assert row is not None
            await erasure.erase(session, row, ACT, today=TODAY)
            await session.rollback()

        assert body_of(await manager.get(f"/v1/persons/{person['id']}"))["phone"] == SECRETS["phone"]


async def test_the_person_held_in_memory_is_not_written_back(app: FastAPI, person: Body) -> None:
    scope = UnitScope(tuple(unit for (unit,) in await rows(app, "SELECT id FROM unit ORDER BY id")))
    async with closed_transaction(app.state.sessions) as session:
        await context.enter(session, scope, today=TODAY)
        row = await persons.lock(session, UUID(person["id"]), scope=scope, today=TODAY)
        assert row is not None
        await erasure.erase(session, row, ACT, today=TODAY)
        row.occupation = "Thợ mộc"

    ((husk,),) = await held(app, "person", person["id"])
    assert husk["occupation"] is None
