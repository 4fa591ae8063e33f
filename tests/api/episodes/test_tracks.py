"""Treatment over HTTP: one open episode on a track, transfers under one course, races."""

import asyncio

import httpx
import pytest
from fastapi import FastAPI
from sqlmodel import col, func, select

from registry.db.engine import transaction
from registry.db.tables.cases import EpisodeRow
from tests.api.episodes.stays import COMPLETED, IN_FACILITY, TRANSFERRED
from tests.factories.bodies import an_episode
from tests.factories.posted import body_of, corrected, created, posted_episode, posted_person, refused


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
