"""The demo as a process: prepare, serve at once, post the demo province, say what to try."""

import asyncio
import logging

from fastapi import FastAPI

from registry import logs, service
from registry.api.app import create_app
from registry.api.clock import local_date, system_clock
from registry.api.readiness import Progress
from registry.database import one_transaction, open_database, prepare
from registry.db import state
from registry.db.engine import transaction
from registry.db.state import Demo
from registry.demo import setup, welcome
from registry.demo.load import DemoNotLoaded, load_demo
from registry.demo.setup import DemoHome
from registry.demo.tokens import POSTS, Post, sign_in
from registry.errors import CannotRun
from registry.settings import Settings


def run(host: str, port: int, *, is_empty: bool) -> None:
    """Serve the demo until a signal."""
    service.exit_on_signals()
    given = Settings()
    home = DemoHome.of(given)
    logs.configure("console", level=logging.WARNING)
    with service.listen(host, port) as listener:
        address = welcome.address_of(listener)
        home.make()
        settings = home.settings(given, public_url=address)
        with open_database(settings) as database:
            demo = asyncio.run(_prepare(database.url))
            app = create_app(settings, database_url=database.url)
            is_loading = not (demo.is_loaded or is_empty)
            if is_loading:
                app.state.readiness.loading = Progress(0, "Posting the demo province")

            async def companion() -> None:
                if is_loading:
                    await _load(app, home, address)
                posts = (
                    POSTS if demo.is_loaded or is_loading else [p for p in POSTS if not p.role.acts_for_organisation]
                )
                welcome.show(address, {post.role: await _token(app, home, post) for post in posts})
                logging.getLogger().setLevel(logging.INFO)

            service.serve(app, listener, companion=companion, log_level="warning")


async def _prepare(url: str) -> Demo:
    await prepare(url)
    async with one_transaction(url) as session:
        return await setup.claim(session)


async def _load(app: FastAPI, home: DemoHome, address: str) -> None:
    """Post the demo province to the server that runs; what an interrupted load has posted is there already."""
    with welcome.progress() as show:

        def report(percent: int, text: str) -> None:
            app.state.readiness.loading = Progress(percent, text)
            show(percent, text)

        try:
            await load_demo(address, lambda role, unit: _token(app, home, Post(role, unit)), report)
        except DemoNotLoaded as error:
            raise CannotRun(f"the demo is not complete, the next start goes on from here: {error}") from error
    async with transaction(app.state.sessions) as session:
        await state.mark_demo(session, is_loaded=True)
    app.state.readiness.loading = None


async def _token(app: FastAPI, home: DemoHome, post: Post) -> str:
    now = system_clock()
    async with transaction(app.state.sessions) as session:
        return await sign_in(session, home.issuer, app.state.atlas, post, now=now, today=local_date(now))
