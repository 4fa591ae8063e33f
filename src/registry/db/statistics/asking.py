"""What the statements of all subjects share: their parameters, and in which unit a measure is placed.

Every measure is a row of `counted`: who is counted, the day that decides where, and an interval of responsibility.
`placed` alone says where: in the unit in charge of the person on that day, before the first in the first.
Merged people are one, the survivor; what is voided, or belongs to a voided person, does not count.
What is erased counts until the day of the erasure, on which nobody is in charge any more.
"""

from sqlalchemy import ARRAY, Date, Integer, TextClause, bindparam, text

_IDS = ARRAY(Integer)


def asking(statement: str) -> TextClause:
    """Make a statement of a subject, with those of the parameters that it names."""
    parameters = (bindparam("first", type_=Date), bindparam("last", type_=Date), bindparam("units", type_=_IDS))
    return text(statement).bindparams(*(each for each in parameters if f":{each.key}" in statement))


CHARGE = """
WITH charge AS NOT MATERIALIZED (
    SELECT
        owner.id AS owner_id,
        owner.root_id AS person,
        owner.state AS owner_state,
        responsibility.responsible_unit_id AS unit_id,
        responsibility.from_on,
        responsibility.to_on
    FROM responsibility
    JOIN person AS owner ON owner.root_id = responsibility.person_id
    WHERE responsibility.responsible_unit_id = ANY (:units) AND owner.state IN ('active', 'erased')
),
"""
PLACED = """
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
"""
