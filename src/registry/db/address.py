"""The database's address as it is named, and as each reader wants it: SQLAlchemy, the driver, PostgreSQL's programs.

What concerns TLS is written in libpq's words (`sslmode=verify-full&sslrootcert=...`), which are those of
PostgreSQL's own documentation, and means the same to the service and to `pg_dump`.
"""

from typing import Any
from urllib.parse import urlencode

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from registry.errors import CannotRun

TLS = {
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
    "sslcrl": "PGSSLCRL",
    "ssl_min_protocol_version": "PGSSLMINPROTOCOLVERSION",
    "ssl_max_protocol_version": "PGSSLMAXPROTOCOLVERSION",
}
"""Parameters of TLS, and the variables in which PostgreSQL's programs take them."""

_DRIVERS_SSLMODE = "ssl"
"""The driver's own name for `sslmode`."""

_HERE = frozenset({"", "localhost", "127.0.0.1", "::1"})


def read(named: str) -> URL:
    """Read an address. What is wrong with it is not repeated: a part of the password may stand in the wrong place."""
    try:
        url = make_url(named).set(drivername="postgresql+asyncpg")
    except (ArgumentError, ValueError):
        raise CannotRun("REGISTRY_DATABASE_URL is no address: postgresql://user:password@host/database") from None
    return url


def for_driver(url: str) -> tuple[URL, dict[str, Any]]:
    """Give SQLAlchemy the address, and the driver the parameters of TLS, which it reads from a DSN only."""
    address = make_url(url)
    tls = _tls(address)
    if not tls:
        return address, {}
    return address.difference_update_query({*TLS, _DRIVERS_SSLMODE}), {"dsn": f"postgresql://?{urlencode(tls)}"}


def variables(url: str) -> dict[str, str]:
    """Tell PostgreSQL's programs where to connect. On a command line, others could read a password."""
    address = make_url(url)
    given = {
        "PGHOST": address.query.get("host", address.host),
        "PGPORT": address.query.get("port", address.port),
        "PGUSER": address.username,
        "PGPASSWORD": address.password,
        "PGDATABASE": address.database,
    } | {TLS[name]: value for name, value in _tls(address).items()}
    return {name: str(value) for name, value in given.items() if value is not None}


def is_guarded(url: str) -> bool:
    """Whether nobody on the way can listen or pose as the server: it is this machine, or proves its name (TLS)."""
    address = make_url(url)
    host = str(address.query.get("host", address.host) or "")
    return host in _HERE or host.startswith("/") or _tls(address).get("sslmode") == "verify-full"


def _tls(address: URL) -> dict[str, str]:
    named = {("sslmode" if name == _DRIVERS_SSLMODE else name): str(value) for name, value in address.query.items()}
    return {name: value for name, value in named.items() if name in TLS}
