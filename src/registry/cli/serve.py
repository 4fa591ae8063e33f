"""`registry serve`: the service in production."""

import asyncio
import logging

from registry import logs, service
from registry.api.app import create_app
from registry.cli.options import HostOption, PortOption
from registry.database import address_for_service, open_database
from registry.db.address import is_guarded
from registry.settings import Settings

log = logging.getLogger(__name__)


def serve(host: HostOption = "127.0.0.1", port: PortOption = 8000) -> None:
    """Serve on a database that `registry db upgrade` has prepared. Settings come from REGISTRY_... variables."""
    settings = Settings()
    service.require_production(settings)
    logs.configure("json")
    with service.listen(host, port) as listener, service.exit_on_signals(), open_database(settings) as database:
        asyncio.run(service.require_prepared(database))
        url = asyncio.run(address_for_service(database))
        asyncio.run(service.require_bound(url))
        if not is_guarded(url):
            log.warning("database.unguarded", extra={"wanted": "sslmode=verify-full"})
        service.server_of(create_app(settings, database_url=url)).run([listener])
