"""Who may ask for which report, and what is refused."""

from datetime import date

import httpx
import pytest
from fastapi import FastAPI
from sqlmodel import col, select

from registry.db.engine import transaction
from registry.db.tables.trail import AuditEventRow
from registry.domain.access import Role, TokenScope
from tests.conftest import SignIn
from tests.factories.reported import DIVIDED, PHU_YEN, PHUONG_1, WITHOUT_SUCCESSOR, Json, figures, refusal, report


class TestRights:
    async def test_the_figure_is_the_same_for_everybody_who_may_see_it(
        self, manager: httpx.AsyncClient, dak_lak: httpx.AsyncClient, sign_in: SignIn
    ) -> None:
        callers = [
            dak_lak,
            await sign_in(Role.ANALYST),
            await sign_in(Role.ANALYST, unit=("66", date(2026, 1, 1))),
            await sign_in(Role.PROVINCE_SYSTEM, scopes=(TokenScope.REPORT,)),
        ]
        theirs = [await report(client, **PHU_YEN) for client in callers]
        assert theirs == [await report(manager, **PHU_YEN)] * len(callers)

    async def test_a_commune_officer_sees_the_commune_and_what_it_was(self, sign_in: SignIn) -> None:
        officer = await sign_in(Role.COMMUNE_OFFICER, unit=(PHUONG_1, date(2026, 1, 1)))
        assert (await figures(officer, unit=PHUONG_1, year=2025))["communes_total"] == 1
        assert (await figures(officer, unit=DIVIDED, year=2020))["communes_total"] == 1
        assert await refusal(officer, **PHU_YEN) == (403, "unit_not_granted")
        assert await refusal(officer, unit="22162", year=2020) == (403, "unit_not_granted")

    async def test_old_phu_yen_does_not_reach_the_whole_of_dak_lak(self, manager: httpx.AsyncClient) -> None:
        assert await refusal(manager, unit="66", year=2025) == (403, "unit_not_granted")

    async def test_a_commune_that_left_nothing_is_not_open_to_everybody(
        self, manager: httpx.AsyncClient, dak_lak: httpx.AsyncClient, sign_in: SignIn
    ) -> None:
        stranger = await sign_in(Role.PROVINCE_MANAGER, unit=("01", date(2026, 1, 1)))
        asked = {"unit": WITHOUT_SUCCESSOR, "year": 2020}
        assert await refusal(stranger, **asked) == (403, "unit_not_granted")
        assert (await figures(manager, **asked)) == (await figures(dak_lak, **asked))

    async def test_analysts_see_provinces_only(self, sign_in: SignIn) -> None:
        analyst = await sign_in(Role.ANALYST)
        assert await refusal(analyst, **PHU_YEN, by="commune") == (403, "exact_figures_not_granted")
        assert await refusal(analyst, unit="555", year=2020) == (403, "exact_figures_not_granted")
        assert await refusal(analyst, unit=PHUONG_1, year=2020) == (403, "exact_figures_not_granted")
        assert await refusal(analyst, unit="01", year=2020) == (403, "unit_not_granted")

    async def test_who_may_not_read_reports(self, sign_in: SignIn, anonymous: httpx.AsyncClient) -> None:
        assert await refusal(anonymous, **PHU_YEN) == (401, "unauthenticated")
        assert await refusal(await sign_in(Role.HEALTH_OFFICER), **PHU_YEN) == (403, "insufficient_scope")
        without = await sign_in(Role.PROVINCE_MANAGER, scopes=(TokenScope.READ, TokenScope.WRITE))
        assert await refusal(without, **PHU_YEN) == (403, "insufficient_scope")

    async def test_every_report_leaves_its_trace_and_names_nobody(self, sign_in: SignIn, app: FastAPI) -> None:
        analyst = await sign_in(Role.ANALYST, subject="analyst-of-traces")
        await report(analyst, **PHU_YEN)
        await refusal(analyst, unit="555", year=2020)
        async with transaction(app.state.sessions) as session:
            query = select(AuditEventRow).where(AuditEventRow.subject == "analyst-of-traces")
            seen, denied = (await session.exec(query.order_by(col(AuditEventRow.seq)))).all()
        assert (seen.operation, seen.entity, seen.decision) == ("get_annual_report", "unit:54@2020-12-31", "allowed")
        assert (seen.purpose, seen.person_ids) == ("reporting", [])
        assert denied.decision == "denied"


class TestRefusals:
    async def test_a_year_that_has_not_begun(self, manager: httpx.AsyncClient) -> None:
        assert await refusal(manager, unit="66", year=2027) == (409, "period_not_begun")

    async def test_a_map_from_before_the_periods_end(self, manager: httpx.AsyncClient) -> None:
        assert await refusal(manager, **PHU_YEN, on="2020-06-30") == (409, "map_before_period_end")

    async def test_a_unit_that_was_not_in_force(self, manager: httpx.AsyncClient) -> None:
        answer = await manager.get("/v1/reports/annual", params={"unit": "54", "year": 2025})
        assert (answer.status_code, answer.json()["code"]) == (404, "unit_not_in_force")
        assert [successor["code"] for successor in answer.json()["successors"]] == ["66"]

    @pytest.mark.parametrize("asked", [{"unit": "54"}, {"unit": "5", "year": 2020}, PHU_YEN | {"by": "village"}])
    async def test_what_does_not_fit_the_schema(self, manager: httpx.AsyncClient, asked: Json) -> None:
        assert (await refusal(manager, **asked))[0] == 422
