"""Sealed columns through the API: opened in answers, ciphertext in every row, closed wherever they do not belong."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeAlias
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import event, text
from sqlalchemy.exc import StatementError

from registry.db.engine import transaction
from registry.db.sealing import Opened, sealed_columns
from registry.db.tables.persons import IdentityDocumentRow, PersonRow, ResidenceRow
from registry.db.tables.situation import OrganisationRow
from registry.domain.access import Role
from tests.conftest import SignIn
from tests.factories.bodies import Body, a_document, a_person, a_residence, an_episode, an_organisation
from tests.factories.posted import body_of, corrected, created, posted_person, refused
from tests.factories.rows import a_person_row

PHONE, ADDRESS, NUMBER, REASON = "0900 111 222", "7 ngõ Mẫu", "054092999077", "Ghi nhầm cho cô Mẫu"
CLEAR = (PHONE, ADDRESS, NUMBER, REASON)

Row: TypeAlias = tuple[Any, ...]


@pytest.fixture(scope="module")
async def person(manager: httpx.AsyncClient) -> Body:
    body = a_person(phone=PHONE)
    body["residence"]["address"] = ADDRESS
    return await created(manager, "/v1/persons", body)


@pytest.fixture
async def document(manager: httpx.AsyncClient, person: Body) -> str:
    """The address of a new document."""
    path = f"/v1/persons/{person['id']}/identity-documents"
    made = await created(manager, path, a_document(number=NUMBER))
    return f"{path}/{made['id']}"


async def rows(app: FastAPI, statement: str, **parameters: object) -> list[Row]:
    async with transaction(app.state.sessions) as session:
        answer = await (await session.connection()).execute(text(statement), parameters)
        return [tuple(row) for row in answer.all()] if answer.returns_rows else []


@contextmanager
def statements(app: FastAPI) -> Iterator[list[str]]:
    """Write down what is asked of the database."""
    asked: list[str] = []

    def note(_conn: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    engine = app.state.sessions.kw["bind"].sync_engine
    event.listen(engine, "before_cursor_execute", note)
    yield asked
    event.remove(engine, "before_cursor_execute", note)


def keys_asked_for(asked: list[str]) -> int:
    return sum("FROM person_key" in statement for statement in asked)


class TestStored:
    async def test_no_row_and_no_former_state_holds_a_clear_value(
        self, app: FastAPI, manager: httpx.AsyncClient, person: Body, document: str
    ) -> None:
        await corrected(manager, f"/v1/persons/{person['id']}", {"phone": "0900 333 444"})
        await corrected(manager, document, {"number": "054092999078"})
        await manager.post(f"{document}/void", json={"reason": REASON})

        of = {"person": UUID(person["id"])}
        found = [
            *await rows(app, "SELECT phone FROM person WHERE id = :person", **of),
            *await rows(app, "SELECT number, void_reason FROM identity_document WHERE person_id = :person", **of),
            *await rows(app, "SELECT address FROM residence WHERE person_id = :person", **of),
        ]
        blobs = [value for row in found for value in row if value is not None]
        assert len(blobs) >= 4
        assert {(type(value), value[:1]) for value in blobs} == {(bytes, b"\x01")}
        states = await rows(app, "SELECT state::text FROM record_history WHERE person_id = :person", **of)
        assert len(states) == 3
        assert not any(clear in state for (state,) in states for clear in (*CLEAR, "0900 333 444", "054092999078"))

    async def test_a_sealed_column_takes_nothing_clear_and_does_not_repeat_it(self, app: FastAPI) -> None:
        async with app.state.sessions() as session:
            session.add(a_person_row(phone=PHONE))
            with pytest.raises(StatementError) as refusal:
                await session.flush()

        assert "sealed values only" in str(refusal.value)
        assert PHONE not in str(refusal.value)

    def test_which_columns_are_sealed(self) -> None:
        assert sealed_columns(PersonRow) == ("phone", "void_reason")
        assert set(sealed_columns(IdentityDocumentRow)) == {"number", "void_reason"}
        assert set(sealed_columns(ResidenceRow)) == {"address", "void_reason"}
        assert sealed_columns(OrganisationRow) == ()

    async def test_every_person_has_a_key_of_their_own(self, app: FastAPI, manager: httpx.AsyncClient) -> None:
        people = [UUID(await posted_person(manager)) for _ in range(3)]
        found = await rows(app, "SELECT id, wrapped_key FROM person_key WHERE person_id = ANY (:people)", people=people)

        assert len(set(found)) == 3


class TestAnswers:
    async def test_former_states_are_opened_for_those_entitled(self, manager: httpx.AsyncClient, document: str) -> None:
        await corrected(manager, document, {"number": "054092999078"})
        await corrected(manager, document, {"number": "054092999079"})

        former = body_of(await manager.get(f"{document}/versions"))["items"]

        assert [state["state"]["number"] for state in former] == [NUMBER, "054092999078"]
        assert "number_index" not in former[0]["state"]
        assert "number_index_key" not in former[0]["state"]

    async def test_a_patch_is_compared_with_what_the_sealed_value_says(
        self, manager: httpx.AsyncClient, document: str
    ) -> None:
        same = await corrected(manager, document, {"number": NUMBER})
        other = await corrected(manager, document, {"number": "054092999080"})

        assert [body_of(answer)["version"] for answer in (same, other)] == [1, 2]

    async def test_a_reason_is_compared_with_what_the_sealed_one_says(
        self, manager: httpx.AsyncClient, document: str
    ) -> None:
        first = await manager.post(f"{document}/void", json={"reason": REASON})
        again = await manager.post(f"{document}/void", json={"reason": REASON})

        assert body_of(first)["void_reason"] == REASON
        assert body_of(again) == body_of(first)
        refused(await manager.post(f"{document}/void", json={"reason": "Otherwise."}), 409, "record_voided")

    async def test_a_reason_for_what_belongs_to_no_person_stays_clear(
        self, app: FastAPI, manager: httpx.AsyncClient
    ) -> None:
        made = await created(manager, "/v1/organisations", an_organisation())
        await manager.post(f"/v1/organisations/{made['id']}/void", json={"reason": "Closed."})

        kept = await rows(app, "SELECT void_reason FROM organisation WHERE id = :id", id=UUID(made["id"]))
        assert kept == [("Closed.",)]

    async def test_a_facility_voids_its_episode_under_the_key_of_its_patient(
        self, manager: httpx.AsyncClient, sign_in: SignIn
    ) -> None:
        facility = (await created(manager, "/v1/organisations", an_organisation()))["id"]
        patient = await posted_person(manager)
        episode = an_episode(modality="facility", provider_id=facility)
        await created(manager, f"/v1/persons/{patient}/episodes", episode)
        officer = await sign_in(Role.FACILITY_OFFICER, organisation=UUID(facility))

        address = f"/v1/persons/{patient}/episodes/{episode['id']}"
        voided = await officer.post(f"{address}/void", json={"reason": REASON})

        assert body_of(voided)["void_reason"] == REASON
        assert body_of(await manager.get(address))["void_reason"] == REASON


class TestPrice:
    async def test_what_has_nothing_sealed_asks_for_no_key(self, app: FastAPI, manager: httpx.AsyncClient) -> None:
        person = await posted_person(manager)
        with statements(app) as asked:
            await created(manager, f"/v1/persons/{person}/episodes", an_episode())

        assert asked
        assert [statement for statement in asked if "person_key" in statement] == []

    async def test_a_page_asks_once(self, app: FastAPI, manager: httpx.AsyncClient) -> None:
        for _ in range(3):
            await posted_person(manager, unit_code="22240", phone=PHONE)
        with statements(app) as asked:
            page = body_of(await manager.get("/v1/persons?unit=22240"))["items"]

        assert [item["phone"] for item in page].count(PHONE) == 3
        assert keys_asked_for(asked) == 1

    async def test_a_new_person_s_key_is_written_and_not_asked_for(
        self, app: FastAPI, manager: httpx.AsyncClient
    ) -> None:
        body = a_person(phone=PHONE)
        body["residence"]["address"] = ADDRESS
        with statements(app) as asked:
            await created(manager, "/v1/persons", body)

        assert [sum("person_key" in statement for statement in asked), keys_asked_for(asked)] == [1, 0]

    async def test_a_person_s_keys_are_asked_for_once_in_a_request(
        self, app: FastAPI, manager: httpx.AsyncClient, person: Body
    ) -> None:
        residence = await created(manager, f"/v1/persons/{person['id']}/residences", a_residence(address=ADDRESS))
        with statements(app) as asked:
            address = f"/v1/persons/{person['id']}/residences/{residence['id']}"
            await manager.patch(
                address,
                json={"address": "8 ngõ Mẫu"},
                headers={"If-Match": '"v1-residence"', "Content-Type": "application/merge-patch+json"},
            )

        assert keys_asked_for(asked) == 1


class TestClosed:
    """What was tampered with behind the service's back: no answer, a log line, and the next request is served."""

    @pytest.fixture
    async def other(self, manager: httpx.AsyncClient) -> str:
        """The address of somebody else's document."""
        path = f"/v1/persons/{await posted_person(manager)}/identity-documents"
        return f"{path}/{(await created(manager, path, a_document(number=NUMBER)))['id']}"

    async def is_refused(
        self, manager: httpx.AsyncClient, caplog: pytest.LogCaptureFixture, address: str, event: str
    ) -> None:
        caplog.clear()
        answer = await manager.get(address)

        refused(answer, 500, "sealed_value_unreadable")
        assert not any(clear in answer.text for clear in CLEAR)
        assert [record.message for record in caplog.records if record.name == "registry.db.sealing"] == [event]
        assert not any(clear in caplog.text for clear in CLEAR)

    async def test_another_person_s_value(
        self,
        app: FastAPI,
        manager: httpx.AsyncClient,
        document: str,
        other: str,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        swap = """
            UPDATE identity_document SET number = there.number FROM identity_document AS there
            WHERE identity_document.id = :here AND there.id = :there
        """
        await rows(app, swap, here=id_of(document), there=id_of(other))

        await self.is_refused(manager, caplog, document, "sealed_value.unreadable")
        assert (await manager.get(other)).status_code == 200

    async def test_a_value_of_another_row_of_the_same_person(
        self, app: FastAPI, manager: httpx.AsyncClient, document: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        path = document.rpartition("/")[0]
        sibling = await created(manager, path, a_document(number=NUMBER))
        swap = "UPDATE identity_document SET number = (SELECT number FROM identity_document WHERE id = :there)"
        await rows(app, f"{swap} WHERE id = :here", here=id_of(document), there=UUID(sibling["id"]))

        await self.is_refused(manager, caplog, document, "sealed_value.unreadable")

    async def test_a_value_of_another_column(
        self, app: FastAPI, manager: httpx.AsyncClient, document: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        await rows(app, "UPDATE identity_document SET void_reason = number WHERE id = :here", here=id_of(document))

        await self.is_refused(manager, caplog, document, "sealed_value.unreadable")

    async def test_a_bit(
        self, app: FastAPI, manager: httpx.AsyncClient, document: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        flip = "UPDATE identity_document SET number = set_bit(number, 120, 1 - get_bit(number, 120)) WHERE id = :here"
        await rows(app, flip, here=id_of(document))

        await self.is_refused(manager, caplog, document, "sealed_value.unreadable")

    async def test_another_person_s_key(
        self, app: FastAPI, manager: httpx.AsyncClient, other: str, person: Body, caplog: pytest.LogCaptureFixture
    ) -> None:
        swap = """
            UPDATE person_key SET wrapped_key = there.wrapped_key, id = there.id FROM person_key AS there
            WHERE person_key.person_id = :here AND there.person_id = :there
        """
        await rows(app, swap, here=owner_of(other), there=UUID(person["id"]))

        await self.is_refused(manager, caplog, other, "person_key.unreadable")

    async def test_a_master_key_that_is_gone(
        self, app: FastAPI, manager: httpx.AsyncClient, other: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        await rows(app, "UPDATE person_key SET master_key = 9 WHERE person_id = :here", here=owner_of(other))

        await self.is_refused(manager, caplog, other, "person_key.unreadable")

    async def test_a_person_without_a_key(
        self, app: FastAPI, manager: httpx.AsyncClient, other: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        await rows(app, "DELETE FROM person_key WHERE person_id = :here", here=owner_of(other))

        await self.is_refused(manager, caplog, other, "person_key.missing")

    async def test_a_former_state_of_another_record(
        self, app: FastAPI, manager: httpx.AsyncClient, document: str, other: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        for address in (document, other):
            await corrected(manager, address, {"number": "054092999080"})
        swap = "UPDATE record_history SET state = (SELECT state FROM record_history WHERE id = :there) WHERE id = :here"
        await rows(app, swap, here=id_of(document), there=id_of(other))

        await self.is_refused(manager, caplog, f"{document}/versions", "sealed_value.unreadable")


def test_what_is_opened_is_no_row() -> None:
    opened = Opened(a_person_row(full_name="Mẫu"), {"phone": PHONE})

    assert (opened.phone, opened.full_name) == (PHONE, "Mẫu")
    with pytest.raises(AttributeError):
        opened.absent  # noqa: B018 - the access is the test


def id_of(address: str) -> UUID:
    return UUID(address.rpartition("/")[2])


def owner_of(address: str) -> UUID:
    return UUID(address.split("/")[3])
