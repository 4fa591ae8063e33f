"""Exact figures over everybody's records, past the reach of any caller; nothing that identifies a person leaves it.

Only the report's routes and the card of a commune may use it, after they have checked the unit asked for (an import
contract holds this). One module for each subject has its statements. The definitions are in `docs/indicators.md`.
"""

from collections.abc import Collection
from itertools import chain

from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db.context import as_statistics
from registry.db.statistics.aftercare import AFTERCARE
from registry.db.statistics.communes import STATUSES, SUSPECTED
from registry.db.statistics.people import PEOPLE
from registry.domain.indicator import Indicator
from registry.domain.report import Measured, ReportPeriod, SuspectedCount, Tally
from registry.domain.situation import CommuneStatus


async def measure(session: AsyncSession, *, period: ReportPeriod, units: Collection[int]) -> Measured:
    """Count what the units were in charge of. The caller has checked that these figures may be shown."""
    asked = {"first": period.first, "last": period.last, "units": sorted(units)}
    connection = await session.connection()
    async with as_statistics(session):
        tallies = [(await connection.execute(statement, asked)).all() for statement in (PEOPLE, AFTERCARE)]
        statuses = await connection.execute(STATUSES, asked)
        suspected = await connection.execute(SUSPECTED, asked)
    return Measured(
        tallies=[Tally(Indicator(code), frozenset(where), count) for code, where, count in chain(*tallies)],
        statuses=[(unit, CommuneStatus(status)) for unit, status in statuses],
        suspected=[SuspectedCount(unit, on, count) for unit, on, count in suspected],
    )
