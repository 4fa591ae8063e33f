"""Alembic's environment: asynchronous, under an advisory lock and with lock and statement timeouts."""

import asyncio

from alembic import context
from sqlalchemy import Connection, pool, text
from sqlalchemy.dialects.postgresql.base import ischema_names
from sqlalchemy.ext.asyncio import create_async_engine

from registry.db import address
from registry.db.tables.all import metadata
from registry.db.tables.columns import Coded, SealedText, Xid8

UPGRADE_LOCK = 7_305_731
"""Key of the advisory lock that one upgrade holds."""

ischema_names["xid8"] = Xid8  # so that reflection knows the type


def render_type(kind: str, value: object, _: object) -> str | bool:
    """Write our own column types into migrations as what they are in the database."""
    if kind != "type":
        return False
    match value:
        case Coded():
            return "sa.String(length=40)"
        case SealedText():
            return "sa.LargeBinary()"
        case Xid8():
            return "Xid8()"
        case _:
            return False


def migrate(connection: Connection) -> None:
    """Run the migrations in one transaction."""
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_item=render_type,
        compare_server_default=False,
    )
    with context.begin_transaction():
        connection.execute(text("SET LOCAL statement_timeout = '10min'"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": UPGRADE_LOCK})
        # After the lock: another starter may take longer than a table that others use may be kept from them.
        connection.execute(text("SET LOCAL lock_timeout = '3s'"))
        context.run_migrations()


async def connect_and_migrate() -> None:
    """Connect to the database that the configuration names."""
    url, tls = address.for_driver(context.config.attributes["url"])
    engine = create_async_engine(url, poolclass=pool.NullPool, hide_parameters=True, connect_args=tls)
    async with engine.connect() as connection:
        await connection.run_sync(migrate)
        await connection.commit()
    await engine.dispose()


asyncio.run(connect_and_migrate())
