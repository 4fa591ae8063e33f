"""The commands that need no process of their own: what they do, and the one line in which they refuse."""

import asyncio
import io
import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import Delete
from sqlmodel import col, delete, select

from registry import __version__
from registry.cli.options import role_of
from registry.database import one_transaction
from registry.db import migrate, state
from registry.db.state import Demo
from registry.db.tables.trail import AccessGrantRow, AuditEventRow, ServiceStateRow
from registry.domain.access import Role
from tests.cli.commands import PRODUCTION, SOURCES, Commands, Outcome


def test_version(command: Commands) -> None:
    assert command("--version") == Outcome(0, f"registry {__version__}\n", "")


@pytest.mark.parametrize("name", ["province-manager", "province_manager"])
def test_roles_are_written_with_hyphens_or_underscores(name: str) -> None:
    assert role_of(name) is Role.PROVINCE_MANAGER


def test_an_unknown_role_is_told_with_the_known_ones(command: Commands) -> None:
    refused = command("token", "--role", "owner")
    assert refused.code == 2
    assert "'owner' is no role: commune-officer, " in refused.complaint


def test_a_missing_package_is_told_in_one_line() -> None:
    source = "import sys; sys.modules['uvicorn'] = None; from registry.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", source],
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(SOURCES)},
        check=False,
        timeout=60,
    )
    assert done.returncode == 1
    assert done.stderr == ("registry: the package uvicorn is missing: install the requirements first (make run does)\n")


class TestServe:
    @pytest.mark.parametrize(
        ("settings", "sentence"),
        [
            ({"secret": "5f1c"}, "the secret must have at least 32 characters"),
            ({"issuers": "[]"}, "set REGISTRY_ISSUERS: without an issuer of tokens nobody could call"),
            ({"demo": "true"}, "the demo's test issuer signs for anybody: it serves `registry demo` only"),
            (
                {"issuers": '[{"issuer": "urn:registry:demo", "audience": "registry", "jwks_file": "/keys.json"}]'},
                "the demo's test issuer signs for anybody: it serves `registry demo` only",
            ),
            (
                {"issuers": '[{"issuer": "urn:x", "audience": "registry"}]'},
                "REGISTRY_ISSUERS.0: Value error, name either jwks_url or jwks_file",
            ),
            (
                {"issuers": '[{"issuer": "urn:x", "audience": "registry", "jwks_url": "http://keys.example/jwks"}]'},
                "REGISTRY_ISSUERS.0: Value error, jwks_url must be https: who is on the way could sign for anybody",
            ),
            ({}, "set REGISTRY_DATABASE_URL, or REGISTRY_DATA_DIR for the embedded PostgreSQL"),
            (
                {"database_url": "nowhere"},
                "REGISTRY_DATABASE_URL is no address: postgresql://user:password@host/database",
            ),
            (
                {"database_url": "postgresql://nobody@127.0.0.1:1/none"},
                "the database does not answer: [Errno 111] Connect call failed ('127.0.0.1', 1)",
            ),
        ],
    )
    def test_refuses_in_one_line(self, command: Commands, settings: dict[str, str], sentence: str) -> None:
        assert command("serve", "--port", "0", **PRODUCTION | settings) == Outcome(1, "", f"registry: {sentence}")

    def test_needs_a_secret(self, command: Commands) -> None:
        refused = command("serve", issuers=PRODUCTION["issuers"])
        assert refused.complaint == "registry: set REGISTRY_SECRET_FILE or REGISTRY_SECRET"

    @pytest.mark.parametrize(
        ("master_keys", "sentence"),
        [
            ({}, "set REGISTRY_MASTER_KEYS_FILE or REGISTRY_MASTER_KEYS"),
            ({"master_keys": "1:short"}, "master key entry 1 is not number:key, the key 32 bytes in base64"),
            ({"master_keys_file": "/nowhere/keys"}, "/nowhere/keys: No such file or directory"),
        ],
    )
    def test_needs_master_keys(self, command: Commands, master_keys: dict[str, str], sentence: str) -> None:
        rest = {name: value for name, value in PRODUCTION.items() if name != "master_keys"}
        assert command("serve", **rest | master_keys).complaint == f"registry: {sentence}"

    def test_needs_a_schema(self, command: Commands, server_url: str) -> None:
        refused = command("serve", "--port", "0", database_url=server_url, **PRODUCTION)
        assert (
            refused.complaint
            == f"registry: this release needs the schema {migrate.head()}, not none: run `registry db upgrade`"
        )

    def test_needs_its_port(self, command: Commands, database_url: str) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = str(taken.getsockname()[1])
            refused = command("serve", "--port", port, database_url=database_url, **PRODUCTION)
        assert refused.complaint == f"registry: cannot listen on 127.0.0.1 port {port}: Address already in use"


