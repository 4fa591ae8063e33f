"""Treatment over HTTP: one open episode on a track, transfers under one course, exits, races."""

import asyncio
from typing import Any
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from sqlmodel import col, func, select

from registry.db.engine import transaction
from registry.db.tables.cases import EpisodeRow
from registry.domain.access import Role
from tests.conftest import TODAY, SignIn
from tests.factories.bodies import an_episode
from tests.factories.posted import (
    body_of,
    corrected,
    created,
    posted_episode,
    posted_organisation,
    posted_person,
    refused,
    without_occurrence,
)

COMPLETED = {"ended_on": "2020-09-16", "outcome": "completed"}
TRANSFERRED = {"ended_on": "2020-09-16", "outcome": "transferred"}
IN_FACILITY = {"modality": "facility", "registered_on": "2020-09-16", "started_on": "2020-09-16"}


@pytest.fixture
async def person_id(manager: httpx.AsyncClient) -> str:
    return await posted_person(manager)


@pytest.fixture
def path(person_id: str) -> str:
    return f"/v1/persons/{person_id}/episodes"


@pytest.fixture(scope="module")
async def colleague(sign_in: SignIn) -> httpx.AsyncClient:
    return await sign_in(Role.PROVINCE_MANAGER)


class TestCreate:
    async def test_an_episode_is_answered_whole(self, manager: httpx.AsyncClient, path: str, person_id: str) -> None:
        clinic = await posted_organisation(manager, kind="methadone_clinic")
        episode_id = str(uuid4())

        episode = await created(
            manager,
            path,
            {
                "id": episode_id,
                "modality": "methadone",
                "legal_basis": "voluntary",
                "registered_on": "2020-03-12",
                "started_on": "2020-03-16",
                "provider_id": clinic,
                "planned_months": 24,
                "therapies": ["substitution", "counselling"],
                "decision_number": "7/QĐ",
                "decision_on": "2020-03-11",
                "issuer": "Trung tâm Y tế",
                "ended_on": "2020-09-16",
                "outcome": "dropped_out",
            },
        )

        assert episode == {
            "id": episode_id,
            "version": 1,
            "state": "active",
            "void_reason": None,
            "recorded_at": "2026-11-21T03:00:00Z",
            "person_id": person_id,
            "course_id": episode_id,
            "track": "methadone",
            "modality": "methadone",
            "legal_basis": "voluntary",
            "registered_on": "2020-03-12",
            "started_on": "2020-03-16",
            "provider_id": clinic,
            "planned_months": 24,
            "therapies": ["substitution", "counselling"],
            "decision_number": "7/QĐ",
            "decision_on": "2020-03-11",
            "issuer": "Trung tâm Y tế",
            "ended_on": "2020-09-16",
            "outcome": "dropped_out",
            "warnings": [],
        }

    @pytest.mark.parametrize(
        ("over", "code", "pointer"),
        [
            pytest.param({"started_on": "2030-01-01"}, "date_in_future", "/started_on", id="starts tomorrow"),
            pytest.param({"started_on": "2020-03-11"}, "dates_out_of_order", "/started_on", id="starts too early"),
            pytest.param({"ended_on": "2020-09-16"}, "exit_incomplete", "/outcome", id="ends without an outcome"),
            pytest.param(
                COMPLETED | {"started_on": None}, "outcome_does_not_fit", "/outcome", id="is completed without a start"
            ),
            pytest.param(
                {"modality": "methadone", "legal_basis": "compulsory"},
                "methadone_is_voluntary",
                "/legal_basis",
                id="is compulsory methadone",
            ),
            pytest.param({"course_id": str(uuid4())}, "course_unknown", "/course_id", id="goes on with no course"),
            pytest.param(
                {"provider_id": str(uuid4())}, "organisation_unknown", "/provider_id", id="is with an unknown provider"
            ),
        ],
    )
    async def test_a_rule_refuses_what(
        self, manager: httpx.AsyncClient, path: str, over: dict[str, Any], code: str, pointer: str
    ) -> None:
        refused(await manager.post(path, json=an_episode() | over), 409, code, pointer)

    async def test_compulsory_rehab_in_the_community_ended_with_2021(
        self, manager: httpx.AsyncClient, path: str
    ) -> None:
        over: dict[str, Any] = {"legal_basis": "compulsory"} | COMPLETED | {"ended_on": "2022-06-01"}

        late = await manager.post(path, json=an_episode() | over | {"started_on": "2022-01-01"})
        problem = refused(late, 409, "compulsory_community_abolished", "/legal_basis")
        assert problem["until"] == "2022-01-01"
        await created(manager, path, an_episode() | over | {"started_on": "2021-12-31"})

    async def test_a_voided_provider_treats_nobody(self, manager: httpx.AsyncClient, path: str) -> None:
        clinic = await posted_organisation(manager)
        await manager.post(f"/v1/organisations/{clinic}/void", json={"reason": "Entered twice."})

        answer = await manager.post(path, json=an_episode(provider_id=clinic))

        refused(answer, 409, "organisation_unknown", "/provider_id")


