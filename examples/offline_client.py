"""A device that records without a network and synchronises when there is one: the reference for clients of the API.

    python examples/offline_client.py --url http://127.0.0.1:8000 --token "$TOKEN" sync
    python examples/offline_client.py record person '{"full_name": "...", "residence": {...}}'
    python examples/offline_client.py show
    python examples/offline_client.py --url http://127.0.0.1:8000 --token "$TOKEN" conflicts

Two tables are all it takes: a queue of what was recorded here, and a replica of what the registry told. A real device
encrypts the file; this one does not.
"""

import argparse
import asyncio
import json
import sqlite3
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

MOST_OPERATIONS = 500
KEPT = "-30 days"
"""How long what was sent is kept: a restore takes back what came after the backup, and then it is sent again."""
DONE = ("applied", "duplicate")

SCHEMA = """
CREATE TABLE IF NOT EXISTS queue (
    place INTEGER PRIMARY KEY AUTOINCREMENT, ref TEXT UNIQUE, operation TEXT, state TEXT, code TEXT, position INTEGER,
    sent_at TEXT
);
CREATE TABLE IF NOT EXISTS replica (
    kind TEXT, person_id TEXT, id TEXT, version INTEGER, record TEXT, PRIMARY KEY (kind, person_id, id)
);
CREATE TABLE IF NOT EXISTS progress (name TEXT PRIMARY KEY, value TEXT);
"""


