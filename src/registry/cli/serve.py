"""`registry serve`: the service in production."""

import asyncio

from registry import logs, service
from registry.api.app import create_app
from registry.cli.options import HostOption, PortOption
from registry.database import open_database
from registry.db.roles import Component
from registry.settings import Settings


def serve(host: HostOption = "127.0.0.1", port: PortOption = 8000) -> None:
    """Serve on a database that `registry db upgrade` has prepared. Settings come from REGISTRY_... variables."""
    settings = Settings()
    service.require_production(settings)
    logs.configure("json")
    with service.listen(host, port) as listener, service.exit_on_signals(), open_database(settings) as database:
        url = asyncio.run(service.bound_address(database, Component.SERVICE, may_forget=settings.may_forget))
        asyncio.run(service.require_keys(url, settings))
        service.server_of(create_app(settings, database_url=url), public_url=settings.public_url).run([listener])
