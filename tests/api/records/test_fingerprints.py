"""Fingerprints of first bodies are kept for ever: no release may make another one of the same body."""

import json
from pathlib import Path

import httpx
from fastapi import FastAPI

from registry.api.schemas.fields import In
from tests.factories.bodies import ALL_KINDS
from tests.factories.posted import created, posted_person
from tests.factories.stored import rows

ORDERS = Path(__file__).with_name("first_bodies.json")
"""The fields of every kind's first body, and of what these hold, in the order in which they are fingerprinted."""

BODY = {
    "result": "negative",
    "method": "rapid_urine",
    "tested_on": "2020-02-28",
    "id": "0197c3a5-6f0e-7c11-9d55-3a4b5c6d7e8f",
    "tested_by": "Trạm Y tế",
}
FINGERPRINT = "c639cca4dc3a1f0fda5038b3acc4077bf9faa548051f3ef431b44a9e99ee1c7c"


def fields_in(body: type[In]) -> dict[str, list[str]]:
    schema = body.model_json_schema()
    held = {"body": schema, **schema.get("$defs", {})}
    return {name: list(each["properties"]) for name, each in held.items() if "properties" in each}


def test_no_field_changes_its_place() -> None:
    """A phone that was away sends what a former release has fingerprinted. New fields may come in between: add them."""
    assert {kind.singular: fields_in(kind.create) for kind in ALL_KINDS} == json.loads(ORDERS.read_text())


async def test_the_same_body_has_the_same_fingerprint_in_every_release(
    app: FastAPI, manager: httpx.AsyncClient
) -> None:
    await created(manager, f"/v1/persons/{await posted_person(manager)}/drug-tests", BODY)

    assert await rows(app, "SELECT encode(fingerprint, 'hex') FROM drug_test WHERE id = :id", id=BODY["id"]) == [
        (FINGERPRINT,)
    ]