class Device:
    """One officer's device. Every method that talks may fail at any point, and may simply be called again."""

    def __init__(self, http: httpx.AsyncClient, store: Path | str = ":memory:", *, page: int = 500) -> None:
        self.http, self.page = http, page
        self.store = sqlite3.connect(store)
        self.store.executescript(SCHEMA)

    def record(self, kind: str, body: dict[str, Any], *, person_id: str | None = None) -> str:
        """Record something new; its id, which is made here and never changes."""
        record_id = str(body.get("id") or uuid4())
        if kind == "person":
            body = body | {"residence": {"id": str(uuid4()), **body["residence"]}}
        content = {name: value for name, value in body.items() if name != "id"}
        self._enqueue(op="create", kind=kind, id=record_id, person_id=person_id, body=content)
        return record_id

    def correct(self, kind: str, record_id: str, fields: dict[str, Any], *, person_id: str | None = None) -> None:
        """Correct a record, from the version that the officer sees here."""
        seen = self._version(kind, person_id, record_id)
        self._enqueue(op="change", kind=kind, id=record_id, person_id=person_id, base_version=seen, body=fields)

    def void(self, kind: str, record_id: str, reason: str, *, person_id: str | None = None) -> None:
        """Void a record that should never have been."""
        self._enqueue(op="void", kind=kind, id=record_id, person_id=person_id, reason=reason)

    async def synchronise(self) -> None:
        """Send what was recorded, then fetch what has changed."""
        await self.push()
        await self.pull()

    async def push(self) -> None:
        """Send what waits. Without an answer nothing is known: it stays, and the same is sent the next time."""
        for batch in self._batches():
            answer = await self.http.post("/v1/sync/push", json={"operations": batch})
            answer.raise_for_status()
            for result in answer.json()["results"]:
                self._settle(result)
            self.store.commit()

    async def pull(self) -> None:
        """Fetch what has changed. Each page is stored together with the cursor that comes with it."""
        more = True
        while more:
            asked = {"limit": self.page} | ({"cursor": cursor} if (cursor := self._progress("cursor")) else {})
            answer = await self.http.get("/v1/sync/changes", params=asked)
            if _must_begin_anew(answer):
                if answer.json().get("reason") == "restored":
                    self._enqueue_again()
                self.forget()
                await self.push()
                continue
            answer.raise_for_status()
            page = answer.json()
            for change in page["items"]:
                self._follow(change)
            self._note("cursor", page["cursor"])
            if page["position"] is not None:
                self._leave_queue(before=int(page["position"]))
            self.store.commit()
            more = page["more"]

    async def is_whole(self) -> bool | None:
        """Compare the replica with what the registry would have told; None where there is nothing to compare yet."""
        answer = await self.http.get("/v1/sync/digest", params={"cursor": self._progress("cursor")})
        answer.raise_for_status()
        told = answer.json()
        lines: dict[str, list[str]] = {}
        for kind, *key in self.store.execute("SELECT kind, person_id, id, version FROM replica").fetchall():
            lines.setdefault(kind, []).append("{}/{}:{}".format(*key).removeprefix("/"))
        mine = {kind: sha256("\n".join(sorted(held)).encode()).hexdigest() for kind, held in lines.items()}
        theirs = {each["kind"]: each["sha256"] for each in told["kinds"] if each["count"]}
        return mine == theirs if told["up_to_date"] else None

    def forget(self) -> None:
        """Empty the replica and begin anew. The queue stays: it is nowhere else."""
        self.store.execute("DELETE FROM replica")
        self.store.execute("DELETE FROM progress")
        self.store.commit()

    def records(self, kind: str) -> list[dict[str, Any]]:
        """What the officer sees of a kind: the replica, and over it what is recorded here and not told back yet."""
        found = self.store.execute("SELECT id, record FROM replica WHERE kind = ?", (kind,))
        shown = {record_id: json.loads(record) for record_id, record in found}
        for operation in self._unconfirmed():
            if operation["kind"] != kind:
                continue
            if operation["op"] == "void":
                shown.pop(operation["id"], None)
            elif operation["op"] == "create" or operation["id"] in shown:
                shown[operation["id"]] = shown.get(operation["id"], {"id": operation["id"]}) | operation["body"]
        return list(shown.values())

    def refused(self) -> list[dict[str, Any]]:
        """What the registry did not take, each with the code that says why and the record as it is there."""
        refused = "SELECT ref, operation, state, code FROM queue WHERE state IN ('conflict', 'rejected')"
        return [
            {"ref": ref, "state": state, "code": code, "mine": mine, "theirs": self._held(mine)}
            for ref, text, state, code in self.store.execute(refused).fetchall()
            for mine in [json.loads(text)]
        ]

    async def conflicts(self) -> list[dict[str, Any]]:
        """What the registry keeps of this officer's disagreements: each with both sides, field by field."""
        found, address = [], "/v1/sync/conflicts"
        while address:
            answer = await self.http.get(address)
            answer.raise_for_status()
            for item in answer.json()["items"]:
                both = await self.http.get(f"/v1/sync/conflicts/{item['id']}")
                both.raise_for_status()
                found.append(both.json())
            address = answer.json()["next"]
        return found

    async def settle(self, conflict: dict[str, Any], *fields: str) -> None:
        """Write these fields of the device over what was looked at; without any, leave what the registry has."""
        applying = {"decision": "apply", "fields": fields, "present_version": conflict["present_version"]}
        answer = await self.http.post(
            f"/v1/sync/conflicts/{conflict['id']}/settle", json=applying if fields else {"decision": "keep"}
        )
        answer.raise_for_status()
        if conflict["ref"]:
            self.give_up(conflict["ref"])

    def insist(self, ref: str) -> None:
        """Make a change again from the version that is there now: the officer has looked at both."""
        mine = self._sent(ref)
        now = self._version(mine["kind"], mine.get("person_id"), mine["id"])
        self.give_up(ref)
        self._enqueue(**{name: value for name, value in mine.items() if name != "ref"} | {"base_version": now})

    def give_up(self, ref: str) -> None:
        """Drop what was refused: the officer has looked at both, and what is there stays."""
        self.store.execute("DELETE FROM queue WHERE ref = ?", (ref,))
        self.store.commit()

    def _enqueue(self, **operation: Any) -> None:  # noqa: ANN401 - the members of an operation
        said = {"ref": str(uuid4())} | {name: value for name, value in operation.items() if value is not None}
        self.store.execute(
            "INSERT INTO queue (ref, operation, state) VALUES (?, ?, 'waiting')", (said["ref"], json.dumps(said))
        )
        self.store.commit()

    def _batches(self) -> Iterator[list[dict[str, Any]]]:
        """Each place once. A batch is read when its turn comes: what was answered before it may have changed it."""
        waiting = "SELECT place, operation FROM queue WHERE state = 'waiting' AND place > ? ORDER BY place LIMIT ?"
        last = 0
        while batch := self.store.execute(waiting, (last, MOST_OPERATIONS)).fetchall():
            last = batch[-1][0]
            yield [json.loads(text) for _, text in batch]

    def _settle(self, result: dict[str, Any]) -> None:
        """Keep what became of an operation; what was deferred, or may be taken later, waits on."""
        if result["status"] == "deferred" or (result["status"] == "rejected" and result["retry"]):
            return
        state = "sent" if result["status"] in DONE else result["status"]
        position = None if result["position"] is None else int(result["position"])
        self.store.execute(
            "UPDATE queue SET state = ?, code = ?, position = ?, sent_at = datetime() WHERE ref = ?",
            (state, result["code"], position, result["ref"]),
        )
        if state == "sent":
            self._go_on(result["ref"], result["version"])

    def _go_on(self, ref: str, version: int) -> None:
        """Let what is corrected next begin from what this change made, unless somebody else's came in between."""
        mine = self._sent(ref)
        seen = mine.get("base_version")
        if mine["op"] != "change" or version != seen + 1:
            return
        key = (mine["kind"], _owner(mine["kind"], mine.get("person_id"), mine["id"]), mine["id"])
        held = "UPDATE replica SET version = ? WHERE kind = ? AND person_id = ? AND id = ? AND version = ?"
        self.store.execute(held, (version, *key, seen))
        same = " AND ".join(f"operation ->> '{name}' IS ?" for name in ("kind", "id", "person_id", "base_version"))
        queued = "UPDATE queue SET operation = json_set(operation, '$.base_version', ?) WHERE state = 'waiting' AND "
        self.store.execute(queued + same, (version, mine["kind"], mine["id"], mine.get("person_id"), seen))

    def _follow(self, change: dict[str, Any]) -> None:
        key = (change["kind"], change["person_id"] or "", change["id"])
        if change["op"] == "upsert":
            row = (*key, change["version"], json.dumps(change["record"]))
            self.store.execute("INSERT OR REPLACE INTO replica VALUES (?, ?, ?, ?, ?)", row)
        else:
            self.store.execute("DELETE FROM replica WHERE kind = ? AND person_id = ? AND id = ?", key)

    def _leave_queue(self, *, before: int) -> None:
        """Show no more what was sent and has been told back: the replica holds it now."""
        self.store.execute("UPDATE queue SET state = 'told' WHERE state = 'sent' AND position < ?", (before,))
        self.store.execute("DELETE FROM queue WHERE state = 'told' AND sent_at < datetime('now', ?)", (KEPT,))

    def _enqueue_again(self) -> None:
        """Send again what may be lost, in the order in which it was recorded: what is still there is a duplicate."""
        self.store.execute("UPDATE queue SET state = 'waiting' WHERE state IN ('sent', 'told')")

    def _unconfirmed(self) -> list[dict[str, Any]]:
        found = self.store.execute("SELECT operation FROM queue WHERE state IN ('waiting', 'sent') ORDER BY place")
        return [json.loads(text) for (text,) in found.fetchall()]

    def _sent(self, ref: str) -> Any:  # noqa: ANN401 - as it was made
        return json.loads(*self.store.execute("SELECT operation FROM queue WHERE ref = ?", (ref,)).fetchone())

    def _held(self, operation: dict[str, Any]) -> dict[str, Any] | None:
        held = "SELECT record FROM replica WHERE kind = ? AND id = ?"
        found = self.store.execute(held, (operation["kind"], operation["id"])).fetchone()
        return None if found is None else json.loads(found[0])

    def _version(self, kind: str, person_id: str | None, record_id: str) -> int:
        key = (kind, _owner(kind, person_id, record_id), record_id)
        held = "SELECT version FROM replica WHERE kind = ? AND person_id = ? AND id = ?"
        found = self.store.execute(held, key).fetchone()
        return 1 if found is None else int(found[0])

    def _progress(self, name: str) -> str | None:
        found = self.store.execute("SELECT value FROM progress WHERE name = ?", (name,)).fetchone()
        return None if found is None else str(found[0])

    def _note(self, name: str, value: str) -> None:
        self.store.execute("INSERT OR REPLACE INTO progress VALUES (?, ?)", (name, value))


