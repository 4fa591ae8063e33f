"""`registry duplicates` on the host: everybody is gone through, and it is told what came of it."""

import asyncio

import pytest
from sqlalchemy import text

from registry.database import one_transaction
from tests.cli.commands import PRODUCTION, Commands
from tests.factories.rows import a_person_row, kept


@pytest.fixture
def environment(database_url: str) -> dict[str, str]:
    """A database with two entries of one person, from before there were groups."""

    async def fill() -> None:
        async with one_transaction(database_url) as session:
            connection = await session.connection()
            of_today = "SELECT unit_id FROM unit_version WHERE code = '22015' ORDER BY valid_from DESC LIMIT 1"
            unit = await connection.scalar(text(of_today))
            for table in ("task", "person_match_key", "person", "match_pass", "audit_event"):
                await connection.execute(text(f"DELETE FROM {table}"))  # noqa: S608 - our own tables
            for _ in range(2):
                await kept(session, a_person_row(unit_id=unit, birth_year=1988, birthplace="Tuy Hòa"))

    asyncio.run(fill())
    return {"database_url": database_url, **PRODUCTION}


async def held(url: str, table: str) -> int:
    async with one_transaction(url) as session:
        return int(await (await session.connection()).scalar(text(f"SELECT count(*) FROM {table}")))  # noqa: S608 - ours


def test_everybody_is_gone_through(command: Commands, environment: dict[str, str], database_url: str) -> None:
    counted = command("duplicates", "scan", "--dry-run", **environment)
    assert counted.said == (
        "2 people, 2 of whom would be put into other groups.\n2 people, 0 pairs about whom provinces would be asked.\n"
    )
    assert asyncio.run(held(database_url, "person_match_key")) == 0
    assert command("duplicates", "status", **environment).said == ""

    scanned = command("duplicates", "scan", **environment)
    assert (
        scanned.said
        == "2 people, 2 of whom are put into other groups.\n2 people, 1 pairs about whom provinces are asked.\n"
    )
    assert asyncio.run(held(database_url, "task")) == 1

    again = command("duplicates", "scan", **environment)
    assert (
        again.said
        == "2 people, 0 of whom are put into other groups.\n2 people, 0 pairs about whom provinces are asked.\n"
    )
    assert asyncio.run(held(database_url, "audit_event WHERE operation = 'scan_duplicates'")) == 3


def test_how_far_it_is_and_by_which_secret(command: Commands, environment: dict[str, str]) -> None:
    command("duplicates", "scan", **environment)

    lines = command("duplicates", "status", **environment).said.splitlines()
    assert [line.split("  ")[0] for line in lines] == ["groups", "pairs"]
    assert all("  today's  2 people" in line for line in lines)
    others = command("duplicates", "status", **environment | {"secret": PRODUCTION["secret"][::-1]}).said
    assert others.count("ANOTHER secret or other rules") == 2


def test_without_the_secret_nothing_begins(command: Commands, database_url: str) -> None:
    refused = command("duplicates", "scan", database_url=database_url)
    assert (refused.code, refused.complaint) == (1, "registry: set REGISTRY_SECRET_FILE or REGISTRY_SECRET")
