"""`registry audit`: what an operator and an outside party do with it."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from registry.api.clock import system_clock
from registry.database import one_transaction
from registry.db import context, trail
from registry.domain.access import FieldGroup
from registry.domain.audit_log import LONGEST_UNSEALED
from tests.cli.commands import Commands, Outcome
from tests.factories.rows import ACT

CHANGE = """
    UPDATE audit_event SET decision = 'denied' WHERE (xid, seq) = (SELECT xid, seq FROM audit_leaf WHERE index = 2)
"""


@pytest.fixture
def key(tmp_path: Path) -> Path:
    file = tmp_path / "audit.pem"
    file.write_bytes(Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return file


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    directory = tmp_path / "outside"
    directory.mkdir()
    return directory


@pytest.fixture
async def log(database_url: str) -> AsyncIterator[str]:
    """A database with four audit rows and no seals."""
    await execute(database_url, "TRUNCATE audit_event, audit_leaf, audit_checkpoint")
    await tell(database_url, 4)
    yield database_url
    await execute(database_url, "TRUNCATE audit_event, audit_leaf, audit_checkpoint")


async def tell(url: str, count: int, *, at: datetime = ACT.at) -> None:
    async with one_transaction(url) as session:
        await context.close(session)
        for _ in range(count):
            await trail.audit(session, replace(ACT, at=at), persons=(uuid4(),), groups=(FieldGroup.PERSON,))


async def execute(url: str, statement: str) -> None:
    async with one_transaction(url) as session:
        await (await session.connection()).exec_driver_sql(statement)


@pytest.fixture
def sealed(command: Commands, log: str, key: Path, outside: Path) -> str:
    """The database after `registry audit seal`."""
    done = command(
        "audit", "seal", database_url=log, audit_key_file=str(key), audit_checkpoint_dirs=f'["{outside}"]',
        public_url="https://registry.example",
    )  # fmt: skip
    assert done == Outcome(0, "4 rows sealed.\n", "")
    return log


def test_what_is_sealed_is_proved_with_the_public_key_alone(
    command: Commands, sealed: str, outside: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    public = tmp_path / "registry.pub"
    public.write_text(command("audit", "public-key").said, encoding="utf-8")
    shown = command("audit", "checkpoints", database_url=sealed)
    assert public.read_text(encoding="utf-8").startswith("registry.example/audit+")
    assert shown.said == next(outside.rglob("*.checkpoint")).read_text(encoding="utf-8")
    monkeypatch.delenv("REGISTRY_AUDIT_KEY_FILE")

    proved = command("audit", "verify", "--checkpoint", str(outside), "--public-key", str(public))

    assert proved == Outcome(0, "4 rows are as they were sealed; 2 checkpoints agree.\n", "")


def test_what_was_changed_is_named(command: Commands, sealed: str, outside: Path) -> None:
    asyncio.run(execute(sealed, CHANGE))

    found = command("audit", "verify", "--checkpoint", str(outside))

    assert found.code == 1
    assert found.said.startswith("row_altered: leaf 2, row (")
    assert found.said.endswith("): the row is not the one that was sealed\n")


@pytest.mark.parametrize("place", ["empty", "nowhere"])
def test_a_place_without_checkpoints_proves_nothing(command: Commands, sealed: str, tmp_path: Path, place: str) -> None:
    (tmp_path / "empty").mkdir()

    found = command("audit", "verify", "--checkpoint", str(tmp_path / place), database_url=sealed)

    assert found == Outcome(1, "", f"registry: {tmp_path / place}: no checkpoint is there")


@pytest.mark.parametrize(("waiting", "code"), [(LONGEST_UNSEALED / 2, 0), (LONGEST_UNSEALED * 2, 3)])
def test_rows_not_yet_sealed_are_counted_and_must_not_wait_long(
    command: Commands, sealed: str, waiting: timedelta, code: int
) -> None:
    asyncio.run(tell(sealed, 1, at=system_clock() - waiting))

    found = command("audit", "verify")

    assert found.code == code
    assert "\n1 newer rows are not yet sealed, the oldest for " in found.said
    assert ("too long" in found.said) is bool(code)


def test_a_change_is_told_before_a_wait(command: Commands, sealed: str) -> None:
    asyncio.run(tell(sealed, 1))
    asyncio.run(execute(sealed, CHANGE))

    assert command("audit", "verify").code == 1


@pytest.mark.parametrize("is_compared", [True, False], ids=["with one from outside", "without"])
def test_it_says_when_nothing_from_outside_was_compared(
    command: Commands, sealed: str, outside: Path, *, is_compared: bool
) -> None:
    found = command("audit", "verify", *(("--checkpoint", str(outside)) if is_compared else ()), database_url=sealed)

    assert (found.code, "No checkpoint from outside was compared" in found.said) == (0, not is_compared)


def test_sealing_again_finds_nothing_new(command: Commands, sealed: str) -> None:
    assert command("audit", "seal", database_url=sealed).said == "0 rows sealed.\n"


class TestRefusals:
    @pytest.mark.parametrize("name", ["seal", "verify", "public-key"])
    def test_without_a_key(self, command: Commands, database_url: str, name: str) -> None:
        refused = command("audit", name, database_url=database_url)

        assert refused == Outcome(1, "", "registry: set REGISTRY_AUDIT_KEY_FILE or REGISTRY_AUDIT_KEY")

    def test_with_what_is_no_key(self, command: Commands, database_url: str) -> None:
        refused = command("audit", "seal", database_url=database_url, audit_key="no key")

        assert refused == Outcome(1, "", "registry: REGISTRY_AUDIT_KEY: not a private key in PEM")

    def test_with_what_is_no_public_key(self, command: Commands, database_url: str, tmp_path: Path) -> None:
        file = tmp_path / "registry.pub"
        file.write_text("no key\n", encoding="utf-8")

        refused = command("audit", "verify", "--public-key", str(file), database_url=database_url)

        assert refused.complaint == f"registry: {file}: not a public key of the form name+id+key"
