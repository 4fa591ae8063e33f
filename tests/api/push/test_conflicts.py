"""What met a record that had moved on is kept, sealed, for who sent it and for who is in charge of the person."""

import json

import httpx
from fastapi import FastAPI

from registry.api.kinds.cases import FILES, TESTS
from registry.api.kinds.organisations import ORGANISATIONS
from registry.api.kinds.persons import PERSONS
from registry.db import sync_conflicts
from registry.db.context import worker_transaction
from registry.domain.access import Role
from registry.worker.sync import KEPT
from tests.api.erasure.erasing import erase
from tests.api.push.disagreeing import CONFLICTS, HERE, late_change, late_file, listed, task_of
from tests.api.push.pushing import ADDRESS, changing, creating, push, results_of, statuses, told, voiding
from tests.conftest import NOW, TODAY, SignIn
from tests.factories.posted import body_of, pages, posted_person, refused
from tests.factories.stored import rows
from tests.factories.trails import audited


class TestKept:
    async def test_field_by_field_with_what_both_began_from(
        self, app: FastAPI, officer: httpx.AsyncClient, colleague: httpx.AsyncClient
    ) -> None:
        late = await late_change(colleague, officer)

        answer = await colleague.get(late.address)

        assert (told(late.result)[:2], late.result["kept"]) == (("conflict", "fields_in_conflict"), True)
        shown = body_of(answer)
        assert json.loads(shown.pop("operation")) == late.operation
        assert {each["name"]: each for each in shown.pop("fields")} == {
            "occupation": {
                "name": "occupation", "device": "Lái xe", "present": "Thợ hồ", "base": "Ngư dân",
                "is_in_conflict": True,
            },
            "phone": {
                "name": "phone", "device": "0900 000 009", "present": None, "base": None, "is_in_conflict": False,
            },
        }  # fmt: skip
        listed_as = (await listed(officer))[shown["id"]]
        assert shown == listed_as | {"reason": None, "present_version": 2, "present_state": "active"}
        assert listed_as.items() >= {
            "status": "open", "sent_at": NOW.isoformat().replace("+00:00", "Z"), "ref": late.operation["ref"],
            "kind": "person", "person_id": late.person_id, "record_id": late.person_id, "op": "change",
            "code": "fields_in_conflict", "fields_in_conflict": ["occupation"], "base_version": 1, "met_version": 2,
            "settled_at": None, "applied_fields": [],
        }.items()  # fmt: skip
        (row,) = await audited(app, answer)
        assert (row["entity"], row["field_groups"], str(row["person_ids"][0])) == (
            "sync_conflict", ["person"], late.person_id,
        )  # fmt: skip

    async def test_a_task_waits_for_the_commune_until_its_due_date(
        self, officer: httpx.AsyncClient, colleague: httpx.AsyncClient, neighbour: httpx.AsyncClient
    ) -> None:
        late = await late_file(colleague, officer)

        task = await task_of(colleague, late)

        assert task is not None
        assert (task["entity"], task["person_id"], task["decisions"]) == ("sync_conflict", late.person_id, [])
        assert task["due_at"] == "2026-11-30T17:00:00Z"
        assert await task_of(neighbour, late) is None

    async def test_the_same_sent_again_is_the_same_conflict(
        self, officer: httpx.AsyncClient, colleague: httpx.AsyncClient
    ) -> None:
        late = await late_change(colleague, officer)
        await push(colleague, changing(PERSONS, late.person_id, {"occupation": "Thợ điện"}, base=2))

        again, twin = await push(officer, late.operation, late.operation)

        assert again["conflict_id"] == twin["conflict_id"] == late.result["conflict_id"]
        assert (again["status"], again["version"]) == ("conflict", 3)
        mine = [each for each in (await listed(officer)).values() if each["person_id"] == late.person_id]
        tasks = await pages(officer, "/v1/tasks?kind=sync_conflict&limit=500")
        assert [len(mine), len([task for task in tasks if task["person_id"] == late.person_id])] == [1, 1]

    async def test_nobody_reads_it_without_the_person_s_key(
        self, app: FastAPI, officer: httpx.AsyncClient, colleague: httpx.AsyncClient
    ) -> None:
        await late_change(colleague, officer)

        stored = await rows(app, "SELECT CAST(to_jsonb(sync_conflict) AS text), payload FROM sync_conflict")

        assert stored
        assert not [row for row in stored if "Lái xe" in row[0] or "Lái xe".encode() in row[1]]

    async def test_it_is_no_rejection(self, sign_in: SignIn, colleague: httpx.AsyncClient) -> None:
        device = await sign_in(Role.COMMUNE_OFFICER, unit=(HERE, TODAY))

        late = await late_change(colleague, device)

        assert late.result["conflict_id"] in await listed(device)
        assert await pages(device, "/v1/sync/rejections") == []

    async def test_what_is_about_nobody_stays_with_who_sent_it(
        self, manager: httpx.AsyncClient, sign_in: SignIn
    ) -> None:
        device, clinic = await sign_in(Role.PROVINCE_MANAGER), creating(ORGANISATIONS)
        await push(manager, clinic, changing(ORGANISATIONS, clinic["id"], {"name": "Of the office"}))

        (result,) = await push(device, changing(ORGANISATIONS, clinic["id"], {"name": "Of the device"}))

        assert (result["status"], result["kept"], result["conflict_id"]) == ("conflict", True, None)
        (item,) = await pages(device, "/v1/sync/rejections")
        assert item["code"] == "fields_in_conflict"

    async def test_a_voided_record_and_a_late_void_are_kept(
        self, officer: httpx.AsyncClient, colleague: httpx.AsyncClient
    ) -> None:
        person_id = await posted_person(colleague)
        one, other = (creating(TESTS, of=person_id) for _ in range(2))
        theirs = {"tested_by": "Of the office"}
        await push(
            colleague, one, other, voiding(TESTS, one["id"], of=person_id),
            changing(TESTS, other["id"], theirs, of=person_id),
        )  # fmt: skip

        results = await push(
            officer, changing(TESTS, one["id"], theirs, of=person_id),
            voiding(TESTS, other["id"], of=person_id, base_version=1),
        )  # fmt: skip

        shown = [body_of(await colleague.get(f"{CONFLICTS}/{result['conflict_id']}")) for result in results]
        assert [(each["code"], each["op"], each["reason"]) for each in shown] == [
            ("record_voided", "change", None), ("version_mismatch", "void", "Entered twice."),
        ]  # fmt: skip
        assert [(each["present_state"], each["present_version"]) for each in shown] == [("voided", 2), ("active", 2)]

    async def test_of_a_trial_and_of_a_push_as_a_whole_nothing_is_kept(
        self, app: FastAPI, officer: httpx.AsyncClient, colleague: httpx.AsyncClient
    ) -> None:
        late = await late_change(colleague, officer)
        other = late.operation | {"ref": "tried"}
        before = await rows(app, "SELECT count(*) FROM sync_conflict UNION ALL SELECT count(*) FROM task")

        tried = await officer.post(ADDRESS, params={"validate_only": "true"}, json={"operations": [other]})
        strict = await push(officer, other, headers={"Prefer": "handling=strict"})

        (result,) = results_of(tried, other)
        assert [told(each)[0] for each in (result, *strict)] == ["conflict"] * 2
        assert [(each["kept"], each["conflict_id"]) for each in (result, *strict)] == [(None, None), (False, None)]
        assert await rows(app, "SELECT count(*) FROM sync_conflict UNION ALL SELECT count(*) FROM task") == before
        assert "tried" not in {each["ref"] for each in await pages(officer, "/v1/sync/rejections")}