class TestTracks:
    @pytest.mark.parametrize("modality", ["community", "facility"])
    async def test_community_and_facility_exclude_each_other(
        self, manager: httpx.AsyncClient, path: str, modality: str
    ) -> None:
        await created(manager, path, an_episode())

        answer = await manager.post(path, json=an_episode() | IN_FACILITY | {"modality": modality})

        refused(answer, 409, "episode_already_open", "/modality")

    async def test_methadone_runs_beside_rehab(self, manager: httpx.AsyncClient, path: str) -> None:
        await created(manager, path, an_episode())
        await created(manager, path, an_episode(modality="methadone"))

        refused(await manager.post(path, json=an_episode(modality="methadone")), 409, "episode_already_open")

    async def test_two_past_stays_do_not_overlap(self, manager: httpx.AsyncClient, path: str) -> None:
        await created(manager, path, an_episode(**COMPLETED))

        overlapping = an_episode(**COMPLETED, started_on="2020-09-15") | {"ended_on": "2020-12-01"}
        refused(await manager.post(path, json=overlapping), 409, "episode_overlaps", "/started_on")
        await created(manager, path, overlapping | {"started_on": "2020-09-16"})

    async def test_a_voided_episode_makes_room(self, manager: httpx.AsyncClient, path: str) -> None:
        first = await created(manager, path, an_episode())
        await manager.post(f"{path}/{first['id']}/void", json={"reason": "Entered twice."})

        await created(manager, path, an_episode())

    async def test_a_transfer_that_another_stay_continues_is_voided_after_it(
        self, manager: httpx.AsyncClient, path: str
    ) -> None:
        first = await created(manager, path, an_episode(**TRANSFERRED))
        start = {"registered_on": "2020-09-16", "started_on": "2020-09-16"}
        second = await created(manager, path, an_episode(**start, course_id=first["id"]))
        reason = {"reason": "Entered for the wrong person."}

        refused(await manager.post(f"{path}/{first['id']}/void", json=reason), 409, "course_continued")
        body_of(await manager.post(f"{path}/{second['id']}/void", json=reason))
        body_of(await manager.post(f"{path}/{first['id']}/void", json=reason))

    async def test_other_people_do_not_count(self, manager: httpx.AsyncClient, path: str) -> None:
        await created(manager, path, an_episode())

        await posted_episode(manager, await posted_person(manager))

    @pytest.mark.parametrize("round_", range(5))
    async def test_of_two_open_at_once_one_is_kept(
        self, app: FastAPI, manager: httpx.AsyncClient, colleague: httpx.AsyncClient, path: str, round_: int
    ) -> None:
        modalities = ("community", "facility") if round_ % 2 else ("facility", "facility")

        answers = await asyncio.gather(
            *[
                client.post(path, json=an_episode(modality=modality))
                for client, modality in zip((manager, colleague), modalities, strict=True)
            ]
        )

        assert sorted(answer.status_code for answer in answers) == [201, 409]
        refused(max(answers, key=lambda answer: answer.status_code), 409, "episode_already_open", "/modality")
        kept = [body_of(answer)["id"] for answer in answers if answer.status_code == 201]
        async with transaction(app.state.sessions) as session:
            query = select(func.count()).where(col(EpisodeRow.id).in_(kept))
            assert (await session.exec(query)).one() == 1

    async def test_of_two_past_stays_at_once_that_overlap_one_is_kept(
        self, manager: httpx.AsyncClient, colleague: httpx.AsyncClient, path: str
    ) -> None:
        answers = await asyncio.gather(
            *[client.post(path, json=an_episode(**COMPLETED)) for client in (manager, colleague)]
        )

        assert sorted(answer.status_code for answer in answers) == [201, 409]
        refused(max(answers, key=lambda answer: answer.status_code), 409, "episode_overlaps", "/started_on")


