"""Whom the network supports: clients of counselling, people who are accompanied, and referrals with what came of them.

These records go with a person who is erased.
"""

from registry.db.statistics.asking import CHARGE, PLACED, asking

SUPPORT = asking(
    f"""
{CHARGE}
here AS NOT MATERIALIZED (
    SELECT * FROM charge WHERE owner_state = 'active'
),
sent AS (
    SELECT
        here.person, here.unit_id, here.from_on, here.to_on, referral.made_on, referral.completed_on, service.kind
    FROM referral
    JOIN support_service AS service ON service.id = referral.service_id
    JOIN here ON here.owner_id = referral.person_id
    WHERE referral.state = 'active' AND referral.made_on <= :last
),
counted (indicator, person, day, unit_id, from_on, to_on) AS NOT MATERIALIZED (
    SELECT 'counselling_clients', here.person, max(attendance.held_on), here.unit_id, here.from_on, here.to_on
    FROM attendance
    JOIN counselling_session AS session ON session.id = attendance.session_id
    JOIN here ON here.owner_id = attendance.person_id
    WHERE attendance.state = 'active'
        AND session.state = 'active'
        AND session.form NOT IN ('talk', 'meeting')
        AND attendance.held_on BETWEEN :first AND :last
    GROUP BY here.person, here.unit_id, here.from_on, here.to_on

    UNION ALL
    SELECT DISTINCT 'accompanied_persons', here.person, :last, here.unit_id, here.from_on, here.to_on
    FROM accompaniment
    JOIN organisation ON organisation.id = accompaniment.organisation_id
    JOIN here ON here.owner_id = accompaniment.person_id
    WHERE accompaniment.state = 'active'
        AND accompaniment.from_on <= :last
        AND (accompaniment.to_on IS NULL OR accompaniment.to_on > :last)
        AND organisation.opened_on <= :last
        AND (organisation.closed_on IS NULL OR organisation.closed_on >= :last)

    UNION ALL
    SELECT 'referrals_made', person, made_on, unit_id, from_on, to_on
    FROM sent
    WHERE made_on >= :first

    UNION ALL
    SELECT 'referrals_completed', person, completed_on, unit_id, from_on, to_on
    FROM sent
    WHERE completed_on BETWEEN :first AND :last

    UNION ALL
    SELECT
        CASE kind
            WHEN 'vocational_training' THEN 'vocational_trainings_completed'
            WHEN 'job_placement' THEN 'jobs_found'
            ELSE 'loans_given'
        END,
        person, completed_on, unit_id, from_on, to_on
    FROM sent
    WHERE completed_on BETWEEN :first AND :last AND kind IN ('vocational_training', 'job_placement', 'loan')
),
{PLACED}
SELECT indicator, ARRAY[unit_id] AS unit_ids, count(*)
FROM placed
GROUP BY indicator, unit_id
"""  # noqa: S608 - made of our own constants
)
