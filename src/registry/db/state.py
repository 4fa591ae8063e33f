"""What the service knows of itself: its schema, the epoch of its feed, and whether its data are a demo's."""

from dataclasses import asdict, dataclass
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db.tables.trail import ServiceStateRow

_FEED_EPOCH = "feed_epoch"
_DEMO = "demo"
_AUDIT_ERAS = "audit_eras"


@dataclass(frozen=True, slots=True)
class Demo:
    """The data are a demo's; `is_loaded` once the demo province is complete."""

    is_loaded: bool


async def revision(session: AsyncSession) -> str | None:
    """Name the revision that the schema is at; None where there is no schema."""
    connection = await session.connection()
    if await connection.scalar(text("SELECT to_regclass('alembic_version')")) is None:
        return None
    return str(await connection.scalar(text("SELECT version_num FROM alembic_version")))


async def feed_epoch(session: AsyncSession) -> UUID:
    """Name the history that positions in the feed belong to; a restored backup begins another one."""
    row = await session.get_one(ServiceStateRow, _FEED_EPOCH)
    return UUID(row.value["id"])


async def audit_eras(session: AsyncSession) -> list[int]:
    """List the numbers of audit rows at which another server's transaction ids began: one for each restore."""
    row = await session.get(ServiceStateRow, _AUDIT_ERAS)
    return [] if row is None else sorted(set(row.value["begin"]))


async def demo(session: AsyncSession) -> Demo | None:
    """Tell whether this is a demo's database, and how far it is."""
    row = await session.get(ServiceStateRow, _DEMO)
    return None if row is None else Demo(**row.value)


async def mark_demo(session: AsyncSession, mark: Demo) -> Demo:
    """Mark the database as a demo's: no service will ever start on it."""
    value = asdict(mark)
    row = insert(ServiceStateRow).values(key=_DEMO, value=value)
    await session.exec(row.on_conflict_do_update(index_elements=["key"], set_={"value": value}))
    return mark
