"""The norm of staffing of a point's programme: who is below it on a day is listed, and nobody is refused for it."""

from uuid import UUID

import httpx
from pydantic import JsonValue

from registry.domain.access import Role
from tests.conftest import SignIn
from tests.factories.bodies import Body, a_point, a_worker, an_appointment
from tests.factories.posted import body_of, corrected, created, pages, refused

POINTS, NORMS = "/v1/counselling-points", "/v1/staffing-norms"
FULL = ("head", "counsellor", "counsellor", "case_manager", "case_manager")
DAY, CHANGED, LEFT = "2020-09-21", "2021-01-01", "2021-03-01"
WITHOUT = {name: value for name, value in a_point().items() if name != "programme"}


async def a_point_with(client: httpx.AsyncClient, *roles: str, **over: JsonValue) -> str:
    """Launch a point with somebody new in each of the roles; its id."""
    point = await created(client, POINTS, a_point(**over))
    for role in roles:
        await appointed(client, point["id"], role)
    return str(point["id"])


async def appointed(client: httpx.AsyncClient, point_id: str, role: str, **over: JsonValue) -> Body:
    """Appoint somebody new, or the worker who is named."""
    worker_id = over.pop("worker_id", None) or (await created(client, "/v1/network-workers", a_worker()))["id"]
    fields: dict[str, JsonValue] = {"organisation_id": point_id, "role": role, "from_on": "2020-07-01", "to_on": None}
    return await created(client, "/v1/appointments", an_appointment(worker_id=worker_id, **fields | over))


async def listed(client: httpx.AsyncClient, *, below: bool, on: str | None = DAY, more: str = "") -> set[str]:
    day = "" if on is None else f"&on={on}"
    return {each["id"] for each in await pages(client, f"{POINTS}?below_norm={str(below).lower()}{day}{more}")}


async def staffed(client: httpx.AsyncClient, point_id: str, on: str = DAY) -> Body:
    return body_of(await client.get(f"{POINTS}/{point_id}/staffing?on={on}"))


class TestProgramme:
    async def test_a_point_that_names_none_is_of_the_programme_of_one_two_and_two(
        self, officer: httpx.AsyncClient
    ) -> None:
        point = await created(officer, POINTS, {**WITHOUT, "id": a_point()["id"], "code": a_point()["code"]})

        staffing = await staffed(officer, point["id"])

        assert point["programme"] == staffing["programme"] == "community_counselling"
        assert {each["role"]: each["missing_count"] for each in staffing["roles"]} == {
            "head": 1,
            "counsellor": 2,
            "case_manager": 2,
        }

    async def test_one_that_the_data_does_not_know_is_refused(self, officer: httpx.AsyncClient) -> None:
        point = await created(officer, POINTS, a_point())
        refusal = (409, "staffing_norm_unknown", "/programme")

        refused(await officer.post(POINTS, json=a_point(programme="b93")), *refusal)
        refused(await corrected(officer, f"{POINTS}/{point['id']}", {"programme": "b93"}), *refusal)

    async def test_the_norms_tell_where_they_are_from(self, officer: httpx.AsyncClient) -> None:
        (norm,) = body_of(await officer.get(NORMS))["items"]

        assert {each["role"]: each["required_count"] for each in norm["roles"]} == {
            role: FULL.count(role) for role in FULL
        }
        assert (norm["programme"], norm["from_on"], norm["to_on"]) == ("community_counselling", None, None)
        staffing = await staffed(officer, (await created(officer, POINTS, a_point()))["id"])
        assert norm["source"] == staffing["source"]


class TestList:
    async def test_it_agrees_with_the_staff_of_each_point_on_each_day(self, officer: httpx.AsyncClient) -> None:
        whole, empty, headless = [await a_point_with(officer, *roles) for roles in (FULL, (), FULL[1:])]
        leaving, twice, voided = [await a_point_with(officer, *FULL[1:]) for _ in range(3)]
        await appointed(officer, leaving, "head", to_on=LEFT)
        await appointed(officer, headless, "head", from_on=CHANGED)
        await appointed(officer, headless, "chair")
        one = await appointed(officer, twice, "counsellor", to_on=CHANGED)
        await appointed(officer, twice, "counsellor", worker_id=one["worker_id"], from_on=CHANGED)
        mistake = await appointed(officer, voided, "head")
        await officer.post(f"/v1/appointments/{mistake['id']}/void", json={"reason": "Entered twice."})
        ours = {whole, empty, headless, leaving, twice, voided}

        for on, below in (
            ("2020-06-30", ours),
            (DAY, {empty, headless, twice, voided}),
            (CHANGED, {empty, twice, voided}),
            ("2021-02-28", {empty, twice, voided}),
            (LEFT, {empty, leaving, twice, voided}),
        ):
            assert await listed(officer, below=True, on=on) & ours == below
            assert await listed(officer, below=False, on=on) & ours == ours - below
            assert {each for each in ours if (await staffed(officer, each, on))["is_below_norm"]} == below

    async def test_somebody_with_one_role_twice_fills_one_post(self, officer: httpx.AsyncClient) -> None:
        point = await a_point_with(officer, *FULL[:3])
        one = await appointed(officer, point, "case_manager", to_on=LEFT)
        await appointed(officer, point, "case_manager", worker_id=one["worker_id"])
        assert point in await listed(officer, below=True)

        await appointed(officer, point, "case_manager")

        assert point in await listed(officer, below=False)

    async def test_it_is_of_points_at_work_on_the_day_and_today_without_one(self, officer: httpx.AsyncClient) -> None:
        open_still = await a_point_with(officer)
        closed = await a_point_with(officer, closed_on="2020-12-31")

        assert {open_still, closed} <= await listed(officer, below=True, on="2020-12-31")
        for on in (None, "2021-01-01"):
            assert await listed(officer, below=True, on=on) & {open_still, closed} == {open_still}
        assert {open_still, closed} & await listed(officer, below=True, on="2020-06-25") == set()

    async def test_within_a_unit_page_by_page(self, officer: httpx.AsyncClient, stranger: httpx.AsyncClient) -> None:
        points = {await a_point_with(officer) for _ in range(3)}

        assert points <= await listed(officer, below=True, more="&unit=22015&limit=1")
        assert await listed(stranger, below=True) == set()
        refused(await officer.get(f"{POINTS}?below_norm=true&unit=22258"), 403, "unit_not_granted")

    async def test_the_point_s_own_officer_and_an_analyst_see_it_as_the_commune_does(
        self, officer: httpx.AsyncClient, sign_in: SignIn
    ) -> None:
        whole, empty = await a_point_with(officer, *FULL), await a_point_with(officer)

        analyst = await sign_in(Role.ANALYST)
        assert await listed(analyst, below=True) & {whole, empty} == {empty}
        for point, below in ((whole, False), (empty, True)):
            head = await sign_in(Role.NETWORK_OFFICER, organisation=UUID(point))
            assert await listed(head, below=below) == {point}
            assert await listed(head, below=not below) == set()
