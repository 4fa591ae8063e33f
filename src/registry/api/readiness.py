"""Whether the service may be sent traffic: checks made at the moment of asking, and the first load's progress."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeAlias

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

log = logging.getLogger(__name__)

Check: TypeAlias = Callable[[], Awaitable[bool]]

PATIENCE_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a first load has come, in words that anybody may read."""

    percent: int
    text: str


@dataclass(frozen=True, slots=True)
class State:
    """What was found: each check by name, and the load that is still going on."""

    checks: dict[str, bool]
    loading: Progress | None

    @property
    def is_ready(self) -> bool:
        return all(self.checks.values()) and self.loading is None


class Readiness:
    """The conditions of one application. `loading` is set while data are loaded, None otherwise."""

    def __init__(self) -> None:
        self.loading: Progress | None = None
        self._checks: dict[str, Check] = {}
        self._look: asyncio.Task[State] | None = None

    def require(self, name: str, check: Check) -> None:
        """Make readiness depend on a check, known to readers of `/health/ready` by its name."""
        self._checks[name] = check

    async def state(self) -> State:
        """Make all checks at once; one that raises or takes too long has failed.

        Who asks meanwhile is answered with the same look: anybody may ask, and each look takes connections.
        """
        if self._look is None or self._look.done():
            self._look = asyncio.create_task(self._state())
        return await asyncio.shield(self._look)

    async def _state(self) -> State:
        results = await asyncio.gather(*(_holds(name, check) for name, check in self._checks.items()))
        return State(checks=dict(zip(self._checks, results, strict=True)), loading=self.loading)


async def _holds(name: str, check: Check) -> bool:
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await check()
    except Exception:  # whatever a check raises, it is the answer
        log.warning("readiness.check_failed", extra={"check": name}, exc_info=True)
        return False


def database_answers(engine: AsyncEngine) -> Check:
    """Make a check that the database answers."""

    async def check() -> bool:
        async with engine.connect() as connection:
            await connection.execute(text("SELECT 1"))
        return True

    return check


def migrations_are(engine: AsyncEngine, revision: str) -> Check:
    """Make a check that the schema is at the revision this code was written for."""

    async def check() -> bool:
        async with engine.connect() as connection:
            found = await connection.execute(text("SELECT version_num FROM alembic_version"))
            return list(found.scalars()) == [revision]

    return check
