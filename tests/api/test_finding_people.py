"""Finding people: complete, in Vietnamese order, page by page, within reach."""

from typing import Any

import httpx
import pytest

from registry.domain.access import Role
from tests.conftest import TODAY, SignIn
from tests.factories.bodies import Body, a_document
from tests.factories.posted import body_of, created, pages, posted_file, posted_person, refused

IN_ORDER = (
    "Lê An",
    "Trần An",
    "Nguyễn Ân",
    "Võ Bình",
    "Bùi Dũng",
    "Đặng Đạt",
    "Đỗ Văn Hòa",
    "Nguyễn Thị Hoà",
    "Hồ Lan",
    "Nguyễn Văn Mẫu",
    "Y Wăn Niê",
)
"""As a Vietnamese list has them: by the given name, which stands last, then by the rest; d before đ."""


@pytest.fixture(scope="module")
async def people(manager: httpx.AsyncClient) -> dict[str, str]:
    """One person of each name in Phường Phú Yên, posted in another order; their ids."""
    ids = {}
    for place, name in enumerate(sorted(IN_ORDER, key=lambda name: name[::-1])):
        ids[name] = await posted_person(
            manager,
            unit_code="22240",
            full_name=name,
            aliases=["Bảy Cụt"] if name == "Hồ Lan" else [],
            birth_date=None,
            birth_year=1980 + place,
        )
    return ids


@pytest.fixture(scope="module")
async def officer(sign_in: SignIn, people: dict[str, str]) -> httpx.AsyncClient:
    """The officer of the commune where they live."""
    assert people
    return await sign_in(Role.COMMUNE_OFFICER, unit=("22240", TODAY))


async def found(client: httpx.AsyncClient, **body: Any) -> list[str]:  # noqa: ANN401 - conditions are JSON values
    """The names that a search finds, page by page."""
    names: list[str] = []
    cursor: Body = {}
    while True:
        answer = await client.post("/v1/persons/search", json=body | cursor)
        assert answer.status_code == 200, answer.text
        names += [item["full_name"] for item in body_of(answer)["items"]]
        if body_of(answer)["next_cursor"] is None:
            return names
        cursor = {"cursor": body_of(answer)["next_cursor"]}


class TestListPersons:
    @pytest.mark.parametrize("limit", [1, 2, 10, 11, 500])
    async def test_pages_joined_are_everyone_in_vietnamese_order(self, officer: httpx.AsyncClient, limit: int) -> None:
        items = await pages(officer, f"/v1/persons?limit={limit}")

        assert tuple(item["full_name"] for item in items) == IN_ORDER

    async def test_an_item_is_what_reading_the_person_shows(
        self, officer: httpx.AsyncClient, people: dict[str, str]
    ) -> None:
        (first, *_) = await pages(officer, "/v1/persons")

        assert first == body_of(await officer.get(f"/v1/persons/{people['Lê An']}"))

    async def test_by_a_unit_of_today_or_of_then(self, manager: httpx.AsyncClient, officer: httpx.AsyncClient) -> None:
        here = len(IN_ORDER)

        assert len(await pages(officer, "/v1/persons?unit=22240")) == here
        assert len(await pages(manager, "/v1/persons?unit=22240")) == here
        assert len(await pages(manager, "/v1/persons?unit=54&limit=500")) >= here
        assert await pages(manager, "/v1/persons?unit=22045") == []

    async def test_no_name_stands_in_an_address(self, officer: httpx.AsyncClient) -> None:
        first, again = [body_of(await officer.get("/v1/persons?limit=1"))["next"] for _ in range(2)]

        assert first.startswith("/v1/persons?limit=1&cursor=")
        assert first != again


