"""What a job is, and what it works with."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TypeAlias
from uuid import UUID, uuid4

from sqlmodel.ext.asyncio.session import AsyncSession

from registry.api.clock import local_date
from registry.db.trail import Act
from registry.db.units import load_atlas
from registry.domain.access import Purpose
from registry.domain.atlas import Atlas
from registry.settings import Settings

ISSUER = "urn:registry:worker"
"""The issuer in audit rows of what the worker does; the subject is the job."""


class Map:
    """The map of Viet Nam, read when a job first asks for it, and kept; or one that was read already."""

    def __init__(self, atlas: Atlas | None = None) -> None:
        self._atlas = atlas

    async def read(self, session: AsyncSession) -> Atlas:
        """Give the map."""
        if self._atlas is None:
            self._atlas = await load_atlas(session)
        return self._atlas


@dataclass(frozen=True, slots=True)
class Shift:
    """One run of a job: its transaction, in which it acts as the worker, and the instant at which it is decided."""

    session: AsyncSession
    map: Map
    settings: Settings
    job: str
    now: datetime
    request_id: UUID = field(default_factory=uuid4)

    @property
    def today(self) -> date:
        """Today in Viet Nam."""
        return local_date(self.now)

    @property
    def act(self) -> Act:
        """What audit rows say of this run."""
        return Act(
            issuer=ISSUER,
            subject=self.job,
            client_id=ISSUER,
            on_behalf_of=None,
            purpose=Purpose.ADMINISTRATION,
            operation=f"worker {self.job}",
            request_id=self.request_id,
            at=self.now,
        )


Run: TypeAlias = Callable[[Shift], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Job:
    """Work that is done again and again. It must bear being done twice, and must not take longer than `patience`."""

    name: str
    every: timedelta
    run: Run
    patience: timedelta = timedelta(seconds=60)
