"""Who is on file, in rehabilitation and in treatment with substitutes."""

from registry.db.statistics.asking import CHARGE, PLACED, asking

PEOPLE = asking(
    f"""
{CHARGE}
listed AS (
    SELECT
        charge.person,
        charge.unit_id,
        charge.from_on,
        charge.to_on,
        min(file.opened_on) AS first_on,
        bool_or(file.closed_on IS NULL OR file.closed_on > :last) AS is_on_file,
        bool_or(file.category = 'addicted' AND (file.closed_on IS NULL OR file.closed_on > :last)) AS is_addicted,
        bool_or(
            file.category = 'addicted'
            AND file.opened_on < :first
            AND (file.closed_on IS NULL OR file.closed_on >= :first)
        ) AS was_addicted
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
    SELECT 'addicted_persons_before', person, :first - 1, unit_id, from_on, to_on
    FROM listed
    WHERE was_addicted

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
{PLACED}
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
"""  # noqa: S608 - made of our own constants
)
