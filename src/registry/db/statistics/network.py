"""What communes set up: points and teams, who works in them, and the sessions that they hold."""

from registry.db.statistics.asking import asking

NETWORK = asking("""
WITH founded AS (
    SELECT id, kind, site_unit_id AS unit_id, opened_on, closed_on IS NULL OR closed_on >= :last AS is_at_work
    FROM organisation
    WHERE state = 'active' AND site_unit_id = ANY (:units) AND opened_on <= :last
),
held AS (
    SELECT
        commune_unit_id AS unit_id,
        form,
        on_file_count + family_count + at_risk_count + community_count + other_count AS turnout
    FROM counselling_session
    WHERE state = 'active' AND commune_unit_id = ANY (:units) AND held_on BETWEEN :first AND :last
),
counted (indicator, unit_id, number) AS (
    SELECT kind || 's', unit_id, 1
    FROM founded
    WHERE is_at_work AND kind IN ('counselling_point', 'volunteer_team')

    UNION ALL
    SELECT 'counselling_points_new', unit_id, 1
    FROM founded
    WHERE kind = 'counselling_point' AND opened_on >= :first

    UNION ALL
    SELECT 'volunteers', team.unit_id, count(DISTINCT appointment.worker_id)
    FROM founded AS team
    JOIN appointment ON appointment.organisation_id = team.id
    WHERE team.kind = 'volunteer_team'
        AND team.is_at_work
        AND appointment.state = 'active'
        AND appointment.from_on <= :last
        AND (appointment.to_on IS NULL OR appointment.to_on > :last)
    GROUP BY team.id, team.unit_id

    UNION ALL
    SELECT
        CASE form
            WHEN 'talk' THEN 'counselling_talks'
            WHEN 'meeting' THEN 'club_meetings'
            ELSE 'counselling_sessions_' || form
        END,
        unit_id,
        1
    FROM held

    UNION ALL
    SELECT 'counselling_turnout', unit_id, turnout
    FROM held
    WHERE form <> 'meeting'
)
SELECT indicator, ARRAY[unit_id] AS unit_ids, sum(number)::bigint
FROM counted
GROUP BY indicator, unit_id
""")
