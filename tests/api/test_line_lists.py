"""Line lists across people: by what is asked for, page by page, within reach."""

import httpx
import pytest

from registry.domain.access import Role
from tests.conftest import OLD_PHU_YEN, SignIn
from tests.factories.bodies import Body
from tests.factories.posted import body_of, pages, posted_episode, posted_file, posted_person, refused


@pytest.fixture(scope="module")
async def residents(manager: httpx.AsyncClient) -> dict[str, str]:
    """People of Phường Bình Kiến, each with an episode and a file of its own dates."""
    ids = {}
    for name, end in (("Lê Ba", None), ("Lê An", "2020-09-16"), ("Lê Ân", "2020-12-31")):
        ids[name] = await posted_person(manager, unit_code="22045", full_name=name, birth_date=None, birth_year=1990)
        ended: Body = {} if end is None else {"ended_on": end, "outcome": "completed"}
        closed: Body = {} if end is None else {"closed_on": end, "close_reason": "term_ended"}
        await posted_episode(manager, ids[name], modality="facility" if end else "community", **ended)
        await posted_file(manager, ids[name], **closed)
    await posted_episode(
        manager, ids["Lê Ba"], modality="methadone", registered_on="2021-01-01", started_on="2021-01-01"
    )
    await posted_file(manager, ids["Lê Ba"], category="addicted", opened_on="2021-01-01")
    return ids


def lines(items: list[Body], kind: str) -> list[tuple[str, str]]:
    return [(item["person"]["full_name"], item[kind]) for item in items]


@pytest.mark.usefixtures("residents")
class TestEpisodes:
    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            pytest.param(
                "",
                [("Lê An", "facility"), ("Lê Ân", "facility"), ("Lê Ba", "community"), ("Lê Ba", "methadone")],
                id="all",
            ),
            pytest.param("&modality=facility", [("Lê An", "facility"), ("Lê Ân", "facility")], id="by modality"),
            pytest.param("&legal_basis=compulsory", [], id="by legal basis"),
            pytest.param("&status=open", [("Lê Ba", "community"), ("Lê Ba", "methadone")], id="open today"),
            pytest.param(
                "&status=open&on=2020-09-15",
                [("Lê An", "facility"), ("Lê Ân", "facility"), ("Lê Ba", "community")],
                id="open on a day",
            ),
            pytest.param(
                "&status=open&on=2020-09-16", [("Lê Ân", "facility"), ("Lê Ba", "community")], id="not on the last day"
            ),
            pytest.param("&status=ended&on=2020-09-16", [("Lê An", "facility")], id="ended by a day"),
            pytest.param("&on=2020-03-11", [], id="the day before the registration"),
        ],
    )
    async def test_across_people_in_the_order_of_their_names(
        self, manager: httpx.AsyncClient, query: str, expected: list[tuple[str, str]]
    ) -> None:
        whole = lines(await pages(manager, f"/v1/episodes?unit=22045{query}"), "modality")

        assert sorted(whole) == sorted(expected)
        assert [name for name, _ in whole] == [name for name, _ in expected]
        assert lines(await pages(manager, f"/v1/episodes?unit=22045{query}&limit=1"), "modality") == whole

    async def test_a_line_is_the_record_with_the_person(
        self, manager: httpx.AsyncClient, residents: dict[str, str]
    ) -> None:
        person_id = residents["Lê An"]

        (line,) = await pages(manager, "/v1/episodes?unit=22045&on=2020-09-16&status=ended")

        record = body_of(await manager.get(f"/v1/persons/{person_id}/episodes/{line['id']}"))
        assert line == record | {"person": {"id": person_id, "full_name": "Lê An", "birth_year": 1990}}

    async def test_a_voided_episode_is_in_no_list(self, manager: httpx.AsyncClient) -> None:
        person_id = await posted_person(manager, unit_code="22045", full_name="Lê Tư")
        episode = await posted_episode(manager, person_id)
        await manager.post(f"/v1/persons/{person_id}/episodes/{episode['id']}/void", json={"reason": "Entered twice."})

        assert "Lê Tư" not in dict(lines(await pages(manager, "/v1/episodes?unit=22045"), "modality"))


@pytest.mark.usefixtures("residents")
class TestFiles:
    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            pytest.param(
                "",
                [
                    ("Lê An", "illegal_user"),
                    ("Lê Ân", "illegal_user"),
                    ("Lê Ba", "addicted"),
                    ("Lê Ba", "illegal_user"),
                ],
                id="all",
            ),
            pytest.param("&category=addicted", [("Lê Ba", "addicted")], id="by category"),
            pytest.param(
                "&status=open&on=2020-12-30", [("Lê Ân", "illegal_user"), ("Lê Ba", "illegal_user")], id="open on a day"
            ),
            pytest.param("&status=open&on=2020-12-31", [("Lê Ba", "illegal_user")], id="not on the day of the closing"),
            pytest.param(
                "&status=ended&on=2020-12-31",
                [("Lê An", "illegal_user"), ("Lê Ân", "illegal_user")],
                id="closed by a day",
            ),
        ],
    )
    async def test_across_people_in_the_order_of_their_names(
        self, manager: httpx.AsyncClient, query: str, expected: list[tuple[str, str]]
    ) -> None:
        whole = lines(await pages(manager, f"/v1/files?unit=22045{query}"), "category")

        assert sorted(whole) == sorted(expected)
        assert [name for name, _ in whole] == [name for name, _ in expected]
        assert lines(await pages(manager, f"/v1/files?unit=22045{query}&limit=1"), "category") == whole

    async def test_a_line_is_the_record_with_the_person(
        self, manager: httpx.AsyncClient, residents: dict[str, str]
    ) -> None:
        person_id = residents["Lê Ba"]

        (line,) = await pages(manager, "/v1/files?unit=22045&category=addicted")

        record = body_of(await manager.get(f"/v1/persons/{person_id}/files/{line['id']}"))
        assert line == record | {"person": {"id": person_id, "full_name": "Lê Ba", "birth_year": 1990}}


@pytest.mark.parametrize("path", ["/v1/persons", "/v1/episodes", "/v1/files"])
class TestEveryList:
    @pytest.mark.parametrize(
        ("query", "status", "code"),
        [
            pytest.param("unit=01", 403, "unit_not_granted", id="a unit out of reach"),
            pytest.param("unit=66", 403, "unit_not_granted", id="a unit that reaches further"),
            pytest.param("unit=99999", 404, "unit_unknown", id="a unit that never was"),
            pytest.param("unit=5", 422, "validation_failed", id="a code that is none"),
            pytest.param("limit=501", 422, "validation_failed", id="too large a page"),
            pytest.param("cursor=abc", 400, "cursor_invalid", id="a cursor that is none"),
        ],
    )
    async def test_what_is_asked_wrongly(
        self, manager: httpx.AsyncClient, path: str, query: str, status: int, code: str
    ) -> None:
        refused(await manager.get(f"{path}?{query}"), status, code)

    async def test_the_manager_of_then_may_name_the_province_of_then(
        self, manager: httpx.AsyncClient, path: str
    ) -> None:
        assert (await manager.get(f"{path}?unit={OLD_PHU_YEN[0]}")).status_code == 200

    async def test_who_may_not(self, anonymous: httpx.AsyncClient, sign_in: SignIn, path: str) -> None:
        auditor = await sign_in(Role.AUDITOR)

        refused(await anonymous.get(path), 401, "unauthenticated")
        refused(await auditor.get(path), 403, "insufficient_scope")
