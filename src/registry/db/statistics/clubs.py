"""Clubs at work, who of the register belongs to such a one and has not relapsed, and how they are rated.

Memberships go with a person who is erased. The floor of a rating is that of the scale on which it was given.
"""

from registry import rating_scales
from registry.db.statistics.asking import CHARGE, PLACED, asking

FLOOR = "kha"
_FLOORS = ", ".join(
    f"('{scale.programme}', {scale.first_year}, {scale.last_year or 9999}, {rank})"
    for scale in rating_scales.load()
    if (rank := scale.rank_of(FLOOR)) is not None
)

CLUBS = asking(
    f"""
{CHARGE}
members AS (
    SELECT
        charge.person,
        charge.unit_id,
        charge.from_on,
        charge.to_on,
        CASE WHEN bool_or(membership.kind = 'after_rehab') THEN (
            SELECT max(stay.ended_on)
            FROM episode AS stay
            JOIN person AS whose ON whose.id = stay.person_id
            WHERE whose.root_id = charge.person
                AND stay.state = 'active'
                AND stay.outcome = 'completed'
                AND stay.ended_on <= :last
        ) END AS completed_on
    FROM membership
    JOIN organisation AS club ON club.id = membership.organisation_id
    JOIN charge ON charge.owner_id = membership.person_id
    WHERE membership.state = 'active'
        AND charge.owner_state = 'active'
        AND club.opened_on <= :last
        AND (club.closed_on IS NULL OR club.closed_on >= :last)
        AND membership.from_on <= :last
        AND (membership.to_on IS NULL OR membership.to_on > :last)
    GROUP BY charge.person, charge.unit_id, charge.from_on, charge.to_on
),
counted (indicator, person, day, unit_id, from_on, to_on) AS NOT MATERIALIZED (
    SELECT 'club_members', person, :last, unit_id, from_on, to_on
    FROM members

    UNION ALL
    SELECT 'club_members_completed', person, :last, unit_id, from_on, to_on
    FROM members
    WHERE completed_on IS NOT NULL

    UNION ALL
    SELECT 'club_members_clean', person, :last, unit_id, from_on, to_on
    FROM members
    WHERE completed_on IS NOT NULL
        AND NOT EXISTS (
            SELECT FROM determination AS finding
            JOIN person AS whose ON whose.id = finding.person_id
            WHERE whose.root_id = members.person
                AND finding.state = 'active'
                AND finding.result = 'addicted'
                AND finding.determined_on > members.completed_on
                AND finding.determined_on <= :last
        )
),
{PLACED},
at_work AS (
    SELECT id, site_unit_id AS unit_id
    FROM organisation
    WHERE state = 'active'
        AND kind = 'aftercare_club'
        AND site_unit_id = ANY (:units)
        AND opened_on <= :last
        AND (closed_on IS NULL OR closed_on >= :last)
),
counts AS (
    SELECT id, counted_on, family_count, volunteer_count, collaborator_count
    FROM club

    UNION ALL
    SELECT club.id, earlier.*
    FROM club
    CROSS JOIN jsonb_to_recordset(earlier_counts) AS earlier (
        counted_on date, family_count int, volunteer_count int, collaborator_count int
    )
),
circles AS (
    SELECT DISTINCT ON (at_work.id) at_work.unit_id, counts.*
    FROM at_work
    JOIN counts USING (id)
    WHERE counted_on <= :last
    ORDER BY at_work.id, counted_on DESC
),
rated AS (
    SELECT DISTINCT ON (at_work.id) at_work.unit_id, given.rank, floors.rank AS floor
    FROM at_work
    JOIN club_rating AS given ON given.organisation_id = at_work.id
    LEFT JOIN (VALUES {_FLOORS}) AS floors (programme, first_year, last_year, rank)
        ON floors.programme = given.programme AND given.year BETWEEN floors.first_year AND floors.last_year
    WHERE given.state = 'active' AND given.counts_from BETWEEN :first AND :last
    ORDER BY at_work.id, given.counts_from DESC, given.year DESC
),
told (indicator, unit_id, number) AS (
    SELECT 'clubs_active', unit_id, 1
    FROM at_work

    UNION ALL
    SELECT
        'club_circle',
        unit_id,
        coalesce(family_count, 0) + coalesce(volunteer_count, 0) + coalesce(collaborator_count, 0)
    FROM circles

    UNION ALL
    SELECT 'clubs_rated', unit_id, 1
    FROM rated

    UNION ALL
    SELECT 'clubs_rated_kha', unit_id, 1
    FROM rated
    WHERE rank >= floor
)
SELECT indicator, ARRAY[unit_id] AS unit_ids, count(*)
FROM placed
GROUP BY indicator, unit_id

UNION ALL
SELECT indicator, ARRAY[unit_id], sum(number)::bigint
FROM told
GROUP BY indicator, unit_id
"""  # noqa: S608 - made of our own constants
)
