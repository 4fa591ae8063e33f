"""What follows treatment: aftercare, relapse, and education in the commune.

Of a person who was erased, stays, aftercare and measures of education are kept for figures, determinations are not: so
relapse leaves such a person out, on both sides of its share.
"""

from registry.db.statistics.asking import CHARGE, PLACED, asking

AFTERCARE = asking(
    f"""
{CHARGE}
terms AS (
    SELECT
        charge.person,
        charge.unit_id,
        charge.from_on,
        charge.to_on,
        term.place,
        term.from_on AS begun_on,
        coalesce(term.decision_on, term.from_on) AS decided_on,
        term.ended_on,
        term.outcome
    FROM aftercare AS term
    JOIN charge ON charge.owner_id = term.person_id
    WHERE term.state IN ('active', 'erased') AND term.from_on <= :last
),
completed AS (
    SELECT
        charge.person,
        charge.unit_id,
        charge.from_on,
        charge.to_on,
        charge.owner_state,
        stay.course_id,
        stay.ended_on AS completed_on
    FROM episode AS stay
    JOIN charge ON charge.owner_id = stay.person_id
    WHERE stay.state IN ('active', 'erased')
        AND stay.outcome = 'completed'
        AND stay.ended_on <= :last
),
addicted AS NOT MATERIALIZED (
    SELECT whose.root_id AS person, finding.determined_on
    FROM determination AS finding
    JOIN person AS whose ON whose.id = finding.person_id
    WHERE finding.state = 'active' AND finding.result = 'addicted' AND whose.state = 'active'
),
measures AS (
    SELECT
        charge.person,
        charge.unit_id,
        charge.from_on,
        charge.to_on,
        greatest(measure.from_on, :first) AS since_on,
        least(coalesce(measure.ended_on, measure.to_on), :last + 1) AS until_on
    FROM education_measure AS measure
    JOIN charge ON charge.owner_id = measure.person_id
    WHERE measure.state IN ('active', 'erased')
        AND measure.from_on <= :last
        AND coalesce(measure.ended_on, measure.to_on) > greatest(measure.from_on, :first)
),
taught AS (
    SELECT
        measures.person,
        max(until_on) - 1 AS last_on,
        measures.unit_id,
        measures.from_on,
        measures.to_on,
        bool_or(EXISTS (
            SELECT FROM episode AS stay
            JOIN person AS whose ON whose.id = stay.person_id
            WHERE whose.root_id = measures.person
                AND stay.state IN ('active', 'erased')
                AND stay.modality IN ('community', 'methadone')
                AND stay.started_on < until_on
                AND (stay.ended_on IS NULL OR stay.ended_on > since_on)
        )) AS is_covered
    FROM measures
    GROUP BY measures.person, measures.unit_id, measures.from_on, measures.to_on
),
cohort AS (
    SELECT
        completed.*,
        EXISTS (
            SELECT FROM addicted
            WHERE addicted.person = completed.person
                AND determined_on > completed_on
                AND determined_on <= (completed_on + interval '12 months')::date
        ) AS has_relapsed
    FROM completed
    WHERE owner_state = 'active' AND (completed_on + interval '12 months')::date BETWEEN :first AND :last
),
counted (indicator, person, day, unit_id, from_on, to_on) AS NOT MATERIALIZED (
    SELECT 'aftercare_persons_' || place, person, :last, unit_id, from_on, to_on
    FROM terms
    WHERE decided_on <= :last AND (ended_on IS NULL OR ended_on > :last)

    UNION ALL
    SELECT 'aftercare_started', person, decided_on, unit_id, from_on, to_on
    FROM terms
    WHERE decided_on BETWEEN :first AND :last

    UNION ALL
    SELECT 'aftercare_completed', person, ended_on, unit_id, from_on, to_on
    FROM terms
    WHERE outcome = 'completed' AND ended_on BETWEEN :first AND :last

    UNION ALL
    SELECT 'courses_completed', person, completed_on, unit_id, from_on, to_on
    FROM completed
    WHERE completed_on >= :first

    UNION ALL
    SELECT 'courses_placed', person, completed_on, unit_id, from_on, to_on
    FROM completed
    WHERE completed_on >= :first
        AND EXISTS (
            SELECT FROM aftercare AS term
            WHERE term.root_id = completed.person
                AND term.course_id = completed.course_id
                AND term.state IN ('active', 'erased')
                AND coalesce(term.decision_on, term.from_on) <= :last
        )

    UNION ALL
    SELECT 'relapse_cases', terms.person, min(determined_on), terms.unit_id, terms.from_on, terms.to_on
    FROM terms
    JOIN addicted ON addicted.person = terms.person
    WHERE determined_on BETWEEN :first AND :last
        AND determined_on > begun_on
        AND (ended_on IS NULL OR determined_on <= ended_on)
    GROUP BY terms.person, terms.unit_id, terms.from_on, terms.to_on

    UNION ALL
    SELECT 'relapse_cohort', person, completed_on, unit_id, from_on, to_on
    FROM cohort

    UNION ALL
    SELECT 'relapsed_within_12m', person, completed_on, unit_id, from_on, to_on
    FROM cohort
    WHERE has_relapsed

    UNION ALL
    SELECT 'education_measure_persons', person, last_on, unit_id, from_on, to_on
    FROM taught

    UNION ALL
    SELECT 'education_measure_covered', person, last_on, unit_id, from_on, to_on
    FROM taught
    WHERE is_covered
),
{PLACED}
SELECT indicator, ARRAY[unit_id] AS unit_ids, count(*)
FROM placed
GROUP BY indicator, unit_id
"""  # noqa: S608 - made of our own constants
)
