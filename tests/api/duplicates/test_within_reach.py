"""Duplicates whom the writer may see: a remark beside the record, and a list that says why."""

import httpx
import pytest
from fastapi import FastAPI

from tests.api.duplicates.alike import REMARK, listed, remarks, twins
from tests.factories.bodies import a_document, a_person
from tests.factories.posted import corrected, created, posted_person, refused
from tests.factories.trails import audited

CMND = "000999412"


class TestRemark:
    async def test_a_second_entry_is_kept_with_a_remark(self, officer: httpx.AsyncClient) -> None:
        first, second = twins()
        assert remarks(await created(officer, "/v1/persons", first)) == []

        assert remarks(await created(officer, "/v1/persons", second)) == [(REMARK, "/full_name")]

    @pytest.mark.parametrize(
        ("fields", "found"),
        [
            pytest.param({"aliases": ["x"]}, [(REMARK, "/full_name")], id="a name that is corrected"),
            pytest.param({"occupation": "Thợ mộc"}, [], id="anything else"),
        ],
    )
    async def test_a_correction_is_checked_anew(
        self, officer: httpx.AsyncClient, fields: dict[str, list[str]], found: list[tuple[str, str]]
    ) -> None:
        first, second = twins()
        await created(officer, "/v1/persons", first)
        await created(officer, "/v1/persons", second)
        named = {name: [first["full_name"]] if name == "aliases" else value for name, value in fields.items()}

        answer = await corrected(officer, f"/v1/persons/{second['id']}", named)

        assert remarks(answer.json()) == found

    async def test_who_has_another_name_now_is_not_found_by_the_old_one(self, officer: httpx.AsyncClient) -> None:
        first, second = twins()
        await created(officer, "/v1/persons", first)
        await corrected(officer, f"/v1/persons/{first['id']}", {"full_name": "Lý Khác Hẳn", "birth_date": "1950-01-01"})

        assert remarks(await created(officer, "/v1/persons", second)) == []

    @pytest.mark.parametrize("kind", ["cmnd", "other"])
    async def test_one_number_is_found_on_a_document_of_whatever_kind(
        self, officer: httpx.AsyncClient, kind: str
    ) -> None:
        one, other = await posted_person(officer), await posted_person(officer)
        number = f"{CMND}{len(kind)}"
        await created(officer, f"/v1/persons/{one}/identity-documents", a_document())
        held = a_document(document_type="cmnd", number=number)
        await created(officer, f"/v1/persons/{one}/identity-documents", held)

        shown = a_document(document_type=kind, number=f"{number[:3]} {number[3:]}")
        written = await created(officer, f"/v1/persons/{other}/identity-documents", shown)

        assert remarks(written) == [(REMARK, "/number")]
        (found,) = await listed(officer, other)
        assert (found["person_id"], found["score"], found["signs"][0]) == (one, 100, "same_number")

    async def test_a_correction_of_the_issuer_asks_nothing(self, officer: httpx.AsyncClient) -> None:
        one, other = await posted_person(officer), await posted_person(officer)
        document = a_document()
        await created(officer, f"/v1/persons/{one}/identity-documents", document)
        path = f"/v1/persons/{other}/identity-documents"
        await created(officer, path, document)

        answer = await corrected(officer, f"{path}/{document['id']}", {"issuer": "Công an tỉnh"})

        assert remarks(answer.json()) == []


class TestList:
    async def test_says_who_how_likely_and_why(self, officer: httpx.AsyncClient) -> None:
        first, second = twins()
        await created(officer, "/v1/persons", first)
        await created(officer, "/v1/persons", second)

        assert await listed(officer, second["id"]) == [
            {
                "person_id": first["id"],
                "score": 75,
                "signs": ["same_name", "same_birth_year", "same_birthplace"],
            }
        ]
        ((back,), forth) = await listed(officer, first["id"]), await listed(officer, second["id"])
        assert (back["person_id"], back["score"]) == (second["id"], forth[0]["score"])

    async def test_is_empty_where_nobody_is_alike(self, officer: httpx.AsyncClient) -> None:
        assert await listed(officer, await posted_person(officer)) == []

    async def test_leaves_out_who_was_voided(self, officer: httpx.AsyncClient) -> None:
        first, second = twins()
        await created(officer, "/v1/persons", first)
        await created(officer, "/v1/persons", second)
        await officer.post(f"/v1/persons/{first['id']}/void", json={"reason": "Entered twice."})

        assert await listed(officer, second["id"]) == []

    async def test_whom_it_shows_stands_in_the_audit_log(self, app: FastAPI, officer: httpx.AsyncClient) -> None:
        first, second = twins()
        await created(officer, "/v1/persons", first)
        await created(officer, "/v1/persons", second)

        (row,) = await audited(app, await officer.get(f"/v1/persons/{second['id']}/duplicates"))

        assert {str(person) for person in row["person_ids"]} == {first["id"], second["id"]}
        assert (row["operation"], row["field_groups"]) == ("list_duplicates", ["identity", "person"])

    async def test_of_nobody_in_reach_is_not_there(
        self, officer: httpx.AsyncClient, neighbour: httpx.AsyncClient
    ) -> None:
        elsewhere = a_person(unit_code="22258")
        await created(neighbour, "/v1/persons", elsewhere)

        refused(await officer.get(f"/v1/persons/{elsewhere['id']}/duplicates"), 404, "not_found")
