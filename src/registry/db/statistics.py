"""Exact figures over everybody's records, past the reach of any caller; nothing that identifies a person leaves it.

Only the report's routes may use it, after they have checked the unit asked for (an import contract holds this).
The definitions are in `docs/indicators.md`.
"""

from collections.abc import Collection

from sqlalchemy import ARRAY, Date, Integer, TextClause, bindparam, text
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db.context import as_statistics
from registry.domain.indicator import Indicator
from registry.domain.report import Measured, ReportPeriod, SuspectedCount, Tally
from registry.domain.situation import CommuneStatus


async def measure(session: AsyncSession, *, period: ReportPeriod, units: Collection[int]) -> Measured:
    """Count what the units were in charge of. The caller has checked that these figures may be shown."""
    asked = {"first": period.first, "last": period.last, "units": sorted(units)}
    connection = await session.connection()
    async with as_statistics(session):
        tallies = await connection.execute(_PEOPLE, asked)
        statuses = await connection.execute(_STATUSES, asked)
        suspected = await connection.execute(_SUSPECTED, asked)
    return Measured(
        tallies=[Tally(Indicator(indicator), frozenset(where), count) for indicator, where, count in tallies],
        statuses=[(unit, CommuneStatus(status)) for unit, status in statuses],
        suspected=[SuspectedCount(unit, on, count) for unit, on, count in suspected],
    )


def _asking(statement: str) -> TextClause:
    parameters = (bindparam("first", type_=Date), bindparam("last", type_=Date), bindparam("units", type_=_IDS))
    return text(statement).bindparams(*(each for each in parameters if f":{each.key}" in statement))


_IDS = ARRAY(Integer)

