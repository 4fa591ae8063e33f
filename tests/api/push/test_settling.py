"""Conflicts are settled by a human: what stands is kept, or the device's values are written as any change is."""

import asyncio

import httpx
import pytest
from fastapi import FastAPI

from registry.api.kinds.persons import PERSONS
from registry.domain.access import Role
from tests.api.push.disagreeing import HERE, Late, late_change, late_file, status_of, task_of
from tests.api.push.pushing import changing, push, told
from tests.conftest import TODAY, SignIn
from tests.factories.bodies import Body
from tests.factories.posted import body_of, refused
from tests.factories.trails import audited, fed


@pytest.fixture
async def late(officer: httpx.AsyncClient, colleague: httpx.AsyncClient) -> Late:
    return await late_change(colleague, officer)


async def settle(client: httpx.AsyncClient, late: Late, **body: object) -> httpx.Response:
    return await client.post(f"{late.address}/settle", json=body)


async def applied(client: httpx.AsyncClient, late: Late, *fields: str, seen: int = 2) -> httpx.Response:
    chosen: Body = {"fields": list(fields)} if fields else {}
    return await settle(client, late, decision="apply", present_version=seen, **chosen)


async def test_what_stands_is_kept(app: FastAPI, colleague: httpx.AsyncClient, late: Late) -> None:
    answer = await settle(colleague, late, decision="keep")

    assert body_of(answer)["status"] == "kept"
    assert body_of(await colleague.get(late.record))["version"] == 2
    task = await task_of(colleague, late, "done")
    assert task is not None
    assert task["settled_by"] == body_of(answer)["settled_by"]
    (row,) = await audited(app, answer)
    assert (row["operation"], row["entity"], str(row["record_id"])) == (
        "settle_conflict", "sync_conflict", late.result["conflict_id"],
    )  # fmt: skip


async def test_one_field_of_the_device_is_written_as_any_change_is(
    app: FastAPI, colleague: httpx.AsyncClient, late: Late
) -> None:
    before = len(await fed(app, late.person_id))

    answer = await applied(colleague, late, "phone")

    assert (body_of(answer)["status"], body_of(answer)["applied_fields"]) == ("applied", ["phone"])
    shown = body_of(await colleague.get(late.record))
    assert (shown["version"], shown["phone"], shown["occupation"]) == (3, "0900 000 009", "Thợ hồ")
    versions = body_of(await colleague.get(f"{late.record}/versions"))["items"]
    assert [each["version"] for each in versions] == [1, 2]
    assert len(await fed(app, late.person_id)) == before + 1
    assert {row["entity"] for row in await audited(app, answer)} == {"person", "sync_conflict"}
    assert await task_of(colleague, late, "done") is not None


async def test_all_of_the_device_is_written(colleague: httpx.AsyncClient, late: Late) -> None:
    answer = await applied(colleague, late)

    assert body_of(answer)["applied_fields"] == ["occupation", "phone"]
    shown = body_of(await colleague.get(late.record))
    assert (shown["occupation"], shown["phone"], shown["education"]) == ("Lái xe", "0900 000 009", "primary")


async def test_who_sent_it_may_settle_it(officer: httpx.AsyncClient, late: Late) -> None:
    assert body_of(await applied(officer, late))["status"] == "applied"
    (again,) = await push(officer, late.operation)
    assert told(again)[0] == "duplicate"


async def test_a_newer_change_is_not_lost(colleague: httpx.AsyncClient, late: Late, sign_in: SignIn) -> None:
    third = await sign_in(Role.COMMUNE_OFFICER, unit=(HERE, TODAY))
    await push(third, changing(PERSONS, late.person_id, {"phone": "0900 000 001"}, base=2))

    refused(await applied(colleague, late), 412, "version_mismatch")

    assert await status_of(colleague, late) == "open"
    assert body_of(await colleague.get(late.record))["phone"] == "0900 000 001"
    assert (await applied(colleague, late, seen=3)).status_code == 200


