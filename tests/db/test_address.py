"""The database's address, as the driver and as PostgreSQL's programs read it."""

import pytest

from registry.db.address import for_driver, is_guarded, variables

SERVER = "postgresql+asyncpg://me:x@db.example:5433/registry"
TLS = "sslmode=verify-full&sslrootcert=%2Fca.pem&sslcert=%2Fme.pem&sslkey=%2Fme.key&ssl_min_protocol_version=TLSv1.3"


def test_the_driver_reads_tls_from_a_dsn_of_nothing_else() -> None:
    url, arguments = for_driver(f"{SERVER}?{TLS}&prepared_statement_cache_size=0")

    assert url.render_as_string(hide_password=False) == f"{SERVER}?prepared_statement_cache_size=0"
    assert arguments == {"dsn": f"postgresql://?{TLS}"}


def test_an_address_without_tls_goes_as_it_is() -> None:
    url, arguments = for_driver(SERVER)
    assert (url.render_as_string(hide_password=False), arguments) == (SERVER, {})


def test_the_programs_read_the_same_from_their_variables() -> None:
    assert variables(f"{SERVER}?{TLS}") == {
        "PGHOST": "db.example",
        "PGPORT": "5433",
        "PGUSER": "me",
        "PGPASSWORD": "x",
        "PGDATABASE": "registry",
        "PGSSLMODE": "verify-full",
        "PGSSLROOTCERT": "/ca.pem",
        "PGSSLCERT": "/me.pem",
        "PGSSLKEY": "/me.key",
        "PGSSLMINPROTOCOLVERSION": "TLSv1.3",
    }


def test_a_server_behind_a_socket_is_found_by_the_programs_too() -> None:
    assert variables("postgresql+asyncpg://me@/registry?host=/run/postgresql&port=5433") == {
        "PGHOST": "/run/postgresql",
        "PGPORT": "5433",
        "PGUSER": "me",
        "PGDATABASE": "registry",
    }


@pytest.mark.parametrize(
    ("url", "guarded"),
    [
        (SERVER, False),
        (f"{SERVER}?sslmode=require", False),
        (f"{SERVER}?sslmode=verify-ca&sslrootcert=/ca.pem", False),
        (f"{SERVER}?sslmode=verify-full&sslrootcert=/ca.pem", True),
        (f"{SERVER}?ssl=verify-full", True),
        ("postgresql+asyncpg://me@127.0.0.1/registry", True),
        ("postgresql+asyncpg://me@/registry?host=/run/postgresql", True),
        ("postgresql+asyncpg://me@/registry?host=db.example", False),
    ],
)
def test_a_way_is_guarded_on_this_machine_or_by_a_proven_name(url: str, *, guarded: bool) -> None:
    assert is_guarded(url) is guarded
