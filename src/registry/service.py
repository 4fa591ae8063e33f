"""The service as a process: its socket, its signals, what it must know before it starts, and uvicorn."""

import asyncio
import gc
import logging
import os
import signal
import socket
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import cast

import uvicorn
from fastapi import FastAPI

from registry import secret_values
from registry.database import Database, address_for_service, one_transaction
from registry.db import address, durability, key_rotation, migrate, roles, state
from registry.db.engine import create_engine, create_sessions
from registry.db.roles import Component
from registry.demo.issuer import ISSUER
from registry.errors import CannotRun
from registry.protocol import BoundedProtocol
from registry.settings import Settings

log = logging.getLogger(__name__)

DRAIN_SECONDS = 10

Companion = Callable[[], Awaitable[None]]
"""Work that begins when the server listens and ends with it."""


def listen(host: str, port: int) -> socket.socket:
    """Take the port before anything else is started; who connects early waits until the service answers."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise CannotRun(f"cannot listen on {host} port {port}: {os.strerror(error.errno or 0)}") from error


@contextmanager
def exit_on_signals() -> Iterator[None]:
    """Make Ctrl-C and SIGTERM an ordinary exit, so that whatever was started is stopped on the way out."""
    before = {signum: signal.signal(signum, lambda *_: sys.exit()) for signum in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for signum, handler in before.items():
            signal.signal(signum, handler)


def require_production(settings: Settings) -> None:
    """Refuse to start with anything missing, or with anything of the demo."""
    if settings.demo or any(issuer.issuer == ISSUER for issuer in settings.issuers):
        raise CannotRun("the demo's test issuer signs for anybody: it serves `registry demo` only")
    try:
        settings.secret_key()
        settings.key_ring()
    except ValueError as error:
        raise CannotRun(str(error)) from None
    require_own_secrets(settings)
    if not settings.issuers:
        raise CannotRun("set REGISTRY_ISSUERS: without an issuer of tokens nobody could call")
    if settings.database_url is None and settings.data_dir is None:
        raise CannotRun("set REGISTRY_DATABASE_URL, or REGISTRY_DATA_DIR for the embedded PostgreSQL")


def require_own_secrets(settings: Settings) -> None:
    """Refuse secrets that are not this service's alone: placeholders, a demo's, weak ones, files open to everybody."""
    for name in settings.secret_names():
        file = getattr(settings, f"{name}_file")
        if file is not None:
            secret_values.require_closed(f"REGISTRY_{name.upper()}_FILE", file)
    if settings.secret is not None:
        secret_values.require_strong("REGISTRY_SECRET", settings.secret.get_secret_value())
    for key in settings.key_ring().keys.values():
        secret_values.require_strong("REGISTRY_MASTER_KEYS", key.secret.hex())
    for name in ("worker_database_url", "database_url"):
        if (url := getattr(settings, name)) is not None:
            password = address.read(url.get_secret_value()).password
            secret_values.require_own_password(f"REGISTRY_{name.upper()}", password)


async def require_prepared(database: Database) -> None:
    """Refuse a database that another release prepared, or none, or a demo."""
    async with one_transaction(database.url) as session:
        found, wanted = await state.revision(session), migrate.head()
        if found != wanted:
            raise CannotRun(f"this release needs the schema {wanted}, not {found or 'none'}: run `registry db upgrade`")
        if await state.demo(session) is not None:
            raise CannotRun("this database holds a demo: start it with `registry demo`")


async def require_bound(url: str, component: Component) -> None:
    """Refuse a login that the policies of the rows do not bind, or that cannot act in the component's roles."""
    async with one_transaction(url) as session:
        found = await roles.login(session, wanted=roles.TAKEN_BY[component])
    if found is None or found.is_above_policies:
        raise CannotRun(f"the {component}'s login is above the row policies: name one that is not")
    if not found.may_act or found.inherits:
        raise CannotRun(
            f"the {component}'s login cannot act for it: run `registry db roles` for it"
            f" (`--for {component}` where it is the {component}'s alone)"
        )


async def require_durable(url: str) -> None:
    """Refuse a server that may forget what it has acknowledged; tell where it would not see a page that is damaged."""
    async with one_transaction(url) as session:
        found = await durability.settings(session)
    if off := durability.forgetful(found):
        names = ", ".join(off)
        raise CannotRun(f"the database may forget what it has acknowledged: turn these on: {names}")
    if found[durability.CHECKSUMS] == "off":
        log.warning("database.no_checksums")


async def bound_address(database: Database, component: Component, *, may_forget: bool) -> str:
    """Give the address of a database fit for a component, under a login that is bound; tell what is unguarded."""
    await require_prepared(database)
    url = await address_for_service(database)
    await require_bound(url, component)
    if not may_forget:
        await require_durable(url)
    if not address.is_guarded(url):
        log.warning("database.unguarded", extra={"wanted": "sslmode=verify-full"})
    return url


async def require_keys(url: str, settings: Settings) -> None:
    """Refuse a ring that does not open the database: answers would fail, and searches by number find nobody."""
    engine = create_engine(url, pool_size=1, name="registry-keys")
    try:
        wrong = await key_rotation.unusable(create_sessions(engine), settings.key_ring())
    finally:
        await engine.dispose()
    if wrong:
        numbers = ", ".join(map(str, wrong))
        raise CannotRun(f"the database needs other master keys than the ring's: {numbers} (`registry keys status`)")


MADE_FOR_A_PAGE = 20_000
"""How many new objects let it look for garbage: with 700, as Python has it, a fourth of a pull's time went there."""


class Server(uvicorn.Server):
    """Uvicorn with a companion. A companion that fails stops the server, which then raises what it raised."""

    def __init__(self, config: uvicorn.Config, companion: Companion) -> None:
        super().__init__(config)
        self._companion = companion
        self._failure: BaseException | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to serve; what the start has made stays for good, and is no longer looked through for garbage."""
        await super().startup(sockets)
        gc.freeze()
        gc.set_threshold(MADE_FOR_A_PAGE)
        gc.enable()

    async def main_loop(self) -> None:
        """Serve until told to stop."""
        companion = asyncio.ensure_future(self._companion())
        companion.add_done_callback(self._heed)
        try:
            await super().main_loop()
        finally:
            companion.cancel()
            await asyncio.wait([companion])

    async def serve(self, sockets: list[socket.socket] | None = None) -> None:
        """Serve on sockets that listen already."""
        await super().serve(sockets)
        if self._failure is not None:
            raise self._failure

    def _heed(self, companion: asyncio.Future[None]) -> None:
        if not companion.cancelled() and companion.exception() is not None:
            self._failure = companion.exception()
            self.should_exit = True


async def nothing() -> None:
    """Keep a server company that needs none."""


def server_of(app: FastAPI, *, companion: Companion = nothing, log_level: str = "info", public_url: str = "") -> Server:
    """Make the server: on a signal it takes no more connections, lets requests finish, and ends."""
    config = uvicorn.Config(
        app,
        http=cast("type[asyncio.Protocol]", partial(BoundedProtocol, public_url=public_url)),
        ws="none",
        log_config=None,
        log_level=log_level,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # the application heeds them, where the settings name the proxies
        lifespan="on",
        timeout_graceful_shutdown=DRAIN_SECONDS,
    )
    return Server(config, companion)
