"""Clients and tokens on the host: `registry clients`, `registry tokens`."""

import asyncio
from uuid import UUID

import asyncpg
import pytest
from sqlmodel import select

from registry.database import one_transaction
from registry.db.tables.trail import AuditEventRow
from tests.cli.commands import PRODUCTION, Commands, Outcome

JKT = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"
ADD = ("clients", "add", "--kind", "app", "--label", "An app")


async def operations(url: str, record_id: UUID) -> set[str]:
    async with one_transaction(url) as session:
        query = select(AuditEventRow.operation).where(AuditEventRow.record_id == record_id)
        return set((await session.exec(query)).all())


async def fetch(url: str, query: str, *values: object) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    try:
        return list(await connection.fetch(query, *values))
    finally:
        await connection.close()


class TestClients:
    def test_from_registration_to_revocation(self, command: Commands, database_url: str) -> None:
        added = command(
            *(*ADD, "--client-id", "app-1", "--unit", "54", "--key-thumbprint", JKT),
            database_url=database_url,
            issuers=PRODUCTION["issuers"],
        )
        assert added.code == 0, added.complaint
        name = added.said.strip()
        facts = f"{name}  app  app-1  54 on 2025-06-30  "
        assert command("clients", "list").said == (f"{facts}registered  {JKT}  An app  https://issuer.example\n")

        refused = command("clients", "rotate", name)
        assert refused.complaint.startswith("registry: A key is pinned for this client")
        rotated = command("clients", "rotate", name, "--key-thumbprint", JKT[::-1])
        assert rotated.said == f"{name}: tokens issued before now are refused.\n"
        assert f"{facts}rotated  {JKT[::-1]}  " in command("clients", "list").said

        assert command("clients", "revoke", name).said == f"{name} is revoked.\n"
        assert f"{facts}revoked  " in command("clients", "list").said
        assert command("clients", "rotate", name, "--key-thumbprint", JKT).code == 1
        assert asyncio.run(operations(database_url, UUID(name))) == {
            "registry clients add", "registry clients rotate", "registry clients revoke",
        }  # fmt: skip

    def test_a_name_is_registered_once(self, command: Commands, database_url: str) -> None:
        twice = (*ADD, "--client-id", "app-2", "--issuer", "urn:x")
        assert command(*twice, database_url=database_url).code == 0
        refused = command(*twice)
        assert refused == Outcome(1, "", "registry: A client of this name at this issuer is registered already.")

    def test_what_is_no_thumbprint(self, command: Commands) -> None:
        refused = command(*ADD, "--client-id", "app-3", "--issuer", "urn:x", "--key-thumbprint", "short")
        assert refused.code == 2
        assert "a thumbprint (RFC 7638) has 43 letters" in refused.complaint

    @pytest.mark.parametrize("step", ["rotate", "revoke"])
    def test_a_registration_that_is_not(self, command: Commands, database_url: str, step: str) -> None:
        refused = command("clients", step, str(UUID(int=1)), database_url=database_url)
        assert refused.complaint.startswith("registry: There is no such record")


def test_tokens_of_a_subject_are_ended(command: Commands, database_url: str) -> None:
    ended = command(
        *("tokens", "revoke", "--subject", "officer-1", "--reason", "device_lost"),
        database_url=database_url,
        issuers=PRODUCTION["issuers"],
    )
    assert ended.said == "Tokens of officer-1 that were issued before now are refused.\n"
    ((name, issuer, reason),) = asyncio.run(
        fetch(database_url, "SELECT id, issuer, reason FROM token_revocation WHERE subject = 'officer-1'")
    )
    assert (issuer, reason) == ("https://issuer.example", "device_lost")
    assert asyncio.run(operations(database_url, name)) == {"registry tokens revoke"}
