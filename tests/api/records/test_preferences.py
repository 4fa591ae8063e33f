"""`Prefer: return=minimal` (RFC 7240): the same is done, and less is said."""

import httpx
import pytest

from registry.api.idempotency.key import NAME
from registry.api.preferences import stated
from tests.api.records.keyed import a_key
from tests.factories.bodies import a_person
from tests.factories.kinds import every_corrected_kind
from tests.factories.posted import MERGE_PATCH, body_of, refused
from tests.factories.shelf import Shelf

MINIMAL = {"Prefer": "return=minimal"}


@every_corrected_kind
async def test_a_minimal_answer_has_no_body_and_keeps_what_names_the_record(
    shelf: Shelf, manager: httpx.AsyncClient
) -> None:
    body, view = shelf.body(), shelf.kind.view
    address = shelf.address(body)
    changing = MINIMAL | {"If-Match": "*", "Content-Type": MERGE_PATCH}

    made = await manager.post(shelf.path, json=body, headers=MINIMAL)
    again = await manager.post(shelf.path, json=body, headers=MINIMAL)
    changed = await manager.patch(address, json=dict(shelf.kind.correction), headers=changing)
    ended = await manager.post(f"{address}/void", json={"reason": "Twice."}, headers=MINIMAL)

    answers = (made, again, changed, ended)
    assert [(answer.status_code, answer.content) for answer in answers] == [
        *((201, b""), (204, b""), (204, b""), (204, b"")),
    ]
    assert [answer.headers["etag"] for answer in answers] == [f'"v{n}-{view}"' for n in (1, 1, 2, 3)]
    assert {answer.headers["preference-applied"] for answer in answers} == {"return=minimal"}
    assert all("Prefer" in answer.headers["vary"] for answer in answers)
    assert made.headers["location"] == address
    assert body_of(await manager.get(address))["state"] == "voided"


@pytest.mark.parametrize(
    ("field", "applied"),
    [
        (None, None),
        ("return=representation", "return=representation"),
        ("respond-async, wait=10", None),
        ("return=everything", None),
        ("return=representation, return=minimal", "return=representation"),
        (",;= ,", None),
    ],
)
async def test_what_is_not_known_counts_for_nothing(
    manager: httpx.AsyncClient, field: str | None, applied: str | None
) -> None:
    answer = await manager.post("/v1/persons", json=a_person(), headers={} if field is None else {"Prefer": field})

    assert (answer.status_code, answer.headers.get("preference-applied")) == (201, applied)
    assert body_of(answer)["version"] == 1
    assert "Prefer" in answer.headers["vary"]


async def test_a_refusal_is_told_whole(manager: httpx.AsyncClient) -> None:
    refused(await manager.post("/v1/persons", json={}, headers=MINIMAL), 422, "validation_failed")


async def test_a_repetition_under_a_key_may_be_told_otherwise(manager: httpx.AsyncClient) -> None:
    body, key = a_person(), {NAME: a_key()}
    short = await manager.post("/v1/persons", json=body, headers=MINIMAL | key)

    whole = await manager.post("/v1/persons", json=body, headers=key)

    assert (short.status_code, short.content, whole.status_code) == (201, b"", 201)
    assert (body_of(whole)["id"], whole.headers["location"]) == (body["id"], short.headers["location"])


async def test_a_reader_is_always_told_everything(manager: httpx.AsyncClient) -> None:
    assert (await manager.get("/v1/persons?limit=1", headers=MINIMAL)).status_code == 200


@pytest.mark.parametrize(
    ("field", "found"),
    [
        ("return=minimal", {"return": "minimal"}),
        ('Return="MINIMAL"; foo=bar , Handling = strict', {"return": "minimal", "handling": "strict"}),
        ("respond-async", {"respond-async": ""}),
        ("", {"": ""}),
    ],
)
def test_preferences_are_read_as_they_may_be_written(field: str, found: dict[str, str]) -> None:
    assert stated(field) == found
