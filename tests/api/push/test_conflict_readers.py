"""Who sees a conflict, and who settles it: those who may write such records of the person, wherever the person goes."""

import json
from uuid import UUID

import httpx
import pytest

from registry.api.kinds.cases import TESTS
from registry.api.kinds.episodes import EPISODES
from registry.api.kinds.persons import PERSONS
from registry.api.records.kind import Kind
from registry.api.sync.kinds import KINDS, is_about_somebody
from registry.api.sync.push.desks import access_to
from registry.domain.access import Role
from registry.domain.task import RULES, TaskKind
from tests.api.duplicates.merging import merged
from tests.api.push.disagreeing import CONFLICTS, HERE, THERE, Late, late_change, late_file, listed, task_of
from tests.api.push.pushing import changing, creating, push, told
from tests.conftest import TODAY, SignIn
from tests.factories.bodies import an_episode
from tests.factories.moving import answered, asked
from tests.factories.posted import body_of, pages, posted_organisation, posted_person, refused


@pytest.mark.parametrize(
    "kind", [kind for kind in KINDS.values() if is_about_somebody(kind)], ids=lambda kind: kind.singular
)
def test_whose_task_it_is_may_write_the_record(kind: Kind) -> None:
    assert access_to(kind).admits(RULES[TaskKind.SYNC_CONFLICT].settled_by)


class TestWhoSeesIt:
    async def test_another_commune_sees_nothing_of_it(
        self, officer: httpx.AsyncClient, colleague: httpx.AsyncClient, neighbour: httpx.AsyncClient
    ) -> None:
        late = await late_change(colleague, officer)

        assert late.result["conflict_id"] not in await listed(neighbour)
        refused(await neighbour.get(late.address), 404, "not_found")
        refused(await neighbour.post(f"{late.address}/settle", json={"decision": "keep"}), 404, "not_found")

    async def test_officers_see_what_they_may_write(self, sign_in: SignIn, manager: httpx.AsyncClient) -> None:
        doctor, device = await sign_in(Role.HEALTH_OFFICER), await sign_in(Role.PROVINCE_MANAGER)
        late = await late_file(manager, device)
        test = creating(TESTS, of=late.person_id)
        fields = [{"tested_by": "A"}, {"tested_by": "B"}]
        changes = [changing(TESTS, test["id"], each, of=late.person_id) for each in fields]
        await push(manager, test, changes[0])
        (result,) = await push(device, changes[1])

        seen = await listed(doctor)

        assert result["conflict_id"] in seen
        assert late.result["conflict_id"] not in seen
        refused(await doctor.get(late.address), 404, "not_found")

    async def test_pages_follow_each_other(self, sign_in: SignIn, colleague: httpx.AsyncClient) -> None:
        device = await sign_in(Role.COMMUNE_OFFICER, unit=(HERE, TODAY))
        late = [await late_change(colleague, device) for _ in range(3)]
        wanted = {each.result["conflict_id"] for each in late}

        found = [each["id"] for each in await pages(device, f"{CONFLICTS}?limit=1")]

        assert len(found) == len(set(found))
        assert wanted <= set(found)

    async def test_an_officer_of_a_clinic_sees_and_settles_their_own(
        self, sign_in: SignIn, manager: httpx.AsyncClient, officer: httpx.AsyncClient
    ) -> None:
        clinic, person_id = await posted_organisation(manager), await posted_person(manager)
        doctor = await sign_in(Role.FACILITY_OFFICER, organisation=UUID(clinic))
        stay = creating(EPISODES, an_episode(provider_id=clinic), of=person_id)
        await push(manager, stay, changing(EPISODES, stay["id"], {"planned_months": 7}, of=person_id))
        late = changing(EPISODES, stay["id"], {"planned_months": 9}, of=person_id)
        (result,) = await push(doctor, late)
        address = f"{CONFLICTS}/{result['conflict_id']}"

        shown = body_of(await doctor.get(address))

        assert [(each["device"], each["present"]) for each in shown["fields"]] == [(9, 7)]
        assert result["conflict_id"] in await listed(officer)
        settled = await doctor.post(
            f"{address}/settle", json={"decision": "apply", "present_version": shown["present_version"]}
        )
        assert settled.status_code == 200, settled.text
        stays = body_of(await officer.get(f"/v1/persons/{person_id}/episodes"))["items"]
        assert [each["planned_months"] for each in stays] == [9]
        assert await task_of(officer, Late(person_id, late, result)) is None

    async def test_who_lost_sight_of_the_record_sees_no_values(
        self, sign_in: SignIn, manager: httpx.AsyncClient
    ) -> None:
        clinic, other = [await posted_organisation(manager) for _ in range(2)]
        person_id = await posted_person(manager)
        doctor = await sign_in(Role.FACILITY_OFFICER, organisation=UUID(clinic))
        stay = creating(EPISODES, an_episode(provider_id=clinic), of=person_id)
        elsewhere = changing(EPISODES, stay["id"], {"provider_id": other}, of=person_id, base=2)
        await push(manager, stay, changing(EPISODES, stay["id"], {"planned_months": 7}, of=person_id))
        (result,) = await push(doctor, changing(EPISODES, stay["id"], {"planned_months": 9}, of=person_id))
        await push(manager, elsewhere)

        shown = body_of(await doctor.get(f"{CONFLICTS}/{result['conflict_id']}"))

        assert (shown["status"], shown["operation"], shown["fields"]) == ("open", None, [])

    async def test_it_moves_with_the_person(
        self, officer: httpx.AsyncClient, colleague: httpx.AsyncClient, neighbour: httpx.AsyncClient
    ) -> None:
        late = await late_change(colleague, officer)
        move = await asked(officer, late.person_id, to_unit_code=THERE)
        assert (await answered(neighbour, move)).status_code == 200

        assert await task_of(neighbour, late) is not None
        assert body_of(await neighbour.get(late.address))["operation"] is not None
        refused(await colleague.get(late.address), 404, "not_found")
        assert body_of(await officer.get(late.address))["operation"] is None