class TestGrants:
    def test_the_first_administrator_comes_from_the_host(self, command: Commands, database_url: str) -> None:
        added = command(
            *("grants", "add", "--role", "administrator", "--unit", "54", "--subject", "first"),
            database_url=database_url,
            issuers=PRODUCTION["issuers"],
        )
        assert added.code == 0, added.complaint
        grant_id = added.said.strip()

        listed = command("grants", "list", "--subject", "first").said
        assert listed.startswith(f"{grant_id}  administrator  54 on 2025-06-30  ")
        assert listed.endswith("  continued  first  https://issuer.example\n")

        assert command("grants", "revoke", grant_id).said == f"{grant_id} is revoked.\n"
        assert "  revoked  first  " in command("grants", "list").said
        assert asyncio.run(audited(database_url, UUID(grant_id))) == ["registry grants add", "registry grants revoke"]

    @pytest.mark.parametrize(
        ("options", "sentence"),
        [
            (("--role", "analyst", "--unit", "99"), "No administrative unit ever had the code 99."),
            (
                ("--role", "facility-officer", "--unit", "54"),
                "This role needs exactly one unit, or exactly one organisation.",
            ),
        ],
    )
    def test_a_rule_refuses_in_one_line(
        self, command: Commands, database_url: str, options: tuple[str, ...], sentence: str
    ) -> None:
        refused = command(
            "grants", "add", *options, "--subject", "somebody", "--issuer", "urn:x", database_url=database_url
        )
        assert refused == Outcome(1, "", f"registry: {sentence}")

    def test_the_issuer_is_named_where_there_is_not_just_one(self, command: Commands) -> None:
        refused = command("grants", "add", "--role", "analyst", "--unit", "54", "--subject", "somebody")
        assert refused.complaint == "registry: name the issuer of the subject's tokens with --issuer"


async def audited(url: str, record_id: UUID) -> list[str]:
    async with one_transaction(url) as session:
        query = select(AuditEventRow.operation).where(AuditEventRow.record_id == record_id)
        return list((await session.exec(query.order_by(col(AuditEventRow.seq)))).all())


async def mark_demo(url: str) -> None:
    async with one_transaction(url) as session:
        await state.mark_demo(session, Demo(is_loaded=False))


async def remove(url: str, statement: Delete) -> None:
    async with one_transaction(url) as session:
        await session.exec(statement)