class TestTransfer:
    async def test_the_next_stay_goes_on_with_the_course(self, manager: httpx.AsyncClient, path: str) -> None:
        first = await created(manager, path, an_episode())
        await manager.post(f"{path}/{first['id']}/exit", json=TRANSFERRED)

        following = await created(manager, path, an_episode(**IN_FACILITY, course_id=first["course_id"]))

        assert following["course_id"] == first["id"]
        assert (await manager.get(f"{path}/{first['id']}")).json()["outcome"] == "transferred"

    async def test_only_a_transfer_is_gone_on_with(self, manager: httpx.AsyncClient, path: str) -> None:
        first = await created(manager, path, an_episode(**COMPLETED))

        answer = await manager.post(path, json=an_episode(**IN_FACILITY, course_id=first["id"]))

        refused(answer, 409, "course_unknown", "/course_id")

    async def test_the_course_of_another_person_is_none(self, manager: httpx.AsyncClient, path: str) -> None:
        elsewhere = await posted_episode(manager, await posted_person(manager), **TRANSFERRED)

        answer = await manager.post(path, json=an_episode(**IN_FACILITY, course_id=elsewhere["id"]))

        refused(answer, 409, "course_unknown", "/course_id")

    async def test_a_correction_keeps_the_course(self, manager: httpx.AsyncClient, path: str) -> None:
        first = await created(manager, path, an_episode(**TRANSFERRED))
        following = await created(manager, path, an_episode(**IN_FACILITY, course_id=first["id"]))

        answer = await corrected(manager, f"{path}/{following['id']}", {"planned_months": 9})

        assert (answer.status_code, body_of(answer)["course_id"]) == (200, first["id"])


class TestChange:
    async def test_a_correction_is_judged_like_a_new_episode(self, manager: httpx.AsyncClient, path: str) -> None:
        past = await created(manager, path, an_episode(**COMPLETED))
        await created(manager, path, an_episode(**IN_FACILITY))
        address = f"{path}/{past['id']}"

        reopened = await corrected(manager, address, {"ended_on": None, "outcome": None})
        prolonged = await corrected(manager, address, {"ended_on": "2020-12-01"})
        compulsory = await corrected(manager, address, {"legal_basis": "compulsory"})

        refused(reopened, 409, "episode_already_open", "/modality")
        refused(prolonged, 409, "episode_overlaps", "/started_on")
        assert body_of(compulsory)["legal_basis"] == "compulsory"

    async def test_the_track_follows_the_modality(self, manager: httpx.AsyncClient, path: str) -> None:
        episode = await created(manager, path, an_episode())

        changed = body_of(await corrected(manager, f"{path}/{episode['id']}", {"modality": "methadone"}))

        assert (changed["modality"], changed["track"]) == ("methadone", "methadone")
        await created(manager, path, an_episode())


