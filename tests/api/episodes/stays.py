"""How a stay ends and where the next one begins, as clients send it."""

COMPLETED = {"ended_on": "2020-09-16", "outcome": "completed"}
TRANSFERRED = {"ended_on": "2020-09-16", "outcome": "transferred"}
IN_FACILITY = {"modality": "facility", "registered_on": "2020-09-16", "started_on": "2020-09-16"}
