"""The register of breaches: 72 hours to tell the authority, and nothing in it that names a person."""

import httpx
import pytest

from registry.domain.access import Role
from tests.conftest import TODAY, SignIn
from tests.factories.bodies import Body, a_breach
from tests.factories.posted import body_of, corrected, created, pages, refused

NOTIFIED = {"notified_at": "2026-11-20T08:00:00Z", "authority": "A05, Bộ Công an", "reference": "17/TB"}
EARLY = "2026-11-20T01:00:00Z"
CLOSED = {"closed_at": "2026-11-21T02:00:00Z", "outcome": "The phone was found."}


@pytest.fixture
async def province(sign_in: SignIn) -> httpx.AsyncClient:
    return await sign_in(Role.PROVINCE_MANAGER, unit=("66", TODAY))


async def found(client: httpx.AsyncClient, **over: object) -> str:
    """Record a breach; its address."""
    body = a_breach(**over)  # type: ignore[arg-type]  # values of a body
    await created(client, "/v1/breaches", body)
    return f"/v1/breaches/{body['id']}"


def codes_of(answer: httpx.Response) -> list[tuple[str, str]]:
    return [(warning["code"], warning["pointer"]) for warning in body_of(answer)["warnings"]]


class TestRecord:
    async def test_the_authority_is_told_within_72_hours(self, province: httpx.AsyncClient) -> None:
        breach = await created(province, "/v1/breaches", a_breach(detected_at="2026-11-20T08:30:00+07:00"))

        assert (breach["detected_at"], breach["notify_by"]) == ("2026-11-20T01:30:00Z", "2026-11-23T01:30:00Z")
        assert breach["status"] == "open"

    async def test_one_that_harms_nobody_has_no_clock(self, province: httpx.AsyncClient) -> None:
        assert (await created(province, "/v1/breaches", a_breach(may_harm=[])))["notify_by"] is None

    @pytest.mark.parametrize(
        ("over", "code", "pointer"),
        [
            pytest.param({"detected_at": "2026-11-21T04:00:00Z"}, "date_in_future", "/detected_at", id="not yet"),
            pytest.param({"authority": "A05"}, "notification_incomplete", "/authority", id="told whom, not when"),
            pytest.param(NOTIFIED | {"notified_at": EARLY}, "dates_out_of_order", "/notified_at", id="early"),
            pytest.param(CLOSED, "breach_not_notified", "/closed_at", id="closed before anybody was told"),
        ],
    )  # fmt: skip
    async def test_what_cannot_be_is_refused(
        self, province: httpx.AsyncClient, over: Body, code: str, pointer: str
    ) -> None:
        refused(await province.post("/v1/breaches", json=a_breach(**over)), 409, code, pointer)

    @pytest.mark.parametrize(
        "text", ["The card 054 092 999 001 was shown.", "Call 0000-000-001.", "Number 123456789 was read."]
    )
    async def test_a_number_in_a_text_is_pointed_out(self, province: httpx.AsyncClient, text: str) -> None:
        answer = await province.post("/v1/breaches", json=a_breach(description=text))

        assert (answer.status_code, codes_of(answer)) == (201, [("text_may_identify", "/description")])

    async def test_a_day_or_a_count_in_a_text_is_not(self, province: httpx.AsyncClient) -> None:
        text = "On 2026-11-20 about 1200 files, version 3.4, were open for 45 minutes."

        assert codes_of(await province.post("/v1/breaches", json=a_breach(description=text))) == []

    @pytest.mark.parametrize("moment", ["2026-11-20", "2026-11-20T01:30:00", 1790000000, "2026-11-20T01:30:00+99:00"])
    async def test_an_instant_has_its_offset(self, province: httpx.AsyncClient, moment: str | int) -> None:
        answer = await province.post("/v1/breaches", json=a_breach(detected_at=moment))

        problem = refused(answer, 422, "validation_failed", "/detected_at")
        assert [fault["code"] for fault in problem["errors"]] == ["not_an_instant"]


