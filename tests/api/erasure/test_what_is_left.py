"""An erasure leaves nothing that identifies, in no row of any table."""

from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI

from registry.api.kinds.rights import REQUESTS
from registry.db import context, erasure, persons
from registry.db.context import closed_transaction
from registry.db.tables.all import metadata
from registry.domain.access import Role, UnitScope
from tests.api.erasure.erasing import SECRETS, erase, held
from tests.conftest import TODAY, SignIn
from tests.factories.bodies import Body, a_document, a_person, a_record
from tests.factories.erasures import an_approved_order
from tests.factories.posted import body_of, created, refused
from tests.factories.rows import ACT
from tests.factories.stored import rows

DELETED = {
    *(
        "person_name_token",
        "person_match_key",
        "identity_document",
        "residence",
        "drug_test",
        "determination",
        "substance_use",
        "medical_result",
        "medical_referral",
    ),
    *("reach", "record_history", "person_read", "subject_request", "move", "sync_rejection", "sync_conflict"),
    *("accompaniment", "visit", "attendance", "referral", "membership"),
}
"""Tables of which a person's rows go."""
COUNTED = {
    "management_file": {"decision_on"},
    "episode": {"decision_on", "planned_months", "provider_id"},
    "aftercare": set[str](),
    "education_measure": set[str](),
}
"""What figures count, each with what they do not need of it beside numbers of decisions, issuers and reasons."""
EMPTIED = {"person", "person_key", "responsibility", *COUNTED}
"""Tables of which a husk stays: that somebody was counted, where, when and as what."""
EVIDENCE = {"erasure_order", "emergency_access", "merge"}
"""Tables of which the rows stay as evidence. Their sealed texts go with the key."""
TRAILS = {"audit_event", "change_feed", "task"}
"""Ids and codes only."""


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
        assert found & belong_to_people() == DELETED | COUNTED.keys()

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

    @pytest.mark.parametrize("table", sorted(COUNTED))
    async def test_the_husk_of_what_is_counted(self, app: FastAPI, erased: Body, table: str) -> None:
        ((husk,),) = await held(app, table, erased["id"])

        gone = {"decision_number", "issuer", "void_reason"} | COUNTED[table]
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


class TestWhole:
    async def test_a_broken_off_erasure_leaves_everything(
        self, app: FastAPI, manager: httpx.AsyncClient, person: Body
    ) -> None:
        scope = UnitScope(tuple(unit for (unit,) in await rows(app, "SELECT id FROM unit ORDER BY id")))
        async with app.state.sessions() as session:
            await context.enter(session, scope, today=TODAY)
            row = await persons.lock(session, UUID(person["id"]), scope=scope, today=TODAY)
            assert row is not None
            order = await an_approved_order(session, row)
            await erasure.erase(session, row, ACT, by_order=order, today=TODAY)
            await session.rollback()

        assert body_of(await manager.get(f"/v1/persons/{person['id']}"))["phone"] == SECRETS["phone"]


async def test_the_person_held_in_memory_is_not_written_back(app: FastAPI, person: Body) -> None:
    scope = UnitScope(tuple(unit for (unit,) in await rows(app, "SELECT id FROM unit ORDER BY id")))
    async with closed_transaction(app.state.sessions) as session:
        await context.enter(session, scope, today=TODAY)
        row = await persons.lock(session, UUID(person["id"]), scope=scope, today=TODAY)
        assert row is not None
        order = await an_approved_order(session, row)
        await erasure.erase(session, row, ACT, by_order=order, today=TODAY)
        row.occupation = "Thợ mộc"

    ((husk,),) = await held(app, "person", person["id"])
    assert husk["occupation"] is None
