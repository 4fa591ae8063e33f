"""A person corrected and voided: what follows the date and the names, and which version is meant."""

from uuid import UUID

import httpx
from fastapi import FastAPI
from sqlmodel import select

from registry.db.engine import transaction
from registry.db.tables.persons import PersonNameTokenRow, PersonRow
from registry.domain.access import Role
from tests.conftest import TODAY, SignIn
from tests.factories.posted import body_of, corrected, posted_episode, posted_file, posted_person, refused


class TestChange:
    async def test_the_year_follows_the_date(self, manager: httpx.AsyncClient) -> None:
        address = f"/v1/persons/{await posted_person(manager, birth_date='1992-05-17')}"

        changed = body_of(await corrected(manager, address, {"birth_date": "1993-01-01"}))
        taken_away = body_of(await corrected(manager, address, {"birth_date": None}))
        forgotten = body_of(await corrected(manager, address, {"birth_year": None}))

        assert (changed["birth_year"], changed["warnings"]) == (1993, [])
        assert (taken_away["birth_date"], taken_away["birth_year"]) == (None, 1993)
        assert forgotten["birth_year"] is None

    async def test_a_year_against_the_date_gives_way_with_a_warning(self, manager: httpx.AsyncClient) -> None:
        address = f"/v1/persons/{await posted_person(manager, birth_date='1992-05-17')}"

        person = body_of(await corrected(manager, address, {"birth_year": 1980}))

        assert person["birth_year"] == 1992
        assert [warning["code"] for warning in person["warnings"]] == ["birth_year_taken_from_date"]

    async def test_a_list_is_replaced_as_a_whole_and_null_empties_it(self, manager: httpx.AsyncClient) -> None:
        address = f"/v1/persons/{await posted_person(manager, aliases=['Tư'])}"

        assert body_of(await corrected(manager, address, {"aliases": ["Năm", "Sáu"]}))["aliases"] == ["Năm", "Sáu"]
        assert body_of(await corrected(manager, address, {"aliases": None}))["aliases"] == []

    async def test_the_words_to_search_by_follow_the_names(self, app: FastAPI, manager: httpx.AsyncClient) -> None:
        person_id = await posted_person(manager, full_name="Đỗ Văn Hoà", aliases=["Tư"])

        await corrected(manager, f"/v1/persons/{person_id}", {"full_name": "Đỗ Văn Bình", "aliases": None})

        async with transaction(app.state.sessions) as session:
            tokens = select(PersonNameTokenRow.token).where(PersonNameTokenRow.person_id == UUID(person_id))
            row = (await session.exec(select(PersonRow).where(PersonRow.id == UUID(person_id)))).one()
            assert sorted((await session.exec(tokens)).all()) == ["binh", "do", "van"]
        assert row.folded_name == "do van binh"

    async def test_the_residence_is_not_changed_here(self, manager: httpx.AsyncClient) -> None:
        address = f"/v1/persons/{await posted_person(manager)}"

        refused(await corrected(manager, address, {"residence": None}), 422, "validation_failed", "/residence")

    async def test_a_weak_or_foreign_tag_fits_no_version(self, manager: httpx.AsyncClient) -> None:
        address = f"/v1/persons/{await posted_person(manager)}"

        refused(await corrected(manager, address, {"phone": "0900 000 003"}, if_match='"abc"'), 412, "version_mismatch")

    async def test_one_of_several_tags_or_any_is_enough(self, manager: httpx.AsyncClient) -> None:
        address = f"/v1/persons/{await posted_person(manager)}"

        several = await corrected(manager, address, {"phone": "0900 000 003"}, if_match='"v7-person", "v1-person"')
        anything = await corrected(manager, address, {"phone": None}, if_match="*")

        assert [(answer.status_code, body_of(answer)["version"]) for answer in (several, anything)] == [
            (200, 2),
            (200, 3),
        ]

    async def test_former_versions_come_the_oldest_first(self, manager: httpx.AsyncClient) -> None:
        address = f"/v1/persons/{await posted_person(manager, occupation='Ngư dân')}"
        for occupation in ("Thợ hồ", "Thợ may"):
            await corrected(manager, address, {"occupation": occupation})

        former = body_of(await manager.get(f"{address}/versions"))["items"]

        assert [(state["version"], state["state"]["occupation"]) for state in former] == [
            (1, "Ngư dân"),
            (2, "Thợ hồ"),
        ]
        kept_to_itself = {"fingerprint", "number_index", "unit_id"}
        assert kept_to_itself.isdisjoint(former[0]["state"])


class TestVoid:
    async def test_a_voided_person_is_in_no_list(self, manager: httpx.AsyncClient, sign_in: SignIn) -> None:
        person_id = await posted_person(manager, unit_code="22240")
        await posted_file(manager, person_id)
        await posted_episode(manager, person_id)
        officer = await sign_in(Role.COMMUNE_OFFICER, unit=("22240", TODAY))
        lists = ("/v1/persons", "/v1/files", "/v1/episodes")
        assert [len(body_of(await officer.get(path))["items"]) for path in lists] == [1, 1, 1]

        await manager.post(f"/v1/persons/{person_id}/void", json={"reason": "Entered twice."})

        assert [body_of(await officer.get(path))["items"] for path in lists] == [[], [], []]
        assert body_of(await officer.post("/v1/persons/search", json={"name": "mau"}))["items"] == []
