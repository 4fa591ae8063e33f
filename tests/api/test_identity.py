"""Identity documents and residences: warnings instead of refusals, and places on the map of their day."""

from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI
from sqlmodel import select

from registry.db.engine import transaction
from registry.db.tables.persons import IdentityDocumentRow
from tests.factories.bodies import a_document, a_residence
from tests.factories.posted import body_of, corrected, created, posted_person, refused

MAN_OF_1992 = "054092999001"


class TestDocuments:
    async def test_a_document_is_answered_whole(self, manager: httpx.AsyncClient) -> None:
        person_id, document_id = await posted_person(manager), str(uuid4())

        document = await created(
            manager,
            f"/v1/persons/{person_id}/identity-documents",
            {
                "id": document_id,
                "document_type": "cmnd",
                "number": "221 345 678",
                "issued_on": "2010-06-01",
                "issuer": "Công an Phú Yên",
            },
        )

        assert document == {
            "id": document_id,
            "version": 1,
            "state": "active",
            "void_reason": None,
            "recorded_at": "2026-11-21T03:00:00Z",
            "person_id": person_id,
            "document_type": "cmnd",
            "number": "221 345 678",
            "issued_on": "2010-06-01",
            "issuer": "Công an Phú Yên",
            "warnings": [],
        }

    @pytest.mark.parametrize(
        ("person", "number", "codes"),
        [
            pytest.param({}, MAN_OF_1992, [], id="agrees"),
            pytest.param({"sex": "female"}, "054092999002", ["cccd_sex_differs"], id="is a man's, of a woman"),
            pytest.param(
                {"birth_date": "1993-01-01"},
                "054092999003",
                ["cccd_birth_year_differs"],
                id="has another year of birth",
            ),
            pytest.param({}, "12345", ["cccd_malformed"], id="is too short"),
        ],
    )
    async def test_a_cccd_is_kept_with_a_warning_where_it(
        self, manager: httpx.AsyncClient, person: dict[str, Any], number: str, codes: list[str]
    ) -> None:
        person_id = await posted_person(manager, **person)

        document = await created(manager, f"/v1/persons/{person_id}/identity-documents", a_document(number=number))

        assert [(warning["code"], warning["pointer"]) for warning in document["warnings"]] == [
            (code, "/number") for code in codes
        ]

    async def test_warnings_speak_the_caller_s_language(self, manager: httpx.AsyncClient) -> None:
        path, body = f"/v1/persons/{await posted_person(manager)}/identity-documents", a_document(number="123456")

        answer = await manager.post(path, json=body, headers={"Accept-Language": "vi"})

        assert body_of(answer)["warnings"] == [
            {"code": "cccd_malformed", "detail": "Số CCCD không có đúng 12 chữ số.", "pointer": "/number"}
        ]

    async def test_two_people_may_show_one_number(self, manager: httpx.AsyncClient) -> None:
        for _ in range(2):
            path = f"/v1/persons/{await posted_person(manager)}/identity-documents"
            await created(manager, path, a_document(number="054092999055"))

    async def test_the_number_is_indexed_under_a_key_in_its_normal_form(
        self, app: FastAPI, manager: httpx.AsyncClient
    ) -> None:
        person_id = await posted_person(manager)
        path = f"/v1/persons/{person_id}/identity-documents"
        for number in ("054092999056", "0540-9299.9056"):
            await created(manager, path, a_document(number=number))
        passport = await created(manager, path, a_document(document_type="passport", number="054092999056"))

        async with transaction(app.state.sessions) as session:
            query = select(IdentityDocumentRow).where(IdentityDocumentRow.person_id == UUID(person_id))
            rows = (await session.exec(query)).all()
        indexes = {str(row.id): row.number_index for row in rows}
        assert len(set(indexes.values())) == 2
        assert [index for index in indexes.values() if b"0540" in index or len(index) != 32] == []
        assert list(indexes.values()).count(indexes[passport["id"]]) == 1

    async def test_a_corrected_number_is_found_and_the_former_is_not(self, manager: httpx.AsyncClient) -> None:
        person_id = await posted_person(manager)
        path = f"/v1/persons/{person_id}/identity-documents"
        document = await created(manager, path, a_document(number="054092999057"))

        await corrected(manager, f"{path}/{document['id']}", {"number": "054092999058"})

        found = [
            [item["id"] for item in body_of(await manager.post("/v1/persons/search", json=body))["items"]]
            for body in ({"identity_number": "054092999057"}, {"identity_number": "054092999058"})
        ]
        assert found == [[], [person_id]]

    async def test_a_document_is_not_issued_tomorrow(self, manager: httpx.AsyncClient) -> None:
        path = f"/v1/persons/{await posted_person(manager)}/identity-documents"

        refused(await manager.post(path, json=a_document(issued_on="2030-01-01")), 409, "date_in_future", "/issued_on")

    @pytest.mark.parametrize("number", ["", "ab", "x" * 41, "054 092 <b>", "\uff10\uff15\uff14", 54092999001])
    async def test_a_number_that_is_none(self, manager: httpx.AsyncClient, number: object) -> None:
        path = f"/v1/persons/{await posted_person(manager)}/identity-documents"

        refused(await manager.post(path, json=a_document() | {"number": number}), 422, "validation_failed", "/number")


class TestResidences:
    async def test_a_later_residence_moves_nobody(self, manager: httpx.AsyncClient) -> None:
        person_id = await posted_person(manager)
        before = body_of(await manager.get(f"/v1/persons/{person_id}/responsibilities"))

        body = a_residence(kind="no_stable_residence", unit_code="22240", address="Chợ Phú Lâm")
        await created(manager, f"/v1/persons/{person_id}/residences", body)

        assert body_of(await manager.get(f"/v1/persons/{person_id}/responsibilities")) == before

    async def test_a_residence_may_lie_anywhere_in_the_country(self, manager: httpx.AsyncClient) -> None:
        path = f"/v1/persons/{await posted_person(manager)}/residences"

        await created(manager, path, a_residence(unit_code="00001"))

    @pytest.mark.parametrize(
        ("over", "status", "code", "pointer"),
        [
            pytest.param({"from_on": "2030-01-01"}, 409, "date_in_future", "/from_on", id="from tomorrow on"),
            pytest.param({"to_on": "2020-05-31"}, 409, "dates_out_of_order", "/to_on", id="to before from"),
            pytest.param({"unit_code": "99999"}, 404, "unit_unknown", "/unit_code", id="nowhere"),
            pytest.param(
                {"unit_code": "22018", "from_on": "2026-01-01"},
                404,
                "unit_not_in_force",
                "/unit_code",
                id="where nothing is any more",
            ),
        ],
    )
    async def test_what_cannot_be_is_refused(
        self, manager: httpx.AsyncClient, over: dict[str, str], status: int, code: str, pointer: str
    ) -> None:
        path = f"/v1/persons/{await posted_person(manager)}/residences"

        refused(await manager.post(path, json=a_residence() | over), status, code, pointer)

    @pytest.mark.parametrize("code", ["54", "555", "2201", "220155", "phuong 1", 22015])
    async def test_what_is_no_commune_s_code(self, manager: httpx.AsyncClient, code: object) -> None:
        path = f"/v1/persons/{await posted_person(manager)}/residences"

        refused(
            await manager.post(path, json=a_residence() | {"unit_code": code}), 422, "validation_failed", "/unit_code"
        )