def _owner(kind: str, person_id: str | None, record_id: str) -> str:
    return record_id if kind == "person" else person_id or ""


def _must_begin_anew(answer: httpx.Response) -> bool:
    return answer.status_code in {400, 410} and answer.json()["code"] in {"resync_required", "cursor_invalid"}


async def main() -> None:
    """Do one thing from the command line."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--url", default="http://127.0.0.1:8000")
    options.add_argument("--token", default="")
    options.add_argument("--store", default="device.sqlite3")
    does = options.add_subparsers(dest="does", required=True)
    does.add_parser("sync", help="send what was recorded and fetch what has changed")
    recording = does.add_parser("record", help="record something new, without a network")
    recording.add_argument("kind")
    recording.add_argument("body", type=json.loads)
    recording.add_argument("--person")
    does.add_parser("show", help="show the people on this device and what the registry refused")
    does.add_parser("conflicts", help="show where this device and the registry disagree, field by field")
    given = options.parse_args()
    headers = {"Authorization": f"Bearer {given.token}", "Accept-Language": "vi"}
    async with httpx.AsyncClient(base_url=given.url, headers=headers, timeout=30) as http:
        device = Device(http, given.store)
        match given.does:
            case "sync":
                await device.synchronise()
            case "record":
                print(device.record(given.kind, given.body, person_id=given.person))
            case "conflicts":
                print(json.dumps(await device.conflicts(), indent=2, ensure_ascii=False))
            case "show":
                print(json.dumps({"persons": device.records("person"), "refused": device.refused()}, indent=2))


if __name__ == "__main__":
    asyncio.run(main())
