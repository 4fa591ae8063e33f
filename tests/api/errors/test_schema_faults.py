"""What violates the schema is named field by field, and its values are not repeated."""

import io
from typing import Any

import httpx
import pytest

from tests.api.edge import CANARY
from tests.api.errors.problems import ID, checked

ENGLISH = {"Accept-Language": "en"}


class TestWhatTheSchemaRefuses:
    @pytest.mark.parametrize(
        ("change", "code", "pointer"),
        [
            ({"name": None}, "wrong_type", "/name"),
            ({"name": ""}, "too_short", "/name"),
            ({"name": "a" * 201}, "too_long", "/name"),
            ({"name": f"{CANARY}\0"}, "wrong_format", "/name"),
            ({"name": f"{CANARY}\x1b"}, "wrong_format", "/name"),
            ({"name": [CANARY]}, "wrong_type", "/name"),
            ({"on": CANARY}, "not_a_date", "/on"),
            ({"on": "2020-02-30"}, "not_a_date", "/on"),
            ({"kind": CANARY}, "wrong_format", "/kind"),
            ({"visits": 11}, "too_large", "/visits"),
            ({"visits": -1}, "too_small", "/visits"),
            ({"visits": CANARY + "x"}, "not_a_number", "/visits"),
            ({"visits": 1.5}, "not_a_number", "/visits"),
            ({"numbers": [CANARY]}, "not_a_uuid", "/numbers/0"),
            ({"numbers": [ID] * 4}, "too_many_items", "/numbers"),
            ({"place": {"commune": CANARY}}, "too_long", "/place/commune"),
            ({"place": {}}, "missing", "/place/commune"),
            ({"place": CANARY}, "wrong_type", "/place"),
            ({"naem": "An"}, "unknown_field", "/naem"),
            ({CANARY: 1}, "unknown_field", ""),
            ({"place": {"commune": "22015", f"số {CANARY}": 1}}, "unknown_field", "/place"),
        ],
    )
    async def test_a_field_at_fault_is_named_and_its_value_is_not(
        self, client: httpx.AsyncClient, logged: io.StringIO, change: dict[str, Any], code: str, pointer: str
    ) -> None:
        answer = await client.post("/visits", json={"name": "An", **change}, headers=ENGLISH)

        [error] = checked(answer, 422, "validation_failed")["errors"]
        assert (error["code"], error["pointer"], error["parameter"]) == (code, pointer, None)
        assert "…" not in error["detail"]
        assert CANARY not in logged.getvalue()

    async def test_every_fault_is_listed(self, client: httpx.AsyncClient) -> None:
        answer = await client.post("/visits", json={"name": "", "visits": "x", "on": "y"})

        assert {error["pointer"] for error in answer.json()["errors"]} == {"/name", "/visits", "/on"}

    async def test_at_most_fifty_faults_are_listed(self, client: httpx.AsyncClient) -> None:
        answer = await client.post("/visits", json={"name": "An"} | {f"unknown_{n}": n for n in range(60)})

        assert len(checked(answer, 422, "validation_failed")["errors"]) == 50

    @pytest.mark.parametrize("body", [[], CANARY, 7, None])
    async def test_a_body_that_is_no_object_is_refused(self, client: httpx.AsyncClient, body: object) -> None:
        answer = await client.post("/visits", json=body)

        assert [error["pointer"] for error in checked(answer, 422, "validation_failed")["errors"]] == [""]

    @pytest.mark.parametrize(
        ("path", "parameter", "code"),
        [
            (f"/visits?limit={CANARY}", "limit", "too_large"),
            ("/visits?limit=nan", "limit", "not_a_number"),
            (f"/visits/{CANARY}", "visit_id", "not_a_uuid"),
        ],
    )
    async def test_a_parameter_at_fault_is_named(
        self, client: httpx.AsyncClient, path: str, parameter: str, code: str
    ) -> None:
        [error] = checked(await client.get(path), 422, "validation_failed")["errors"]

        assert (error["code"], error["pointer"], error["parameter"]) == (code, None, parameter)

    async def test_limits_are_told(self, client: httpx.AsyncClient) -> None:
        answer = await client.post("/visits", json={"name": "An", "visits": 11, "numbers": [ID] * 4}, headers=ENGLISH)

        assert [error["detail"] for error in answer.json()["errors"]] == [
            "The value is above what is allowed (limit: 10).",
            "The list may have at most 3 items.",
        ]