class TestSteps:
    async def test_notified_and_closed(self, province: httpx.AsyncClient) -> None:
        address = await found(province)

        told = await province.post(f"{address}/notify", json=NOTIFIED)
        ended = await province.post(f"{address}/close", json=CLOSED)

        assert (body_of(told)["status"], codes_of(told)) == ("notified", [])
        assert (body_of(ended)["status"], body_of(ended)["version"]) == ("closed", 3)

    async def test_late_is_kept_with_a_warning(self, province: httpx.AsyncClient) -> None:
        address = await found(province, detected_at="2026-11-10T00:00:00Z")

        told = await province.post(f"{address}/notify", json=NOTIFIED)

        assert codes_of(told) == [("breach_notified_late", "/notified_at")]

    @pytest.mark.parametrize(
        ("step", "taken", "other"),
        [("notify", NOTIFIED, {"authority": "Công an tỉnh"}), ("close", CLOSED, {"outcome": "Another one."})],
    )
    async def test_a_step_is_taken_once(self, province: httpx.AsyncClient, step: str, taken: Body, other: Body) -> None:
        address = await found(province)
        await province.post(f"{address}/notify", json=NOTIFIED)
        first = await province.post(f"{address}/{step}", json=taken)

        again = await province.post(f"{address}/{step}", json=taken)

        assert (again.status_code, body_of(again)["version"]) == (200, body_of(first)["version"])
        refused(await province.post(f"{address}/{step}", json=taken | other), 409, "breach_closed")

    async def test_closing_waits_for_the_notification(self, province: httpx.AsyncClient) -> None:
        refused(await province.post(f"{await found(province)}/close", json=CLOSED), 409, "breach_not_notified")

    async def test_a_mistake_is_corrected(self, province: httpx.AsyncClient) -> None:
        address = await found(province)
        await province.post(f"{address}/notify", json=NOTIFIED)

        mended = await corrected(
            province, address, {"may_harm": [], "authority": None, "notified_at": None, "reference": None}
        )

        assert (body_of(mended)["status"], body_of(mended)["notify_by"]) == ("open", None)


class TestWhoMay:
    @pytest.mark.parametrize("role", [Role.COMMUNE_OFFICER, Role.HEALTH_OFFICER, Role.PROVINCE_SYSTEM, Role.ANALYST])
    async def test_officers_of_cases_do_not(self, sign_in: SignIn, role: Role) -> None:
        client = await sign_in(role)

        refused(await client.get("/v1/breaches"), 403, "insufficient_scope")
        refused(await client.post("/v1/breaches", json=a_breach()), 403, "insufficient_scope")

    async def test_an_auditor_reads_and_does_not_write(self, sign_in: SignIn, province: httpx.AsyncClient) -> None:
        address = await found(province)
        auditor = await sign_in(Role.AUDITOR, unit=("66", TODAY))

        assert (await auditor.get(address)).status_code == 200
        refused(await auditor.post(f"{address}/notify", json=NOTIFIED), 403, "insufficient_scope")

    async def test_an_administrator_keeps_it_too(self, sign_in: SignIn) -> None:
        administrator = await sign_in(Role.ADMINISTRATOR, unit=("66", TODAY))

        assert (await administrator.get(await found(administrator))).status_code == 200

    async def test_another_province_does_not_see_it(self, sign_in: SignIn, province: httpx.AsyncClient) -> None:
        address = await found(province)
        stranger = await sign_in(Role.PROVINCE_MANAGER, unit=("01", TODAY))

        refused(await stranger.get(address), 404, "not_found")
        refused(await stranger.post("/v1/breaches", json=a_breach()), 403, "unit_not_granted", "/unit_code")


class TestList:
    async def test_the_oldest_first_and_by_status(self, province: httpx.AsyncClient) -> None:
        late = await found(province, detected_at="2026-11-19T01:00:00Z")
        early = await found(province, detected_at="2026-11-01T01:00:00Z")
        await province.post(f"{late}/notify", json=NOTIFIED)

        everything = [f"/v1/breaches/{item['id']}" for item in await pages(province, "/v1/breaches?limit=2")]
        notified = {f"/v1/breaches/{item['id']}" for item in await pages(province, "/v1/breaches?status=notified")}

        assert everything.index(early) < everything.index(late)
        assert late in notified
        assert early not in notified


class TestTasks:
    async def waiting(self, client: httpx.AsyncClient, address: str) -> list[tuple[str, str]]:
        breach = address.rpartition("/")[2]
        return [
            (task["kind"], task["due_at"]) for task in await pages(client, "/v1/tasks") if task["record_id"] == breach
        ]

    async def test_the_province_is_reminded_until_the_authority_is_told(self, province: httpx.AsyncClient) -> None:
        address = await found(province)

        assert await self.waiting(province, address) == [("breach_notification_due", "2026-11-23T01:30:00Z")]
        await province.post(f"{address}/notify", json=NOTIFIED)
        assert await self.waiting(province, address) == []

    async def test_one_that_harms_nobody_reminds_nobody(self, province: httpx.AsyncClient) -> None:
        assert await self.waiting(province, await found(province, may_harm=[])) == []

    async def test_the_administrator_is_told_once(self, province: httpx.AsyncClient, sign_in: SignIn) -> None:
        administrator = await sign_in(Role.ADMINISTRATOR, unit=("66", TODAY))
        address = await found(province)
        await corrected(province, address, {"measures": "The session was ended."})

        assert [kind for kind, _ in await self.waiting(administrator, address)] == ["breach_notice"]
