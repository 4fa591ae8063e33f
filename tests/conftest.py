"""A real PostgreSQL for the session, a migrated template with the map, and clones of it for those who commit."""

import gc
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path
from typing import TypeAlias
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy.engine import make_url
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.api.app import create_app
from registry.db import migrate, roles
from registry.db.engine import create_engine, create_sessions, transaction
from registry.db.roles import Component
from registry.db.tables.trail import AccessGrantRow
from registry.db.unit_import import import_map, read_map
from registry.demo.issuer import ISSUER, DemoIssuer
from registry.domain.access import Role, TokenScope
from registry.domain.atlas import Atlas
from registry.domain.quota import Quota
from registry.embedded import EmbeddedPostgres
from registry.embedded.binaries import packaged
from registry.service import MADE_FOR_A_PAGE
from registry.settings import Quotas, Settings
from registry.vault.ring import new_entry
from tests.factories.stock import stock

NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
TODAY = date(2026, 11, 21)
UNBOUNDED = Quotas(**dict.fromkeys(Quotas.model_fields, Quota(10_000_000)))
"""So many requests that no test but those of the quotas meets them: the clock of tests stands still."""
LAST = 0xFFFF << 112
"""Sorts a grant behind the others of its holder: the first one that admits names the purpose."""
OLD_PHU_YEN = ("54", date(2020, 12, 31))

MASTER_KEYS = new_entry(1)

SignIn: TypeAlias = Callable[..., Awaitable[httpx.AsyncClient]]

_ONLY_FOR_NOW = ("ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")
"""Nothing of a test outlives the machine: no commit has to wait for the disk."""

_databases = count(1)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Look for garbage as the command and the service do: what is imported and collected stays, and is a lot."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.set_threshold(MADE_FOR_A_PAGE)
        gc.enable()


@pytest.fixture(scope="session")
def embedded_url() -> Iterator[str]:
    """An embedded server of this process's own."""
    directory = Path(tempfile.mkdtemp(prefix="registry-tests-"))
    directory.chmod(0o755)
    try:
        with EmbeddedPostgres(directory / "data") as server:
            yield server.url("postgres")
    finally:
        shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture(scope="session")
async def server_url(request: pytest.FixtureRequest) -> str:
    """The server that this process runs against: one of those that are named, or an embedded one."""
    named = os.environ.get("REGISTRY_TEST_DATABASE_URL", "").split()
    if named:
        return named[int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))]
    url: str = request.getfixturevalue("embedded_url")
    for statement in _ONLY_FOR_NOW:
        await _execute(url, statement)
    return url


@pytest.fixture(scope="session")
def client_programs() -> Path | None:
    """PostgreSQL's client programs of the server's own release; None for those of this machine."""
    return None if os.environ.get("REGISTRY_TEST_DATABASE_URL") else packaged()


@pytest.fixture(scope="session")
async def blank_template(server_url: str) -> AsyncIterator[str]:
    """A migrated database that holds the map and nothing else; its name."""
    async with _made(server_url, f"registry_blank_{os.getpid()}") as name:
        url = _of(server_url, name)
        await migrate.upgrade(url)
        engine = create_engine(url)
        async with transaction(create_sessions(engine)) as session:
            await import_map(session)
        await engine.dispose()
        yield name


@pytest.fixture(scope="session")
async def template(server_url: str, blank_template: str, atlas: Atlas) -> AsyncIterator[str]:
    """A database that holds also what examples build on; its name."""
    async with _made(server_url, f"registry_template_{os.getpid()}", blank_template) as name:
        engine = create_engine(_of(server_url, name))
        async with transaction(create_sessions(engine)) as session:
            await stock(session, atlas)
        await engine.dispose()
        yield name


@pytest.fixture(scope="module")
async def database_url(server_url: str, template: str) -> AsyncIterator[str]:
    """A clone of the template, for one module."""
    async with clone(server_url, template) as url:
        yield url


@asynccontextmanager
async def clone(server_url: str, template: str) -> AsyncIterator[str]:
    """Clone a database; the clone is gone afterwards."""
    async with _made(server_url, f"registry_test_{os.getpid()}_{next(_databases)}", template) as name:
        yield _of(server_url, name)


