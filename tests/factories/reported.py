"""Asking for reports, and posting what they count."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

import httpx

from registry.domain.catalogue import CATALOGUE
from registry.domain.indicator import Counted

Json: TypeAlias = dict[str, Any]
PostPerson: TypeAlias = Callable[..., Awaitable[str]]

TODAY = "2026-11-21"
PHU_YEN: Json = {"unit": "54", "year": 2020}
DAK_LAK_TODAY: Json = {"unit": "66", "on": TODAY, "year": 2020}
PHUONG_1, DIVIDED, WITHOUT_SUCCESSOR = "22015", "22024", "22021"


async def created(client: httpx.AsyncClient, path: str, body: Json) -> Json:
    answer = await client.post(path, json=body)
    assert answer.status_code == 201, answer.text
    created: Json = answer.json()
    return created


async def report(client: httpx.AsyncClient, **asked: Any) -> Json:  # noqa: ANN401 - parameters
    answer = await client.get("/v1/reports/annual", params=asked)
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


def values(figures: list[Json]) -> dict[str, Any]:
    return {figure["code"]: figure["value"] for figure in figures}


async def figures(client: httpx.AsyncClient, **asked: Any) -> dict[str, Any]:  # noqa: ANN401 - parameters
    return values((await report(client, **asked or PHU_YEN))["figures"])


async def refusal(client: httpx.AsyncClient, **asked: Any) -> tuple[int, str]:  # noqa: ANN401 - parameters
    answer = await client.get("/v1/reports/annual", params=asked)
    return answer.status_code, answer.json()["code"]


def change(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """What became of the figures that are not what they were."""
    return {code: (before[code], after[code]) for code in before if before[code] != after[code]}


def gain(before: dict[str, Any], after: dict[str, Any]) -> dict[str, int]:
    """By how much counts grew; shares and changes are left out."""
    compared = {Counted.PERCENT, Counted.CHANGE}
    counts = [code for code, definition in CATALOGUE.items() if definition.counted not in compared]
    return {code: (after[code] or 0) - (before[code] or 0) for code in counts if after[code] != before[code]}


def a_file(category: str = "illegal_user", opened_on: str = "2020-03-10", **more: str) -> Json:
    return {"category": category, "opened_on": opened_on} | more


def a_stay(modality: str, registered_on: str, legal_basis: str = "voluntary", **more: str) -> Json:
    stay = {"modality": modality, "legal_basis": legal_basis, "registered_on": registered_on}
    return {**stay, "started_on": registered_on, **more}


def ended(on: str, outcome: str) -> Json:
    return {"ended_on": on, "outcome": outcome}
