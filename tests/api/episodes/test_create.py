"""Treatment over HTTP: what an episode may say."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.api.episodes.stays import COMPLETED
from tests.factories.bodies import an_episode
from tests.factories.posted import created, posted_organisation, refused


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
