"""How many people live in a commune, for the rates on its card."""

from sqlalchemy import Integer, bindparam, text

POPULATION = text("""
SELECT year, population
FROM commune_population
WHERE state = 'active' AND commune_unit_id = :commune AND year <= :year
ORDER BY year DESC
LIMIT 1
""").bindparams(bindparam("commune", type_=Integer), bindparam("year", type_=Integer))