class TestExit:
    @pytest.fixture
    async def address(self, manager: httpx.AsyncClient, path: str) -> str:
        """An open episode's address."""
        return f"{path}/{(await created(manager, path, an_episode()))['id']}"

    async def test_an_episode_ends_with_day_and_outcome(self, manager: httpx.AsyncClient, address: str) -> None:
        before = body_of(await manager.get(address))

        answer = await manager.post(f"{address}/exit", json=COMPLETED)

        assert (answer.status_code, body_of(answer)) == (200, before | COMPLETED | {"version": 2, "warnings": []})
        assert answer.headers["etag"] == '"v2-treatment"'
        former = body_of(await manager.get(f"{address}/versions"))["items"]
        assert [(state["version"], state["state"]["ended_on"]) for state in former] == [(1, None)]

    async def test_the_same_end_again_is_answered_as_done(
        self, manager: httpx.AsyncClient, colleague: httpx.AsyncClient, address: str
    ) -> None:
        first = (await manager.get(address)).headers["etag"]
        done = await manager.post(f"{address}/exit", json=COMPLETED, headers={"If-Match": first})

        again = await manager.post(f"{address}/exit", json=COMPLETED, headers={"If-Match": first})
        by_another = await colleague.post(f"{address}/exit", json=COMPLETED, headers={"If-Match": first})

        assert (again.status_code, body_of(again)) == (200, body_of(done))
        refused(by_another, 412, "version_mismatch")

    async def test_an_episode_ends_once(self, manager: httpx.AsyncClient, address: str) -> None:
        await manager.post(f"{address}/exit", json=COMPLETED)

        for other in (COMPLETED | {"ended_on": "2020-09-17"}, COMPLETED | {"outcome": "custody"}):
            refused(await manager.post(f"{address}/exit", json=other), 409, "episode_already_closed")

    @pytest.mark.parametrize(
        ("over", "code", "pointer"),
        [
            pytest.param({"ended_on": "2030-01-01"}, "date_in_future", "/ended_on", id="tomorrow"),
            pytest.param({"ended_on": "2020-03-15"}, "dates_out_of_order", "/ended_on", id="before it began"),
            pytest.param(
                {"outcome": "declined_before_start"}, "outcome_does_not_fit", "/outcome", id="declined after it began"
            ),
        ],
    )
    async def test_a_rule_refuses(
        self, manager: httpx.AsyncClient, address: str, over: dict[str, str], code: str, pointer: str
    ) -> None:
        refused(await manager.post(f"{address}/exit", json=COMPLETED | over), 409, code, pointer)

    async def test_two_ends_at_once_make_one(
        self, manager: httpx.AsyncClient, colleague: httpx.AsyncClient, address: str
    ) -> None:
        answers = await asyncio.gather(
            manager.post(f"{address}/exit", json=COMPLETED),
            colleague.post(f"{address}/exit", json=COMPLETED | {"outcome": "custody"}),
        )

        assert sorted(answer.status_code for answer in answers) == [200, 409]
        refused(max(answers, key=lambda answer: answer.status_code), 409, "episode_already_closed")

    @pytest.mark.parametrize("body", [{}, {"ended_on": "2020-09-16"}, COMPLETED | {"outcome": "cured"}])
    async def test_what_violates_the_schema(
        self, manager: httpx.AsyncClient, address: str, body: dict[str, str]
    ) -> None:
        refused(await manager.post(f"{address}/exit", json=body), 422, "validation_failed")

    async def test_a_voided_episode_does_not_end(self, manager: httpx.AsyncClient, address: str) -> None:
        await manager.post(f"{address}/void", json={"reason": "Entered twice."})

        refused(await manager.post(f"{address}/exit", json=COMPLETED), 409, "record_voided")

    async def test_out_of_reach_looks_like_absent(
        self, manager: httpx.AsyncClient, sign_in: SignIn, address: str, path: str
    ) -> None:
        stranger = await sign_in(Role.COMMUNE_OFFICER, unit=("22240", TODAY))

        theirs = await stranger.post(f"{address}/exit", json=COMPLETED)
        absent = await manager.post(f"{path}/{uuid4()}/exit", json=COMPLETED)

        refused(absent, 404, "not_found")
        assert without_occurrence(theirs) == without_occurrence(absent)

    async def test_who_may_not(self, anonymous: httpx.AsyncClient, sign_in: SignIn, address: str) -> None:
        system = await sign_in(Role.PROVINCE_SYSTEM)

        refused(await anonymous.post(f"{address}/exit", json=COMPLETED), 401, "unauthenticated")
        refused(await system.post(f"{address}/exit", json=COMPLETED), 403, "insufficient_scope")
