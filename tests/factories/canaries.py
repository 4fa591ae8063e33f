"""A person with a canary in everything that is sealed: whoever finds one elsewhere has found what was to be kept."""

import secrets

import httpx

from registry.api.kinds.medical import MEDICAL_REFERRALS, MEDICAL_RESULTS
from registry.api.kinds.persons import PERSONS
from registry.api.kinds.referrals import REFERRALS
from registry.api.kinds.rights import REQUESTS
from registry.api.records.kind import Kind
from registry.db.records import entity_of
from registry.db.sealing import sealed_columns
from registry.db.tables.all import metadata
from registry.db.tables.columns import SealedText
from registry.domain.access import Permission, Role
from registry.domain.policy import POLICY
from registry.domain.task import RULES, TaskKind
from tests.api.duplicates.merging import merged, unmerged
from tests.api.push.pushing import changing, push
from tests.conftest import TODAY
from tests.factories.bodies import ALL_KINDS, OF_PEOPLE, RESTING, Body, a_fresh, a_person, a_record
from tests.factories.emergencies import asked
from tests.factories.posted import body_of, corrected, created, pages, posted_person
from tests.factories.shelf import put_foundation


def every_sealed_column() -> set[str]:
    """Name all that the tables declare as sealed: `table.column`."""
    return {
        f"{table.name}.{column.name}"
        for table in metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, SealedText)
    }


_PERMITTED = {
    **{entity_of(kind.table): kind.read for kind in ALL_KINDS},
    "merge": Permission.MERGE_READ,
    "emergency_access": Permission.EMERGENCY_READ,
    "sync_conflict": PERSONS.read,
}
"""What a reader of a table must hold. The conflict is about the person's own fields."""


def readers_of(column: str) -> frozenset[Role]:
    """Those whom what is sealed in a column may be shown to, within their reach."""
    table = column.partition(".")[0]
    if table == "task":
        return frozenset({RULES[TaskKind.EMERGENCY_REVIEW].settled_by})
    return frozenset(role for role in Role if _PERMITTED[table] in POLICY[role])


