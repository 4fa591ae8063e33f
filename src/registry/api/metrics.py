"""Figures about the service for Prometheus: requests by route template, and the connection pool.

Every application has a registry of its own, so that several live in one process (tests). With more
than one worker process, each answers for itself: scrape them one by one.
"""

from collections.abc import Iterator
from time import perf_counter

from fastapi import FastAPI
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector
from sqlalchemy.pool import QueuePool
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from registry.api.route_template import route_template

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
OTHER = "OTHER"
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Metrics:
    """The counters of one application."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "registry_http_requests", "Requests answered.", ("method", "route", "status"), registry=self.registry
        )
        self.duration = Histogram(
            "registry_http_request_duration_seconds",
            "Time from the request's arrival to the end of its answer.",
            ("method", "route"),
            buckets=BUCKETS,
            registry=self.registry,
        )
        self.abnormal_usage = Counter(
            "registry_abnormal_usage", "Answers refused because they showed too many people.", registry=self.registry
        )
        self.unauthenticated = Counter(
            "registry_unauthenticated",
            "Requests without a token that is accepted, by the check that failed.",
            ("reason",),
            registry=self.registry,
        )
        self.in_flight = Gauge("registry_http_requests_in_flight", "Requests being answered.", registry=self.registry)
        ProcessCollector(registry=self.registry)

    def watch(self, collector: Collector) -> None:
        """Report what a collector gives when somebody asks."""
        self.registry.register(collector)

    def watch_pool(self, pool: QueuePool) -> None:
        """Report the database pool from now on; it is read when somebody asks."""
        self.watch(PoolCollector(pool))


class PoolCollector(Collector):
    """The state of a connection pool at the moment of asking."""

    def __init__(self, pool: QueuePool) -> None:
        self._pool = pool

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield the pool's gauges."""
        connections = GaugeMetricFamily("registry_db_connections", "Connections of the pool.", labels=["state"])
        connections.add_metric(["in_use"], self._pool.checkedout())
        connections.add_metric(["idle"], self._pool.checkedin())
        yield connections
        yield GaugeMetricFamily("registry_db_pool_size", "Connections the pool may keep.", value=self._pool.size())


class RequestMetrics:
    """Count and time every request."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        status = 500
        started = perf_counter()

        async def send_counted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        with self._metrics.in_flight.track_inprogress():
            try:
                await self._app(scope, receive, send_counted)
            finally:
                # Labels come from closed sets only: a caller must not be able to make new time series.
                method = scope["method"] if scope["method"] in METHODS else OTHER
                route = route_template(scope)
                self._metrics.requests.labels(method, route, status).inc()
                self._metrics.duration.labels(method, route).observe(perf_counter() - started)


def install(app: FastAPI, metrics: Metrics) -> None:
    """Serve `/metrics`. Where the settings close it, it is not installed and the address does not exist."""

    def prometheus() -> Response:
        return Response(generate_latest(metrics.registry), headers={"Content-Type": CONTENT_TYPE_LATEST})

    app.add_api_route("/metrics", prometheus, name="metrics", include_in_schema=False)
