"""Exact figures over everybody's records, past the reach of any caller; nothing that identifies a person leaves it.

Only those whom an import contract names may use it, after they have checked the unit asked for. One module for each
subject has its statements. The definitions are in `docs/indicators.md`.
"""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import date
from itertools import chain
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db.context import as_statistics
from registry.db.statistics.aftercare import AFTERCARE
from registry.db.statistics.card import POPULATION
from registry.db.statistics.clubs import CLUBS
from registry.db.statistics.communes import STATUSES, SUSPECTED
from registry.db.statistics.network import NETWORK
from registry.db.statistics.people import PEOPLE
from registry.db.statistics.support import SUPPORT
from registry.domain.card import SINCE_NEW_YEAR, Counted, Population
from registry.domain.indicator import Indicator
from registry.domain.report import Measured, ReportPeriod, SuspectedCount, Tally
from registry.domain.situation import CommuneStatus

_TALLIED = (PEOPLE, AFTERCARE, NETWORK, CLUBS, SUPPORT)


async def measure(session: AsyncSession, *, period: ReportPeriod, units: Collection[int]) -> Measured:
    """Count what the units were in charge of. The caller has checked that these figures may be shown."""
    async with as_statistics(session):
        return await _measured(session, period, units, reported_from=period.first)


async def count_for_card(session: AsyncSession, *, day: date, units: Collection[int], commune_id: int) -> Counted:
    """Count what the units were in charge of on one day, with what was reported and completed since the year began.

    The caller has checked that these figures may be shown.
    """
    period, new_year = ReportPeriod(day.year, day, day), date(day.year, 1, 1)
    this_year = {"first": new_year, "last": day, "units": sorted(units)}
    asked = {"commune": commune_id, "year": day.year}
    async with as_statistics(session):
        measured = await _measured(session, period, units, reported_from=new_year)
        connection = await session.connection()
        courses = _tallied((await connection.execute(AFTERCARE, this_year)).all())
        known = (await connection.execute(POPULATION, asked)).one_or_none()
    of_the_day = [tally for tally in measured.tallies if tally.indicator not in SINCE_NEW_YEAR]
    of_the_year = [tally for tally in courses if tally.indicator in SINCE_NEW_YEAR]
    measured = replace(measured, tallies=[*of_the_day, *of_the_year])
    return Counted(measured, None if known is None else Population(known.year, known.population))


async def _measured(
    session: AsyncSession, period: ReportPeriod, units: Collection[int], *, reported_from: date
) -> Measured:
    asked = {"first": period.first, "last": period.last, "units": sorted(units)}
    connection = await session.connection()
    tallies = [(await connection.execute(statement, asked)).all() for statement in _TALLIED]
    statuses = await connection.execute(STATUSES, asked)
    suspected = await connection.execute(SUSPECTED, asked | {"first": reported_from})
    return Measured(
        tallies=_tallied(chain(*tallies)),
        statuses=[(unit, CommuneStatus(status)) for unit, status in statuses],
        suspected=[SuspectedCount(unit, on, count) for unit, on, count in suspected],
    )


def _tallied(rows: Iterable[Any]) -> list[Tally]:
    return [Tally(Indicator(code), frozenset(where), count) for code, where, count in rows]