async def test_the_same_decision_again_is_answered_and_another_refused(
    officer: httpx.AsyncClient, colleague: httpx.AsyncClient, late: Late
) -> None:
    first = await applied(colleague, late, "phone")

    again = await applied(colleague, late, "phone")

    assert (again.status_code, body_of(again)) == (200, body_of(first))
    refused(await settle(colleague, late, decision="keep"), 409, "conflict_not_open")
    refused(await applied(officer, late, "phone"), 409, "conflict_not_open")
    assert body_of(await colleague.get(late.record))["version"] == 3


async def test_of_two_at_once_one_settles_it(
    officer: httpx.AsyncClient, colleague: httpx.AsyncClient, late: Late
) -> None:
    answers = await asyncio.gather(applied(colleague, late), settle(officer, late, decision="keep"))

    assert sorted(answer.status_code for answer in answers) == [200, 409]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"decision": "throw away"}, "/decision"),
        ({"decision": "apply", "present_version": 2, "fields": []}, "/fields"),
    ],
    ids=["no decision", "no field"],
)
async def test_what_cannot_be_done_is_refused(
    colleague: httpx.AsyncClient, late: Late, body: Body, pointer: str
) -> None:
    refused(await settle(colleague, late, **body), 422, "validation_failed", pointer)
    assert await status_of(colleague, late) == "open"


async def test_what_stands_is_not_written_over_unseen(colleague: httpx.AsyncClient, late: Late) -> None:
    refused(await settle(colleague, late, decision="apply"), 409, "present_version_required", "/present_version")
    assert await status_of(colleague, late) == "open"


async def test_a_field_that_was_not_sent_is_refused(colleague: httpx.AsyncClient, late: Late) -> None:
    answer = await settle(colleague, late, decision="apply", present_version=2, fields=["phone", "education"])

    refused(answer, 409, "field_not_sent", "/fields/1")
    assert await status_of(colleague, late) == "open"


class TestDecidedByItsSender:
    async def test_the_fields_in_question_sent_anew_end_it(
        self, officer: httpx.AsyncClient, colleague: httpx.AsyncClient, late: Late
    ) -> None:
        (result,) = await push(officer, changing(PERSONS, late.person_id, {"occupation": "Lái xe"}, base=2))

        assert (result["status"], await status_of(officer, late)) == ("applied", "superseded")
        assert await task_of(colleague, late) is None

    @pytest.mark.parametrize(
        ("fields", "base"),
        [({"phone": "0900 000 002"}, 2), ({"birthplace": "Tuy Hòa"}, 1)],
        ids=["another field of what was sent", "another field, from what was not seen"],
    )
    async def test_what_says_nothing_of_them_leaves_it_open(
        self, officer: httpx.AsyncClient, late: Late, fields: Body, base: int
    ) -> None:
        (result,) = await push(officer, changing(PERSONS, late.person_id, fields, base=base))

        assert (result["status"], await status_of(officer, late)) == ("applied", "open")

    async def test_somebody_else_s_change_leaves_it_open(self, colleague: httpx.AsyncClient, late: Late) -> None:
        await push(colleague, changing(PERSONS, late.person_id, {"occupation": "Thợ điện"}, base=2))

        assert await status_of(colleague, late) == "open"

    async def test_the_same_that_can_be_applied_now_ends_it(
        self, officer: httpx.AsyncClient, colleague: httpx.AsyncClient
    ) -> None:
        late = await late_file(colleague, officer)
        was = body_of(await colleague.get(f"{late.record}/versions"))["items"][0]["state"]["issuer"]
        back = changing_file(late, {"issuer": was})
        await push(colleague, back)

        (again,) = await push(officer, late.operation)

        assert (again["status"], again["conflict_id"], await status_of(officer, late)) == (
            "applied", None, "superseded",
        )  # fmt: skip


def changing_file(late: Late, fields: Body) -> Body:
    return late.operation | {"ref": "back", "base_version": 2, "body": fields}
