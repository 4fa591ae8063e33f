"""Logins of their own for the service, the worker, the keys and the backup: each takes its roles and no other."""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

import asyncpg
import pytest
from asyncpg.exceptions import InsufficientPrivilegeError

from tests.cli.commands import PRODUCTION, STRONG_SECRET, Commands, Outcome
from tests.cli.logins import execute, under

OF_REQUESTS = {
    *("registry_units", "registry_organisations", "registry_statistics", "registry_access", "registry_health"),
    *("registry_emergency", "registry_auditor", "registry_person_auditor", "registry_access_log"),
}
TAKEN = {
    "service": OF_REQUESTS,
    "worker": {"registry_units", "registry_worker"},
    "keys": {"registry_keys"},
    "backup": {"registry_backup"},
}
LetAct = Callable[[str], str]
LEAF = "INSERT INTO audit_leaf SELECT * FROM audit_leaf"


@pytest.fixture
def let_act(command: Commands, database_url: str, login: str) -> LetAct:
    """Let the login act for a component, twice, by the command of the host, and give its address."""

    def let(component: str) -> str:
        for _ in range(2):
            outcome = command("db", "roles", login, "--for", component, database_url=database_url)
            assert outcome == Outcome(0, f"{login} may act for the {component} alone.\n", "")
        return under(database_url, login)

    return let


async def taken(url: str) -> set[str]:
    """Of all roles of ours, those that a login can take."""
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    every = await connection.fetch(r"SELECT rolname FROM pg_roles WHERE rolname LIKE 'registry\_%' AND NOT rolcanlogin")
    assert {role for (role,) in every} >= set().union(*TAKEN.values(), {"registry_definer"})
    found = set()
    for (role,) in every:
        try:
            await connection.execute(f"SET ROLE {role}")
        except InsufficientPrivilegeError:
            continue
        found.add(role)
    await connection.close()
    return found


def roles_of(url: str) -> set[str]:
    return asyncio.run(taken(url))


@pytest.mark.parametrize("component", TAKEN)
def test_a_login_takes_the_roles_of_its_component(let_act: LetAct, component: str) -> None:
    assert roles_of(let_act(component)) == TAKEN[component]


def test_what_a_login_had_before_is_taken_away(
    let_act: LetAct, command: Commands, database_url: str, login: str
) -> None:
    assert command("db", "roles", login, database_url=database_url).code == 0
    assert roles_of(under(database_url, login)) == set().union(OF_REQUESTS, TAKEN["worker"], TAKEN["keys"])

    assert roles_of(let_act("service")) == OF_REQUESTS


@pytest.mark.parametrize("role", sorted(OF_REQUESTS))
def test_the_service_writes_no_seal_whatever_role_it_takes(let_act: LetAct, role: str) -> None:
    with pytest.raises(InsufficientPrivilegeError, match="audit_leaf"):
        asyncio.run(execute(let_act("service"), f"SET ROLE {role}", LEAF))


@pytest.mark.parametrize("component", ["service", "keys", "backup"])
def test_the_worker_refuses_a_login_that_is_not_its_own(
    let_act: LetAct, command: Commands, database_url: str, audit_key: str, component: str
) -> None:
    own = {"worker_database_url": let_act(component), "database_url": database_url}
    refused = command("worker", audit_key=audit_key, **own, **PRODUCTION)

    fault = (
        "is above the row policies: name one that is not"
        if component == "backup"
        else "cannot act for it: run `registry db roles` for it (`--for worker` where it is the worker's alone)"
    )
    assert refused == Outcome(1, "", f"registry: the worker's login {fault}")


@pytest.mark.parametrize("component", ["worker", "keys"])
def test_the_service_refuses_one_that_is_not_its_own(let_act: LetAct, command: Commands, component: str) -> None:
    refused = command("serve", "--port", "0", database_url=let_act(component), **PRODUCTION)

    assert refused.complaint.startswith("registry: the service's login cannot act for it: ")


def test_a_default_password_is_refused_of_the_worker_too(command: Commands, service_url: str, audit_key: str) -> None:
    own = "postgresql://worker:postgres@db.example/registry"
    refused = command("worker", database_url=service_url, worker_database_url=own, audit_key=audit_key, **PRODUCTION)

    told = "registry: REGISTRY_WORKER_DATABASE_URL: its password is a default: set one of your own"
    assert refused.complaint == told


def test_the_login_of_the_backup_backs_up(
    let_act: LetAct, command: Commands, client_programs: Path | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if client_programs is not None:
        monkeypatch.setenv("PATH", str(client_programs), prepend=os.pathsep)
    file = tmp_path / "file"
    outcome = command("db", "backup", str(file), database_url=let_act("backup"))

    assert (outcome.code, outcome.complaint) == (0, "")
    assert file.read_bytes().startswith(b"PGDMP")


def test_the_login_of_the_keys_moves_keys(let_act: LetAct, command: Commands) -> None:
    environment = {"database_url": let_act("keys"), "master_keys": PRODUCTION["master_keys"]}

    assert command("keys", "status", **environment).said == "1  newest  nothing hangs on it\n"
    assert command("keys", "rewrap", **environment).code == 0
    assert command("keys", "reindex", **environment).code == 0


def test_commands_of_the_host_seal_and_scan_under_the_worker_s(
    command: Commands, service_url: str, worker_url: str, audit_key: str
) -> None:
    apart = {"database_url": service_url, "worker_database_url": worker_url}
    settings = {"secret": STRONG_SECRET, "master_keys": PRODUCTION["master_keys"], "audit_key": audit_key}

    scanned = command("duplicates", "scan", **apart, **settings)
    assert (scanned.code, scanned.complaint) == (0, "")
    assert command("duplicates", "status").code == 0
    sealed = command("audit", "seal")
    assert (sealed.code, sealed.complaint) == (0, "")
    assert command("audit", "checkpoints").code == 0
    assert command("audit", "verify").code == 0