class Cage:
    """Makes canaries, each once, and knows where it put each of them and under which ids the records are."""

    def __init__(self, keeper: httpx.AsyncClient, second: httpx.AsyncClient) -> None:
        self.canaries: dict[str, str] = {}
        """For each canary the column that it is in."""
        self.records: dict[str, str] = {}
        """The ids of the records, by the singular of their kind."""
        self._keeper = keeper
        self._second = second

    def new(self, place: str) -> str:
        canary = f"{secrets.randbelow(10**17):017}" if place.endswith("phone") else f"kanari{secrets.token_hex(8)}"
        self.canaries[canary] = place.removesuffix(" phone")
        return canary

    async def fill(self, stranger: httpx.AsyncClient, **over: str) -> Body:
        """Record somebody with a canary in every sealed field, now and formerly; only the person is left to void."""
        person = await created(self._keeper, "/v1/persons", self.seeded(PERSONS, a_person(**over)))
        path = f"/v1/persons/{person['id']}"
        await self._correct(PERSONS, path)
        await self._records(person["id"])
        await self._ask_and_answer(f"{path}/{REQUESTS.collection}")
        await self._merge_and_undo(person["id"])
        await self._meet(person["id"])
        reason = self.new("emergency_access.reason_text")
        access = await asked(stranger, person_id=person["id"], reason_text=reason)
        self.records |= {"person": person["id"], "emergency_access": access["id"]}
        await self._review()
        return person

    def seeded(self, kind: Kind, body: Body) -> Body:
        """Put a canary into every sealed field that a body may set."""
        if "residence" in body:
            body["residence"]["address"] = self.new("residence.address")
        if kind in (MEDICAL_RESULTS, MEDICAL_REFERRALS):
            body["note"] = self.new(f"{kind.singular}.content")
        if kind is REFERRALS:
            body |= dict.fromkeys(("accepted_on", "started_on", "completed_on"), body["made_on"])
        return body | self._in_fields(kind, set(kind.create.model_fields))

    async def close(self) -> None:
        """Void the person too."""
        address = f"/v1/persons/{self.records['person']}"
        answer = await self._keeper.post(f"{address}/void", json={"reason": self.new("person.void_reason")})
        assert answer.status_code == 200, answer.text

    async def _records(self, person_id: str) -> None:
        """Record one of every kind, correct it, and void it with a reason."""
        for kind in RESTING:
            await put_foundation(self._keeper, kind, person_id)
        for kind in OF_PEOPLE:
            collection = f"/v1/persons/{person_id}/{kind.collection}"
            body = await created(self._keeper, collection, self.seeded(kind, a_fresh(kind)))
            self.records[kind.singular] = body["id"]
            address = f"{collection}/{body['id']}"
            await self._correct(kind, address)
            reason = self.new(f"{entity_of(kind.table)}.void_reason")
            assert (await self._keeper.post(f"{address}/void", json={"reason": reason})).status_code == 200
            await self._keeper.get(f"{address}/versions")

    async def _correct(self, kind: Kind, address: str) -> None:
        """Change every sealed field, so that its former value is in the history."""
        fields = self._in_fields(kind, set(kind.patch.model_fields))
        if kind in (MEDICAL_RESULTS, MEDICAL_REFERRALS):
            fields["note"] = self.new(f"{kind.singular}.content")
        for field, canary in fields.items():
            answer = await corrected(self._keeper, address, {field: canary})
            assert answer.status_code == 200, answer.text

    def _in_fields(self, kind: Kind, fields: set[str]) -> Body:
        return {field: self.new(f"{entity_of(kind.table)}.{field}") for field in {*sealed_columns(kind.table)} & fields}

    async def _ask_and_answer(self, path: str) -> None:
        """Record requests of the person: one that is refused with a reason, a restriction that is lifted with one."""
        refused, restriction = [
            f"{path}/{(await created(self._keeper, path, a_record(REQUESTS, kind=kind)))['id']}"
            for kind in ("correction", "restriction")
        ]
        answer = {"answered_on": f"{TODAY}", "decision": "refused", "reason": self.new("subject_request.reason")}
        lift = {"lifted_on": f"{TODAY}", "lift_reason": self.new("subject_request.lift_reason")}
        for address, body in (
            (f"{refused}/answer", answer),
            (f"{restriction}/answer", {"answered_on": f"{TODAY}", "decision": "granted"}),
            (f"{restriction}/lift", lift),
        ):
            done = await self._keeper.post(address, json=body)
            assert done.status_code == 200, done.text

    async def _merge_and_undo(self, into: str) -> None:
        """Merge somebody into the person and take the two apart again, each with a reason."""
        person = await posted_person(self._keeper)
        await merged(self._keeper, self._second, person, into, reason=self.new("merge.reason"))
        await unmerged(self._keeper, self._second, person, reason=self.new("merge.undo_reason"))

    async def _meet(self, person_id: str) -> None:
        """Send a change of the person that meets a later one."""
        elsewhere = {"phone": self.new("sync_conflict.payload phone")}
        (met,) = await push(self._keeper, changing(PERSONS, person_id, elsewhere))
        assert met["status"] == "conflict"
        self.records["conflict"] = met["conflict_id"]

    async def _review(self) -> None:
        """Decide on the emergency, and note why."""
        reviews = await pages(self._keeper, "/v1/tasks?kind=emergency_review")
        (review,) = [each for each in reviews if each["record_id"] == self.records["emergency_access"]]
        decided = {"decision": "approve", "note": self.new("task.sealed_note")}
        answer = await self._keeper.post(f"/v1/tasks/{review['id']}/settle", json=decided)
        assert body_of(answer)["note"] == decided["note"]
        self.records["task"] = review["id"]
