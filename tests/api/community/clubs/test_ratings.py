"""Clubs are rated once a year on the scale of their programme, and guided: by units, never by themselves."""

from uuid import UUID

import httpx
import pytest
from pydantic import JsonValue

from registry.domain.access import Role
from tests.conftest import SignIn
from tests.factories.bodies import Body, a_club, a_guidance_visit, a_point, a_rating
from tests.factories.posted import body_of, corrected, created, pages, refused

CLUBS, RATINGS, GUIDANCE = "/v1/clubs", "/v1/club-ratings", "/v1/club-guidance-visits"


@pytest.fixture
async def club(manager: httpx.AsyncClient) -> str:
    """A new club of the programme B93, founded on 2019-04-02; its id."""
    return str((await created(manager, CLUBS, a_club()))["id"])


def of_2019(club: str, **over: JsonValue) -> Body:
    """A rating of a club, of the year of its founding unless another one is said."""
    return a_rating(**{"organisation_id": club, "year": 2019, "rated_on": "2019-12-20", **over})


class TestClub:
    async def test_it_is_an_organisation_whose_entry_follows_it(self, officer: httpx.AsyncClient) -> None:
        club = await created(officer, CLUBS, a_club(name="Câu lạc bộ Hy vọng"))

        await corrected(officer, f"{CLUBS}/{club['id']}", {"closed_on": "2026-03-31"})

        entry = body_of(await officer.get(f"/v1/organisations/{club['id']}"))
        assert (entry["kind"], entry["name"], entry["closed_on"]) == (
            "aftercare_club", "Câu lạc bộ Hy vọng", "2026-03-31",
        )  # fmt: skip
        on = [each["id"] for each in await pages(officer, f"{CLUBS}?on=2026-03-31")]
        after = [each["id"] for each in await pages(officer, f"{CLUBS}?on=2026-04-01")]
        assert (club["id"] in on, club["id"] in after) == (True, False)

    async def test_of_no_programme_that_nobody_knows(self, officer: httpx.AsyncClient) -> None:
        answer = await officer.post(CLUBS, json=a_club(programme="b94"))

        refused(answer, 409, "rating_scale_unknown", "/programme")

    async def test_who_is_not_on_file_is_counted(self, officer: httpx.AsyncClient) -> None:
        counts: dict[str, JsonValue] = {"family_count": 12, "volunteer_count": 4, "collaborator_count": None}

        club = await created(officer, CLUBS, a_club(counted_on="2020-06-30", **counts))

        assert {name: club[name] for name in counts} == counts
        later = a_club(counted_on="2026-11-23")
        refused(await officer.post(CLUBS, json=later), 409, "date_in_future", "/counted_on")


class TestRating:
    async def test_the_rank_is_that_of_the_scale(self, manager: httpx.AsyncClient, club: str) -> None:
        (scale,) = body_of(await manager.get("/v1/rating-scales"))["items"]
        ranks = {grade["code"]: grade["rank"] for grade in scale["grades"]}

        rated = [
            await created(manager, RATINGS, of_2019(club, year=year, rating=grade, rated_on=day))
            for year, grade, day in ((2019, "tot", "2020-01-15"), (2020, "xuat_sac", "2020-12-18"))
        ]

        assert list(ranks) == ["xuat_sac", "tot", "kha", "trung_binh", "yeu"]
        assert [each["rank"] for each in rated] == [ranks["tot"], ranks["xuat_sac"]]
        assert [each["counts_from"] for each in rated] == ["2019-12-31", "2020-12-18"]
        listed = await pages(manager, f"{RATINGS}?organisation_id={club}&year=2020")
        assert [each["id"] for each in listed] == [rated[1]["id"]]

    async def test_once_a_year(self, manager: httpx.AsyncClient, club: str) -> None:
        first = await created(manager, RATINGS, of_2019(club))

        again = await manager.post(RATINGS, json=of_2019(club, rating="tot"))

        refused(again, 409, "club_already_rated")
        answer = await corrected(manager, f"{RATINGS}/{first['id']}", {"rating": "tot"})
        assert body_of(answer)["rank"] == first["rank"] + 1
        await manager.post(f"{RATINGS}/{first['id']}/void", json={"reason": "Entered for another club."})
        await created(manager, RATINGS, of_2019(club))

    @pytest.mark.parametrize(
        ("over", "code", "pointer"),
        [
            pytest.param({"rating": "gioi"}, "rating_not_on_scale", "/rating", id="of no grade"),
            pytest.param({"year": 2018}, "dates_out_of_order", "/year", id="before it was founded"),
            pytest.param({"rated_on": "2018-12-31"}, "dates_out_of_order", "/rated_on", id="before the year"),
            pytest.param({"rated_on": "2026-11-23"}, "date_in_future", "/rated_on", id="tomorrow"),
        ],
    )
    async def test_what_cannot_be_is_refused(
        self, manager: httpx.AsyncClient, club: str, over: Body, code: str, pointer: str
    ) -> None:
        refused(await manager.post(RATINGS, json=of_2019(club, **over)), 409, code, pointer)

    async def test_a_club_of_no_programme_is_not_rated(self, manager: httpx.AsyncClient) -> None:
        club = await created(manager, CLUBS, a_club(programme=None))

        answer = await manager.post(RATINGS, json=of_2019(club["id"]))

        refused(answer, 409, "rating_scale_unknown", "/rating")


class TestOversight:
    async def test_the_club_reads_what_is_said_of_it_and_says_nothing_itself(
        self, sign_in: SignIn, manager: httpx.AsyncClient, club: str
    ) -> None:
        chair = await sign_in(Role.NETWORK_OFFICER, organisation=UUID(club))
        rated = await created(manager, RATINGS, of_2019(club))
        await created(manager, GUIDANCE, a_guidance_visit(organisation_id=club))

        assert [each["id"] for each in await pages(chair, RATINGS)] == [rated["id"]]
        (guided,) = await pages(chair, GUIDANCE)
        assert guided["findings"] == ["files_incomplete"]
        for path, body in ((RATINGS, of_2019(club, year=2020, rated_on="2020-12-20")),
                           (GUIDANCE, a_guidance_visit(organisation_id=club))):  # fmt: skip
            refused(await chair.post(path, json=body), 403, "unit_not_granted", "/organisation_id")
        address = f"{RATINGS}/{rated['id']}"
        refused(await corrected(chair, address, {"rating": "tot"}), 403, "unit_not_granted", "/organisation_id")
        refused(await chair.post(f"{address}/void", json={"reason": "Unfair."}), 403, "unit_not_granted")

    async def test_another_province_and_another_kind_are_refused(
        self, stranger: httpx.AsyncClient, manager: httpx.AsyncClient, club: str
    ) -> None:
        point = await created(manager, "/v1/counselling-points", a_point())

        foreign = await stranger.post(GUIDANCE, json=a_guidance_visit(organisation_id=club))
        no_club = await manager.post(GUIDANCE, json=a_guidance_visit(organisation_id=point["id"]))

        refused(foreign, 403, "unit_not_granted", "/organisation_id")
        refused(no_club, 409, "organisation_unknown", "/organisation_id")

    async def test_guidance_lies_in_the_days_of_the_club(self, manager: httpx.AsyncClient, club: str) -> None:
        for day, code in (("2019-04-01", "dates_out_of_order"), ("2026-11-23", "date_in_future")):
            visit = a_guidance_visit(organisation_id=club, visited_on=day)
            refused(await manager.post(GUIDANCE, json=visit), 409, code, "/visited_on")