@asynccontextmanager
async def _made(server_url: str, name: str, template: str = "template1") -> AsyncIterator[str]:
    await _execute(server_url, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
    yield name
    await _execute(server_url, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="module")
async def service_url(server_url: str, database_url: str) -> AsyncIterator[str]:
    """The module's database as the service connects to it: under a login that the row policies bind."""
    async with _under_login(server_url, database_url, Component.SERVICE) as url:
        yield url


@pytest.fixture(scope="module")
async def worker_url(server_url: str, database_url: str) -> AsyncIterator[str]:
    """The module's database as the worker connects to it."""
    async with _under_login(server_url, database_url, Component.WORKER) as url:
        yield url


@asynccontextmanager
async def _under_login(server_url: str, database_url: str, component: Component) -> AsyncIterator[str]:
    login = f"registry_login_{os.getpid()}_{next(_databases)}"
    await _execute(server_url, f"CREATE ROLE {login} LOGIN PASSWORD '{login}'")
    engine = create_engine(database_url)
    async with transaction(create_sessions(engine)) as session:
        await roles.let_act(session, login, roles.TAKEN_BY[component])
    await engine.dispose()
    yield make_url(database_url).set(username=login, password=login).render_as_string(hide_password=False)
    await _execute(server_url, f"DROP ROLE {login}")


@pytest.fixture
async def session(database_url: str) -> AsyncIterator[AsyncSession]:
    """A session whose work is rolled back."""
    engine = create_engine(database_url)
    async with engine.connect() as connection:
        outer = await connection.begin()
        async with AsyncSession(connection, join_transaction_mode="create_savepoint", expire_on_commit=False) as work:
            yield work
        await outer.rollback()
    await engine.dispose()


@pytest.fixture(scope="session")
def atlas() -> Atlas:
    """The map of Viet Nam."""
    return Atlas(read_map())


@pytest.fixture(scope="session")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> DemoIssuer:
    """An identity provider whose tokens the application trusts."""
    return DemoIssuer(tmp_path_factory.mktemp("issuer"))


@pytest.fixture(scope="session")
def settings(issuer: DemoIssuer) -> Settings:
    """The application's settings."""
    return Settings(
        secret="a secret for tests only, never for a service",
        master_keys=MASTER_KEYS,
        issuers=(issuer.trusted(),),
        public_url="https://registry.example",
        clients="any",
        metrics_open=True,
        quotas=UNBOUNDED,
    )


@pytest.fixture(scope="module")
async def app(database_url: str, settings: Settings, atlas: Atlas) -> AsyncIterator[FastAPI]:
    """The application, started; today is 2026-11-21."""
    application = create_app(settings, database_url=database_url, clock=lambda: NOW, atlas=atlas)
    async with application.router.lifespan_context(application):
        yield application


@pytest.fixture(scope="module")
async def anonymous(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A client without a token."""
    async with _client(app) as client:
        yield client


@pytest.fixture(scope="module")
async def sign_in(app: FastAPI, issuer: DemoIssuer) -> AsyncIterator[SignIn]:
    """Clients with a token and a grant each, made by role and by unit or organisation."""
    async with AsyncExitStack() as clients:

        async def enter(
            role: Role,
            *,
            unit: tuple[str, date] | None = OLD_PHU_YEN,
            organisation: UUID | None = None,
            also: Role | None = None,
            subject: str | None = None,
            client_id: str = "test-app",
            scopes: tuple[TokenScope, ...] = tuple(TokenScope),
        ) -> httpx.AsyncClient:
            name = subject or f"{role}-{uuid4()}"
            async with transaction(app.state.sessions) as work:
                work.add(_grant(app, name, role, None if role.acts_for_organisation else unit, organisation))
                if also is not None:
                    second = _grant(app, name, also, unit, None)
                    second.id = UUID(int=second.id.int | LAST)
                    work.add(second)
            token = issuer.token(name, now=NOW, scopes=scopes, client_id=client_id)
            client = _client(app)
            client.headers["Authorization"] = f"Bearer {token}"
            return await clients.enter_async_context(client)

        yield enter


@pytest.fixture(scope="module")
async def manager(sign_in: SignIn) -> httpx.AsyncClient:
    """The manager of old Phú Yên: 34 communes of today."""
    return await sign_in(Role.PROVINCE_MANAGER)


@pytest.fixture(scope="module")
async def keeper(sign_in: SignIn) -> httpx.AsyncClient:
    """A manager of old Phú Yên who is its health officer too: nobody else may write records of every kind."""
    return await sign_in(Role.PROVINCE_MANAGER, also=Role.HEALTH_OFFICER)


def _client(app: FastAPI) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    headers = {"Accept-Language": "en"}
    return httpx.AsyncClient(transport=transport, base_url="https://registry.example", headers=headers)


def _grant(
    app: FastAPI, subject: str, role: Role, unit: tuple[str, date] | None, organisation: UUID | None
) -> AccessGrantRow:
    return AccessGrantRow(
        id=uuid4(),
        issuer=ISSUER,
        subject=subject,
        role=role,
        unit_id=None if unit is None else app.state.atlas.resolve(*unit).unit_id,
        unit_code=None if unit is None else unit[0],
        unit_on=None if unit is None else unit[1],
        organisation_id=organisation,
        from_on=date(2026, 1, 1),
        granted_by="tests",
        granted_at=NOW,
    )


def _of(server_url: str, database: str) -> str:
    return make_url(server_url).set(database=database).render_as_string(hide_password=False)


async def _execute(server_url: str, statement: str) -> None:
    connection = await asyncpg.connect(server_url.replace("+asyncpg", ""))
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