class TestMergedPeople:
    async def test_a_write_to_who_was_merged_away_is_not_lost(
        self, sign_in: SignIn, officer: httpx.AsyncClient, neighbour: httpx.AsyncClient
    ) -> None:
        clerk, second = [await sign_in(Role.PROVINCE_MANAGER, unit=("66", TODAY)) for _ in range(2)]
        person, into = [await posted_person(clerk, unit_code=unit) for unit in (HERE, THERE)]
        await merged(clerk, second, person, into)
        test, fix = creating(TESTS, of=person), changing(PERSONS, person, {"phone": "0900 000 008"})

        results = await push(officer, test, fix)

        assert [told(result) for result in results] == [
            ("conflict", "person_merged", "/operations/0"), ("conflict", "person_merged", "/operations/1"),
        ]  # fmt: skip
        assert [(result["version"], result["retry"]) for result in results] == [(None, False)] * 2
        mine = body_of(await officer.get(f"{CONFLICTS}/{results[0]['conflict_id']}"))
        assert (mine["operation"], mine["fields"], mine["present_version"]) == (None, [], None)
        refused(await officer.post(f"{CONFLICTS}/{mine['id']}/settle", json={"decision": "keep"}), 404, "not_found")
        theirs = body_of(await neighbour.get(f"{CONFLICTS}/{mine['id']}"))
        assert json.loads(theirs["operation"]) == test
        waiting = await pages(neighbour, "/v1/tasks?kind=sync_conflict&limit=500")
        assert {result["conflict_id"] for result in results} <= {task["record_id"] for task in waiting}

        settled = await neighbour.post(f"{CONFLICTS}/{mine['id']}/settle", json={"decision": "apply"})

        assert (settled.status_code, body_of(settled)["status"]) == (200, "applied"), settled.text
        tests = body_of(await neighbour.get(f"/v1/persons/{person}/drug-tests"))["items"]
        assert [each["id"] for each in tests] == [test["id"]]

    async def test_a_correction_of_who_was_merged_away_is_told_so(
        self, sign_in: SignIn, officer: httpx.AsyncClient
    ) -> None:
        clerk, second = [await sign_in(Role.PROVINCE_MANAGER, unit=("66", TODAY)) for _ in range(2)]
        person, into = [await posted_person(clerk, unit_code=unit) for unit in (HERE, THERE)]
        await merged(clerk, second, person, into)

        answer = await officer.post(f"/v1/persons/{person}/void", json={"reason": "Entered twice."})

        refused(answer, 409, "person_merged")
