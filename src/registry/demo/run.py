"""The demo as a process: prepare, serve at once, post the demo province, say what to try."""

import asyncio
import logging
from contextlib import suppress

from fastapi import FastAPI

from registry import logs, service
from registry.api.app import create_app
from registry.api.clock import local_date, system_clock
from registry.api.readiness import Progress
from registry.database import open_database
from registry.db import state
from registry.db.engine import transaction
from registry.db.state import Demo
from registry.demo import setup, welcome
from registry.demo.load import DemoNotLoaded, load_demo
from registry.demo.setup import DemoHome
from registry.demo.tokens import POSTS, Post, sign_in
from registry.domain.access import Role
from registry.errors import CannotRun
from registry.settings import Settings
from registry.worker.process import work


def run(host: str, port: int, *, people: int | None) -> None:
    """Serve the demo until a signal; a first start posts `people` of the province's, or all."""
    given = Settings()
    home = DemoHome.of(given)
    logs.configure("console", level=logging.WARNING)
    with service.listen(host, port) as listener, service.exit_on_signals(), open_database(given) as database:
        demo = asyncio.run(setup.claim(database.url))
        home.make()
        address = welcome.address_of(listener)
        app = create_app(home.settings(given, public_url=address), database_url=database.url)
        is_loading = not demo.is_loaded and people != 0
        if is_loading:
            app.state.readiness.loading = Progress(0, "Posting the demo province")

        async def companion() -> None:
            if is_loading:
                await _load(app, home, address, people)
            welcome.show(address, await _tokens(app, home))
            logging.getLogger().setLevel(logging.INFO)
            await work(database.url, app.state.settings, asyncio.Event(), atlas=app.state.atlas)

        service.server_of(app, companion=companion, log_level="warning", public_url=address).run([listener])


async def _load(app: FastAPI, home: DemoHome, address: str, people: int | None) -> None:
    """Post the demo province to the server that runs; what an interrupted load has posted is there already."""
    with welcome.progress() as show:

        def report(percent: int, text: str) -> None:
            app.state.readiness.loading = Progress(percent, text)
            show(percent, text)

        try:
            await load_demo(address, lambda role, unit: _token(app, home, Post(role, unit)), report, people=people)
        except DemoNotLoaded as error:
            raise CannotRun(f"the demo is not complete, the next start goes on from here: {error}") from error
    async with transaction(app.state.sessions) as session:
        await state.mark_demo(session, Demo(is_loaded=True))
    app.state.readiness.loading = None


async def _tokens(app: FastAPI, home: DemoHome) -> dict[Role, str]:
    tokens = {}
    for post in POSTS:
        with suppress(CannotRun):  # an empty demo has no organisation for which anybody could act
            tokens[post.role] = await _token(app, home, post)
    return tokens


async def _token(app: FastAPI, home: DemoHome, post: Post) -> str:
    now = system_clock()
    async with transaction(app.state.sessions) as session:
        return await sign_in(session, home.issuer, app.state.atlas, post, now=now, today=local_date(now))