_PEOPLE = _asking("""
-- Every measure is a row of `counted`: who is counted, the day that decides where, and an interval of responsibility.
-- `placed` alone says where: in the unit in charge of the person on that day, before the first in the first.
-- Merged people are one, the survivor; what is voided, or belongs to a voided person, does not count.
-- What is erased counts until the day of the erasure, on which nobody is in charge any more.
WITH charge AS NOT MATERIALIZED (
    SELECT
        owner.id AS owner_id,
        owner.root_id AS person,
        responsibility.responsible_unit_id AS unit_id,
        responsibility.from_on,
        responsibility.to_on
    FROM responsibility
    JOIN person AS owner ON owner.root_id = responsibility.person_id
    WHERE responsibility.responsible_unit_id = ANY (:units) AND owner.state IN ('active', 'erased')
),
listed AS (
    SELECT
        charge.person,
        charge.unit_id,
        charge.from_on,
        charge.to_on,
        min(file.opened_on) AS first_on,
        bool_or(file.closed_on IS NULL OR file.closed_on > :last) AS is_on_file,
        bool_or(file.category = 'addicted' AND (file.closed_on IS NULL OR file.closed_on > :last)) AS is_addicted
    FROM management_file AS file
    JOIN charge ON charge.owner_id = file.person_id
    WHERE file.state IN ('active', 'erased') AND file.opened_on <= :last
    GROUP BY charge.person, charge.unit_id, charge.from_on, charge.to_on
),
stays AS (
    SELECT
        charge.person,
        charge.unit_id,
        charge.from_on,
        charge.to_on,
        episode.course_id,
        episode.track,
        episode.modality,
        episode.legal_basis,
        episode.registered_on,
        episode.started_on,
        episode.ended_on,
        episode.outcome
    FROM episode
    JOIN charge ON charge.owner_id = episode.person_id
    WHERE episode.state IN ('active', 'erased') AND episode.registered_on <= :last
),
in_rehab AS (
    SELECT
        'rehab_persons_' || modality || CASE modality WHEN 'facility' THEN '_' || legal_basis ELSE '' END AS form,
        person,
        max(least(coalesce(ended_on, :last), :last)) AS last_on,
        unit_id,
        from_on,
        to_on
    FROM stays
    WHERE track = 'rehab' AND started_on <= :last AND (ended_on IS NULL OR ended_on >= :first)
    GROUP BY form, person, unit_id, from_on, to_on
),
counted (indicator, person, day, unit_id, from_on, to_on) AS NOT MATERIALIZED (
    SELECT
        CASE WHEN is_addicted THEN 'addicted_persons' ELSE 'illegal_users' END, person, :last, unit_id, from_on, to_on
    FROM listed
    WHERE is_on_file

    UNION ALL
    SELECT 'new_on_file', person, first_on, unit_id, from_on, to_on
    FROM listed
    WHERE first_on >= :first

    UNION ALL
    SELECT 'files_closed', charge.person, file.closed_on, charge.unit_id, charge.from_on, charge.to_on
    FROM management_file AS file
    JOIN charge ON charge.owner_id = file.person_id
    WHERE file.state IN ('active', 'erased') AND file.closed_on BETWEEN :first AND :last

    UNION ALL
    SELECT form, person, last_on, unit_id, from_on, to_on
    FROM in_rehab

    UNION ALL
    SELECT
        CASE track WHEN 'rehab' THEN 'rehab_episodes_started' ELSE 'methadone_started' END,
        person, started_on, unit_id, from_on, to_on
    FROM stays
    WHERE started_on BETWEEN :first AND :last

    UNION ALL
    SELECT 'rehab_exits_' || outcome, person, ended_on, unit_id, from_on, to_on
    FROM stays
    WHERE track = 'rehab' AND ended_on BETWEEN :first AND :last

    UNION ALL
    SELECT
        'rehab_courses_' || CASE outcome WHEN 'completed' THEN outcome ELSE 'broken_off' END AS conclusion,
        person, max(ended_on), unit_id, from_on, to_on
    FROM stays
    WHERE track = 'rehab'
        AND ended_on BETWEEN :first AND :last
        AND outcome IN ('completed', 'dropped_out', 'terminated_by_provider')
    GROUP BY conclusion, person, course_id, unit_id, from_on, to_on

    UNION ALL
    SELECT DISTINCT 'methadone_patients', person, :last, unit_id, from_on, to_on
    FROM stays
    WHERE track = 'methadone' AND started_on <= :last AND (ended_on IS NULL OR ended_on > :last)

    UNION ALL
    SELECT 'methadone_left', person, ended_on, unit_id, from_on, to_on
    FROM stays
    WHERE track = 'methadone' AND started_on IS NOT NULL AND ended_on BETWEEN :first AND :last

    UNION ALL
    SELECT
        CASE modality
            WHEN 'community' THEN 'cumulative_community'
            WHEN 'facility' THEN 'cumulative_facility_voluntary_registrations'
            ELSE 'cumulative_methadone_registrations'
        END,
        person, registered_on, unit_id, from_on, to_on
    FROM stays
    WHERE modality <> 'facility' OR legal_basis = 'voluntary'

    UNION ALL
    SELECT 'rehab_distinct_persons', person, last_on, unit_id, from_on, to_on
    FROM in_rehab
),
placed AS NOT MATERIALIZED (
    SELECT indicator, person, unit_id
    FROM counted
    WHERE (to_on IS NULL OR to_on > day)
        AND (
            from_on <= day
            OR NOT EXISTS (
                SELECT FROM responsibility AS earlier
                WHERE earlier.person_id = counted.person AND earlier.from_on < counted.from_on
            )
        )
)
SELECT indicator, ARRAY[unit_id] AS unit_ids, count(*)
FROM placed
WHERE indicator <> 'rehab_distinct_persons'
GROUP BY indicator, unit_id

UNION ALL
SELECT 'rehab_distinct_persons', unit_ids, count(*)
FROM (
    SELECT array_agg(DISTINCT unit_id ORDER BY unit_id)
    FROM placed
    WHERE indicator = 'rehab_distinct_persons'
    GROUP BY person
) AS persons (unit_ids)
GROUP BY unit_ids
""")

_STATUSES = _asking("""
SELECT DISTINCT commune_unit_id, status
FROM commune_status
WHERE state = 'active'
    AND commune_unit_id = ANY (:units)
    AND from_on <= :last
    AND (to_on IS NULL OR to_on > :last)
""")

_SUSPECTED = _asking("""
SELECT DISTINCT ON (commune_unit_id) commune_unit_id, counted_on, count
FROM suspected_count
WHERE state = 'active'
    AND commune_unit_id = ANY (:units)
    AND counted_on BETWEEN :first AND :last
ORDER BY commune_unit_id, counted_on DESC
""")
