"""The groups of operations, in the order in which somebody meets them at work."""

from enum import StrEnum


class Tag(StrEnum):
    """One group of operations in the API page."""

    UNITS = "Units"
    ORGANISATIONS = "Organisations"
    PERSONS = "Persons"
    FILES = "Files"
    TREATMENT = "Treatment"
    MEDICAL = "Medical results"
    RIGHTS = "Rights of the person"
    BREACHES = "Breaches"
    COMMUNES = "Commune situation"
    NETWORK = "Community network"
    SUPPORT = "Support"
    SYNC = "Synchronisation"
    LISTS = "Search and lists"
    PLANS = "Plans"
    REPORTS = "Reports"
    CODES = "Codes"
    ACCESS = "Access"
    AUDIT = "Audit"
    TASKS = "Tasks"
    EMERGENCY = "Emergency access"
    SERVICE = "Service"


DESCRIPTIONS: dict[Tag, str] = {
    Tag.UNITS: "Provinces, districts and communes as they were on a date, and what became of them afterwards.",
    Tag.ORGANISATIONS: "Rehabilitation facilities, methadone clinics and health stations.",
    Tag.PERSONS: "People, their names, identity documents and places of residence.",
    Tag.FILES: "Management files: opened by a decision, closed with a reason; tests and determinations of addiction.",
    Tag.TREATMENT: "Stays in community, facility and methadone treatment, from registration to exit.",
    Tag.MEDICAL: "HIV, hepatitis, tuberculosis and syphilis: results, referrals to care. For health officers alone.",
    Tag.RIGHTS: "What people on file ask of the register: access, correction, restriction, erasure, objection.",
    Tag.BREACHES: "Violations of data protection, and the 72 hours in which the authority is told.",
    Tag.COMMUNES: "What a commune reports and decides about itself: suspected people, hotspots, drug-free status.",
    Tag.NETWORK: "What a commune sets up around its people: counselling points, clubs, volunteer teams, their staff.",
    Tag.SUPPORT: "What the network does with a person on file: visits, counselling, referrals, and on what ground.",
    Tag.SYNC: "For apps that work offline: send what was recorded, fetch what has changed, exactly once.",
    Tag.LISTS: "Find a person, and line lists across persons.",
    Tag.PLANS: "What a province, district or commune sets itself for a period, and how far it has come.",
    Tag.REPORTS: "Figures with their definitions, computed from the records at the moment of asking.",
    Tag.CODES: "Every coded value with its Vietnamese and English label.",
    Tag.ACCESS: "Who may do what and where: grants of roles over units and organisations.",
    Tag.AUDIT: "Who looked at whom: the log for auditors, its seals for witnesses, and the answer to a person.",
    Tag.TASKS: "What waits for you: approvals, notices and reviews, who settles them and by when.",
    Tag.EMERGENCY: "To look at one person whom no grant reaches, when it cannot wait; told at once, reviewed, capped.",
    Tag.SERVICE: "The service about itself: version, limits, health.",
}

TAGS: list[dict[str, str]] = [{"name": tag, "description": DESCRIPTIONS[tag]} for tag in Tag]
"""The `tags` of the specification. The API page shows the groups in this order."""
