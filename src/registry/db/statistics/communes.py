"""What holds for communes: decisions on them, and what they report."""

from registry.db.statistics.asking import asking

STATUSES = asking("""
SELECT DISTINCT commune_unit_id, status
FROM commune_status
WHERE state = 'active'
    AND commune_unit_id = ANY (:units)
    AND from_on <= :last
    AND (to_on IS NULL OR to_on > :last)
""")

SUSPECTED = asking("""
SELECT DISTINCT ON (commune_unit_id) commune_unit_id, counted_on, count
FROM suspected_count
WHERE state = 'active'
    AND commune_unit_id = ANY (:units)
    AND counted_on BETWEEN :first AND :last
ORDER BY commune_unit_id, counted_on DESC
""")
