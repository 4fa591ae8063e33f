"""Whether the server keeps what it has acknowledged: settings that make it faster, and forgetful when it falls."""

from collections.abc import Mapping

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

KEEPING = ("fsync", "full_page_writes", "synchronous_commit")
"""Without one of them a power cut takes acknowledged changes away, or breaks pages."""

CHECKSUMS = "data_checksums"
"""Without them, a page that the disk has changed is read as if it were right."""

_ASKED = text("SELECT name, setting FROM pg_settings WHERE name = ANY (:names)")


async def settings(session: AsyncSession) -> dict[str, str]:
    """Read the settings as they hold for this login."""
    found = await (await session.connection()).execute(_ASKED, {"names": [*KEEPING, CHECKSUMS]})
    return {row.name: row.setting for row in found}


def forgetful(found: Mapping[str, str]) -> list[str]:
    """Name the settings by which something acknowledged can be lost."""
    return [name for name in KEEPING if found[name] == "off"]