class TestDemoAndServiceStayApart:
    @pytest.fixture
    def service_url(self, command: Commands, database_url: str) -> Iterator[str]:
        """A database in which somebody holds a grant."""
        command(
            *("grants", "add", "--role", "auditor", "--unit", "66", "--subject", "somebody", "--issuer", "urn:x"),
            database_url=database_url,
        )
        yield database_url
        asyncio.run(remove(database_url, delete(AccessGrantRow)))

    def test_a_demo_leaves_a_service_alone(self, command: Commands, service_url: str, tmp_path: Path) -> None:
        refused = command("demo", "--port", "0", database_url=service_url, data_dir=str(tmp_path))
        assert refused == Outcome(1, "", "registry: this database holds a service's data: a demo needs one of its own")
        assert list(tmp_path.iterdir()) == []

    def test_no_token_is_made_for_a_service(self, command: Commands, service_url: str, tmp_path: Path) -> None:
        refused = command("token", "--role", "analyst", database_url=service_url, data_dir=str(tmp_path))
        assert refused.complaint == f"registry: there is no demo in {tmp_path}/demo: `registry demo` makes one"

        (tmp_path / "demo").mkdir()
        (tmp_path / "demo" / "demo-secret").touch()
        refused = command("token", "--role", "analyst")
        assert refused.complaint == "registry: this database holds no demo: tokens come from your own issuer"

    def test_a_service_leaves_a_demo_alone(self, command: Commands, database_url: str) -> None:
        asyncio.run(mark_demo(database_url))
        refused = command("serve", "--port", "0", database_url=database_url, **PRODUCTION)
        assert refused.complaint == "registry: this database holds a demo: start it with `registry demo`"
        asyncio.run(remove(database_url, delete(ServiceStateRow).where(col(ServiceStateRow.key) == "demo")))

    def test_reset_touches_only_what_is_a_demos(self, command: Commands, tmp_path: Path) -> None:
        (tmp_path / "postgres").mkdir()
        refused = command("demo", "reset", "--yes", data_dir=str(tmp_path))
        assert refused.complaint == f"registry: there is no demo in {tmp_path}: `registry demo` makes one"
        refused = command("demo", "reset", "--yes", database_url="postgresql://nobody@127.0.0.1:1/none")
        assert refused.complaint.startswith("registry: the demo's data are in a database of yours: drop it there")
        assert (tmp_path / "postgres").exists()


class TestDatabase:
    def test_upgrade_is_safe_to_repeat(self, command: Commands, database_url: str) -> None:
        assert command("db", "upgrade", database_url=database_url).said == f"The schema is at {migrate.head()}.\n"
        assert command("db", "current").said == f"{migrate.head()} (this release needs {migrate.head()})\n"

    def test_current_of_nothing(self, command: Commands, server_url: str) -> None:
        assert (
            command("db", "current", database_url=server_url).said
            == f"no schema (this release needs {migrate.head()})\n"
        )

    def test_restore_asks_first(self, command: Commands, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
        refused = command("db", "restore", "backup")
        assert (refused.code, refused.said) == (1, "Replace everything in the database? [y/N]: ")

    def test_another_epoch_asks_first(self, command: Commands, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
        refused = command("db", "new-epoch")
        assert (refused.code, refused.said) == (1, "Have all replicas and devices fetch everything again? [y/N]: ")


class TestOpenapi:
    def test_check_compares_with_the_committed_copy(
        self, command: Commands, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.chdir(tmp_path)
        printed = command("openapi").said
        assert json.loads(printed)["openapi"] == "3.1.0"

        (tmp_path / "openapi").mkdir()
        (tmp_path / "openapi" / "registry.json").write_text(printed, encoding="utf-8")
        assert command("openapi", "--check") == Outcome(0, "", "")

        changed = printed.replace('"/v1/grants"', '"/v1/rights"')
        (tmp_path / "openapi" / "registry.json").write_text(changed, encoding="utf-8")
        refused = command("openapi", "--check")
        assert refused.code == 1
        assert '+    "/v1/grants": {' in refused.said


class TestPolicy:
    def test_prints_and_compares_the_page(
        self, command: Commands, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.chdir(tmp_path)
        printed = command("policy").said
        assert "| `get_person` | `GET /v1/persons/{person_id}` | `person:read` | person |" in printed

        (tmp_path / "docs").mkdir()
        (tmp_path / "docs" / "policy.md").write_text(printed, encoding="utf-8")
        assert command("policy", "--check") == Outcome(0, "", "")

        (tmp_path / "docs" / "policy.md").write_text(printed.replace("health_care", ""), encoding="utf-8")
        refused = command("policy", "--check")
        assert refused.code == 1
        assert "registry policy > docs/policy.md" in refused.complaint
