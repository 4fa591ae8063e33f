"""Where the records of a kind stand, whoever they belong to: the tests of what all kinds share ask here."""

from collections.abc import Mapping
from dataclasses import dataclass
from unittest.mock import ANY

import httpx
from pydantic import JsonValue

from registry.api.kinds.accompaniments import VISITS
from registry.api.kinds.clubs import CLUBS
from registry.api.kinds.counselling import SESSIONS
from registry.api.kinds.counselling_points import COUNSELLING_POINTS
from registry.api.kinds.referrals import SERVICES
from registry.api.records.kind import Kind
from registry.api.schemas import examples
from tests.conftest import NOW
from tests.factories.bodies import OF_PEOPLE, Body, a_fresh, an_accompaniment
from tests.factories.posted import created, posted_person

_NAMED_BY: Mapping[str, tuple[Kind, ...]] = {
    "attendance": (COUNSELLING_POINTS, SESSIONS),
    "referral": (COUNSELLING_POINTS, SERVICES),
    "medical_referral": (SERVICES,),
    "membership": (CLUBS,),
}
"""What belongs to no person and is named by a kind, where the database holds no stock of examples."""


@dataclass(frozen=True)
class Shelf:
    """A kind of record with the address of its collection."""

    kind: Kind
    path: str
    person_id: str | None

    @property
    def entity(self) -> str:
        return str(self.kind.table.__tablename__)

    def address(self, body: Body) -> str:
        return f"{self.path}/{body['id']}"

    def owner(self, body: Body) -> str | None:
        """The person whom a record is about, where there is one."""
        return body["id"] if self.kind.singular == "person" else self.person_id

    def body(self) -> Body:
        return a_fresh(self.kind)

    def otherwise(self, body: Body) -> Body:
        """The same id with another content."""
        return body | dict(self.kind.correction)

    def shown(self, body: Body, *, version: int = 1, **over: JsonValue) -> Body:
        """The answer to a reader of a record that was created with a body."""
        fields = {name: value for name, value in body.items() if name in self.kind.body.model_fields}
        whole = self.kind.body.model_validate(fields).model_dump(mode="json")
        recorded_at = NOW.isoformat().replace("+00:00", "Z")
        record = {
            "id": body["id"],
            "version": version,
            "state": "active",
            "void_reason": None,
            "recorded_at": recorded_at,
        }
        owner = {} if self.person_id is None else {"person_id": self.person_id}
        return {**whole, **record, **owner, **self._derived(body | over), **over}

    def _derived(self, body: Body) -> Body:
        derived: dict[str, Body] = {
            "person": {
                "birth_year": 1992,
                "root_id": body["id"],
                "merged_into": None,
                "unit_certainty": "whole",
                "processing": "unrestricted",
            },
            "move": {"status": "requested", "answer_due_at": "2026-11-30T17:00:00Z"},
            "attendance": {"organisation_id": examples.COUNSELLING_POINT, "held_on": "2020-07-03"},
            "referral": {"status": "accepted" if "accepted_on" in body else "made", "answer_due_on": "2020-07-20"},
            "medical_referral": {"status": "accepted" if "accepted_on" in body else "made"},
            "episode": {"course_id": body["id"], "track": "rehab"},
            "aftercare": {"to_on": "2027-02-16"},
            "plan": {"status": "draft"},
            "plan_target": {"frozen_base": None, "frozen_on": None},
            "plan_review": {"snapshot": ANY, "sha256": ANY},
            "activity": {"stage": "held", "dated_on": "2021-06-26"},
            "club_rating": {"programme": "b93", "rank": 3, "counts_from": body.get("rated_on")},
            "visit": {"organisation_id": examples.COUNSELLING_POINT, "legal_basis": "consent"},
            "subject_request": {"due_on": "2026-11-23", "status": "open"},
            "erasure_order": {"status": "awaiting_approval"},
            "breach": {"notify_by": "2026-11-23T01:30:00Z", "status": "open"},
        }
        return derived.get(self.kind.singular, {})


async def shelf_of(kind: Kind, client: httpx.AsyncClient) -> Shelf:
    """Find the collection of a kind, under a person of its own where records of the kind belong to people."""
    if all(kind is not owned for owned in OF_PEOPLE):
        return Shelf(kind, f"/v1/{kind.collection}", None)
    person_id = await posted_person(client)
    await put_foundation(client, kind, person_id)
    return Shelf(kind, f"/v1/persons/{person_id}/{kind.collection}", person_id)


async def put_foundation(client: httpx.AsyncClient, kind: Kind, person_id: str) -> None:
    """Put under a person what records of a kind rest on, as the example of the manual names it."""
    if kind is VISITS:
        accompaniment = an_accompaniment(id=examples.ACCOMPANIMENT)
        await created(client, f"/v1/persons/{person_id}/accompaniments", accompaniment)
    for named in _NAMED_BY.get(kind.singular, ()):
        example = dict(next(iter(named.examples.values())))
        if (await client.get(f"/v1/{named.collection}/{example['id']}")).status_code == 404:
            await created(client, f"/v1/{named.collection}", example)


async def put(shelf: Shelf, client: httpx.AsyncClient) -> Body:
    """Post a record; the body it was created with."""
    body = shelf.body()
    await created(client, shelf.path, body)
    return body


async def voided(shelf: Shelf, client: httpx.AsyncClient, body: Body, reason: str = "Entered twice.") -> httpx.Response:
    return await client.post(f"{shelf.address(body)}/void", json={"reason": reason})
