"""Where an administrator works: over HTTP within their reach, on the host without limit."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db.trail import Act
from registry.domain.access import Scope
from registry.domain.atlas import Atlas


@dataclass(frozen=True, slots=True)
class Office:
    """The map, the day, who acts, and how far they reach; on the host without limit."""

    session: AsyncSession
    act: Act
    atlas: Atlas
    today: date
    scope: Scope | None

    def named_unit(self, code: str, on: date | None, *, pointer: str = "/unit_code") -> tuple[int, date]:
        """Find the unit of a code on a day; without one, today or the last day on which the code named one."""
        if on is not None:
            return self.atlas.resolve(code, on, pointer=pointer).unit_id, on
        unit = self.atlas.latest(code, self.today)
        return unit.unit_id, min(self.today, unit.valid_to - timedelta(days=1))

    def places_of(self, unit_id: int) -> tuple[int, ...]:
        """List the units of today that a grant on a unit opens; where none, the one that counts its residue."""
        return self.atlas.scope_of(unit_id, self.today) or (self.atlas.current(unit_id, self.today),)