class TestForgotten:
    async def test_it_goes_with_whom_it_is_about(
        self, app: FastAPI, officer: httpx.AsyncClient, colleague: httpx.AsyncClient
    ) -> None:
        late = await late_change(colleague, officer)

        await erase(app, late.person_id)
        (again,) = await push(officer, late.operation)

        assert late.result["conflict_id"] not in await listed(officer)
        assert await task_of(officer, late) is None
        assert (again["code"], again["kept"]) == ("erased", False)

    async def test_what_is_settled_is_forgotten_after_400_days_and_what_waits_waits_on(
        self, app: FastAPI, officer: httpx.AsyncClient, colleague: httpx.AsyncClient
    ) -> None:
        settled, waiting = [await late_change(colleague, officer) for _ in range(2)]
        await officer.post(f"{settled.address}/settle", json={"decision": "keep"})
        await rows(app, "UPDATE sync_conflict SET sent_at = sent_at - interval '401 days'")

        async with worker_transaction(app.state.sessions) as session:
            await sync_conflicts.purge(session, before=NOW - KEPT)

        refused(await officer.get(settled.address), 404, "not_found")
        assert (await officer.get(waiting.address)).status_code == 200


async def test_of_files_every_field_that_was_sent_is_in_conflict(
    officer: httpx.AsyncClient, colleague: httpx.AsyncClient
) -> None:
    late = await late_file(colleague, officer)

    shown = (await listed(officer))[late.result["conflict_id"]]

    assert (shown["kind"], shown["fields_in_conflict"]) == ("file", ["issuer"])
    assert statuses([late.result]) == ["conflict"]
    assert FILES.never_merged >= {"issuer"}