class TestSearch:
    @pytest.mark.parametrize(
        ("name", "names"),
        [
            pytest.param("hoa", ["Đỗ Văn Hòa", "Nguyễn Thị Hoà"], id="without accents"),
            pytest.param("Hoà", ["Đỗ Văn Hòa", "Nguyễn Thị Hoà"], id="with the accent at either place"),
            pytest.param("HOÀ", ["Đỗ Văn Hòa", "Nguyễn Thị Hoà"], id="in capitals"),
            pytest.param("dang", ["Đặng Đạt"], id="with d for đ"),
            pytest.param("Đ", ["Bùi Dũng", "Đặng Đạt", "Đỗ Văn Hòa"], id="by a letter, d or đ"),
            pytest.param("hoa van do", ["Đỗ Văn Hòa"], id="in another order of words"),
            pytest.param("ngu ho", ["Nguyễn Thị Hoà"], id="by beginnings of words"),
            pytest.param("cụt bảy", ["Hồ Lan"], id="by an alias"),
            pytest.param("lan bảy", ["Hồ Lan"], id="by name and alias"),
            pytest.param("Ho\u0300a", ["Đỗ Văn Hòa", "Nguyễn Thị Hoà"], id="with the accent as a character of its own"),
            pytest.param("văn-hòa", ["Đỗ Văn Hòa"], id="with a hyphen between words"),
            pytest.param("uyen", [], id="by the middle of a word, in vain"),
            pytest.param("hoa hoa", ["Đỗ Văn Hòa", "Nguyễn Thị Hoà"], id="with a word twice"),
            pytest.param("...", [], id="by no word at all"),
            pytest.param("%", [], id="by a wildcard"),
            pytest.param("_", [], id="by another wildcard"),
            pytest.param("hoa'; --", ["Đỗ Văn Hòa", "Nguyễn Thị Hoà"], id="with a quote"),
        ],
    )
    async def test_by_name(self, officer: httpx.AsyncClient, name: str, names: list[str]) -> None:
        assert await found(officer, name=name) == names

    async def test_by_year_of_birth(self, officer: httpx.AsyncClient, people: dict[str, str]) -> None:
        year = body_of(await officer.get(f"/v1/persons/{people['Hồ Lan']}"))["birth_year"]

        assert await found(officer, birth_year=year) == ["Hồ Lan"]
        assert await found(officer, birth_year=year, name="mau") == []

    async def test_by_file_category_of_today(
        self, manager: httpx.AsyncClient, officer: httpx.AsyncClient, people: dict[str, str]
    ) -> None:
        await posted_file(manager, people["Hồ Lan"])
        await posted_file(manager, people["Lê An"], closed_on="2021-03-10", close_reason="term_ended")
        voided = await posted_file(manager, people["Võ Bình"])
        await manager.post(
            f"/v1/persons/{people['Võ Bình']}/files/{voided['id']}/void", json={"reason": "Entered twice."}
        )

        assert await found(officer, category="illegal_user") == ["Hồ Lan"]
        assert await found(officer, category="addicted") == []

    async def test_by_an_identity_number_whole_and_exact(
        self, manager: httpx.AsyncClient, officer: httpx.AsyncClient, people: dict[str, str]
    ) -> None:
        path = f"/v1/persons/{people['Hồ Lan']}/identity-documents"
        await created(manager, path, a_document(number="054192999042"))
        voided = await created(manager, path, a_document(document_type="passport", number="C1234567"))
        await manager.post(f"{path}/{voided['id']}/void", json={"reason": "Of somebody else."})

        assert await found(officer, identity_number="054192999042") == ["Hồ Lan"]
        assert await found(officer, identity_number="054 192.999-042") == ["Hồ Lan"]
        assert await found(officer, identity_number="05419299904") == []
        assert await found(officer, identity_number="C1234567") == []

    async def test_everything_given_must_hold(self, officer: httpx.AsyncClient) -> None:
        assert await found(officer, name="nguyen", unit_code="22240") == [
            "Nguyễn Ân",
            "Nguyễn Thị Hoà",
            "Nguyễn Văn Mẫu",
        ]
        assert await found(officer, name="nguyen", birth_year=1900) == []

    @pytest.mark.parametrize("limit", [1, 3])
    async def test_pages_joined_are_the_result(self, officer: httpx.AsyncClient, limit: int) -> None:
        assert tuple(await found(officer, limit=limit)) == IN_ORDER

    async def test_out_of_reach_nobody_is_found(self, sign_in: SignIn, people: dict[str, str]) -> None:
        neighbour = await sign_in(Role.COMMUNE_OFFICER, unit=("22015", TODAY))

        assert people
        assert await found(neighbour, name="hoa") == []

    @pytest.mark.parametrize(
        ("body", "status", "code"),
        [
            pytest.param({"unit_code": "22015"}, 403, "unit_not_granted", id="a unit out of reach"),
            pytest.param({"unit_code": "54"}, 403, "unit_not_granted", id="a unit that reaches further"),
            pytest.param({"unit_code": "99999"}, 404, "unit_unknown", id="a unit that never was"),
            pytest.param({"cursor": "abc"}, 400, "cursor_invalid", id="a cursor that is none"),
            pytest.param({"name": ""}, 422, "validation_failed", id="an empty name"),
            pytest.param({"limit": "3"}, 422, "validation_failed", id="a limit as text"),
            pytest.param({"surname": "Lê"}, 422, "validation_failed", id="a condition that is none"),
        ],
    )
    async def test_what_is_asked_wrongly(self, officer: httpx.AsyncClient, body: Body, status: int, code: str) -> None:
        refused(await officer.post("/v1/persons/search", json=body), status, code)

    @pytest.mark.parametrize(
        ("role", "body"),
        [
            pytest.param(Role.HEALTH_OFFICER, {"category": "addicted"}, id="files by a health officer"),
            pytest.param(Role.HEALTH_OFFICER, {"identity_number": "054192999042"}, id="numbers by a health officer"),
        ],
    )
    async def test_no_condition_on_what_the_role_may_not_read(self, sign_in: SignIn, role: Role, body: Body) -> None:
        client = await sign_in(role)

        refused(await client.post("/v1/persons/search", json=body), 403, "insufficient_scope")

    async def test_who_may_not(self, anonymous: httpx.AsyncClient, sign_in: SignIn) -> None:
        auditor = await sign_in(Role.AUDITOR)

        refused(await anonymous.post("/v1/persons/search", json={}), 401, "unauthenticated")
        refused(await auditor.post("/v1/persons/search", json={}), 403, "insufficient_scope")
