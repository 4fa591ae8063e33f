"""The application: what it is made of, and what it holds while it runs."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache

from fastapi import FastAPI, Request
from sqlalchemy import QueuePool
from starlette.routing import BaseRoute
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from registry import __version__, working_calendar
from registry.api import docs_page, errors, metrics, openapi, watching
from registry.api.abnormal_usage import raise_alarm
from registry.api.auth.admission import Admission
from registry.api.auth.dpop import Nonces, ProofVerifier
from registry.api.auth.issuer_keys import IssuerKeys
from registry.api.auth.reception import Reception
from registry.api.auth.tokens import TokenVerifier
from registry.api.capacity import BoundedTraffic, Capacity
from registry.api.clock import Clock, system_clock
from registry.api.denials import record_denial
from registry.api.feed_watch import FeedWatch
from registry.api.operations import operations_of
from registry.api.origins import AllowedOrigins
from registry.api.quotas import RateLimitFields, RateLimits
from registry.api.readiness import Readiness, database_answers, migrations_are
from registry.api.request_log import RequestLog
from registry.api.routers import ROUTERS, push
from registry.api.security_headers import SecurityHeaders
from registry.api.sync.pull.patience import WaitingRoom
from registry.api.time_limits import TimeLimit, WholeBody
from registry.api.worker_watch import WorkerWatch
from registry.db import migrate
from registry.db.constraints import CONSTRAINTS
from registry.db.context import closed_transaction
from registry.db.engine import Sessions, create_engine, create_sessions
from registry.db.units import load_atlas
from registry.domain.atlas import Atlas
from registry.domain.errors import DomainError
from registry.keys import Keys
from registry.settings import Settings


def create_app(
    settings: Settings, *, database_url: str = "", clock: Clock = system_clock, atlas: Atlas | None = None
) -> FastAPI:
    """Put the application together. It reaches for the database when it starts, not before.

    `atlas` is the map of that database, where somebody has read it already.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        engine = create_engine(
            database_url,
            pool_size=settings.pool_size,
            pool_timeout=settings.pool_timeout_seconds,
            statement_timeout=settings.statement_timeout_seconds,
            transaction_timeout=settings.transaction_timeout_seconds,
        )
        app.state.sessions = create_sessions(engine)
        app.state.atlas = atlas or await _read_atlas(app.state.sessions)
        app.state.readiness.require("database", database_answers(engine))
        app.state.readiness.require("migrations", migrations_are(engine, migrate.head()))
        if isinstance(engine.pool, QueuePool):
            counters.watch_pool(engine.pool)
        looking = asyncio.create_task(watching.keep(watches, app.state.sessions))
        yield
        looking.cancel()
        await asyncio.wait([looking])
        await engine.dispose()

    app = FastAPI(
        title=openapi.TITLE,
        version=__version__,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
        telemetry={"logs": False},
        generate_unique_id_function=openapi.operation_id,
    )

    counters = metrics.Metrics()
    watches = (WorkerWatch(clock), FeedWatch(clock))
    for watch in watches:
        counters.watch(watch)
    app.state.metrics = counters
    app.state.settings = settings
    app.state.keys = Keys.derive(settings.secret_key())
    app.state.key_ring = settings.key_ring()
    app.state.clock = clock
    app.state.calendar = working_calendar.load(settings.working_days)
    app.state.readiness = Readiness()
    app.state.waiting_room = WaitingRoom(seats=settings.max_waiting_pulls)
    app.state.rate_limits = RateLimits(settings.quotas)
    app.state.counters = counters
    app.state.tokens = TokenVerifier(IssuerKeys(issuer) for issuer in settings.issuers)
    nonces = Nonces(app.state.keys.nonce) if settings.dpop_nonce else None
    app.state.reception = Reception(app.state.tokens, ProofVerifier(nonces), settings.public_url)
    app.state.admission = Admission.of(settings)
    app.router.routes.extend(_routes())
    app.state.operations = operations_of(app)
    if settings.docs_open:
        docs_page.install(app)
    if settings.metrics_open:
        metrics.install(app, counters)
    _surround(app, settings, counters)
    return app


async def _read_atlas(sessions: Sessions) -> Atlas:
    async with closed_transaction(sessions) as session:
        return await load_atlas(session)


@cache
def _routes() -> tuple[BaseRoute, ...]:
    """Work out once for all applications of a process what every route asks for: it takes a second."""
    carrier = FastAPI(openapi_url=None, generate_unique_id_function=openapi.operation_id)
    for router in ROUTERS:
        carrier.include_router(router)
    return tuple(carrier.routes)


def _surround(app: FastAPI, settings: Settings, counters: metrics.Metrics) -> None:
    """Put the application between what every request passes; what is added later lies around what was added before."""
    capacity = Capacity(
        places=settings.places, queue=settings.queue_length, patience_seconds=settings.queue_timeout_seconds
    )
    app.add_middleware(BoundedTraffic, capacity=capacity)
    app.add_middleware(WholeBody, seconds=settings.body_timeout_seconds)
    app.add_middleware(TimeLimit, seconds=settings.request_timeout_seconds)
    errors.install(
        app,
        public_url=settings.public_url,
        max_body_bytes=settings.max_body_bytes,
        max_bytes_by_path={push.ADDRESS: settings.max_push_bytes},
        constraints=CONSTRAINTS,
        on_refusal=on_refusal,
    )
    app.add_middleware(RateLimitFields)
    app.add_middleware(SecurityHeaders, is_https=settings.public_url.startswith("https://"))
    if settings.cors_origins:
        app.add_middleware(AllowedOrigins, origins=settings.cors_origins)
    app.add_middleware(metrics.RequestMetrics, metrics=counters)
    app.add_middleware(RequestLog)
    if settings.trusted_proxies:
        app.add_middleware(ProxyHeadersMiddleware, trusted_hosts=[*map(str, settings.trusted_proxies)])


async def on_refusal(request: Request, refusal: DomainError) -> None:
    """Leave the trace of a refusal, and raise the alarm where it is one."""
    await record_denial(request, refusal)
    await raise_alarm(request, refusal)
