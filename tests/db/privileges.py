"""What each role of the database may do with which table, as it is meant; the catalogue is compared with it."""

from registry.db.context import DatabaseRole
from registry.db.tables.all import metadata

PUBLIC = {"unit", "unit_version", "unit_on", "unit_succession", "map_edition", "map_source", "service_state"}
"""The map and the service's own state: no row of these is about a person."""
BEHIND = sorted(set(metadata.tables) - PUBLIC)
DIRECTORIES = {
    *("organisation", "access_grant", "api_client", "token_revocation", "dpop_proof", "idempotency_key"),
    *("match_pass", "support_service"),
}
"""Without rows of people: which organisations and services there are, what is kept about access and requests."""
SEALS = {"audit_leaf", "audit_checkpoint"}
"""Hashes and signatures: they tell of nobody."""
OF_SCOPE = sorted(set(BEHIND) - DIRECTORIES - SEALS - {"audit_event"})

COUNTED = {
    "person": {"id", "root_id", "state"},
    "responsibility": {"person_id", "responsible_unit_id", "from_on", "to_on"},
    "management_file": {"person_id", "state", "category", "opened_on", "closed_on"},
    "episode": {
        *("person_id", "course_id", "state", "track", "modality", "legal_basis"),
        *("registered_on", "started_on", "ended_on", "outcome"),
    },
    "aftercare": {
        *("person_id", "root_id", "course_id", "state", "place", "from_on", "decision_on", "ended_on", "outcome"),
    },
    "education_measure": {"person_id", "state", "from_on", "to_on", "ended_on"},
    "determination": {"person_id", "state", "result", "determined_on"},
    "commune_population": {"commune_unit_id", "state", "year", "population"},
    "commune_status": {"commune_unit_id", "state", "status", "from_on", "to_on"},
    "suspected_count": {"commune_unit_id", "state", "counted_on", "count"},
    "organisation": {"id", "state", "kind", "site_unit_id", "opened_on", "closed_on"},
    "appointment": {"worker_id", "organisation_id", "state", "from_on", "to_on"},
    "counselling_session": {
        *("id", "state", "commune_unit_id", "held_on", "form"),
        *("on_file_count", "family_count", "at_risk_count", "community_count", "other_count"),
    },
    "attendance": {"person_id", "session_id", "state", "held_on"},
    "accompaniment": {"person_id", "organisation_id", "state", "from_on", "to_on"},
    "support_service": {"id", "kind"},
    "referral": {"person_id", "service_id", "state", "made_on", "completed_on"},
    "club": {"id", "family_count", "volunteer_count", "collaborator_count", "counted_on", "earlier_counts"},
    "membership": {"person_id", "organisation_id", "state", "kind", "from_on", "to_on"},
    "club_rating": {"organisation_id", "state", "year", "programme", "rank", "counts_from"},
}
WRITTEN_BY_UNITS = {
    *("person", "identity_document", "residence", "responsibility", "management_file", "drug_test", "determination"),
    *("substance_use", "episode", "reach", "record_history", "commune_status", "suspected_count"),
    *("unit_record_history", "person_name_token", "person_match_key", "merge", "organisation", "dpop_proof"),
    *("change_feed", "audit_event", "task", "sync_conflict"),
    *("person_key", "subject_request", "erasure_order", "breach", "emergency_access", "move"),
    *("sync_rejection", "counselling_point", "network_worker", "appointment", "worker_training"),
    *("aftercare", "education_measure", "activity", "commune_population"),
    *("plan", "plan_target", "target_report", "plan_review"),
    *("volunteer_team", "accompaniment", "visit"),
    *("counselling_session", "attendance", "support_service", "referral"),
    *("club", "membership", "club_guidance_visit", "club_rating"),
}
WRITTEN_BY_ACCESS = {"access_grant", "api_client", "token_revocation", "audit_event"}
WRITTEN_BY_HEALTH = {
    *("medical_result", "medical_referral", "hiv_client_count"),
    *("record_history", "unit_record_history", "change_feed", "audit_event"),
}
WRITTEN_BY_WORKER = {
    *("task", "worker_job", "audit_event", "audit_leaf", "audit_checkpoint", "emergency_access"),
    "match_pass",
}
WRITTEN_IN_EMERGENCY = {"emergency_access", "task", "audit_event"}
WRITTEN_BY_ORGANISATIONS = {
    *("episode", "reach", "record_history", "change_feed", "audit_event", "task"),
    *("unit_record_history", "counselling_point", "network_worker", "appointment", "worker_training"),
    *("volunteer_team", "accompaniment", "visit"),
    *("counselling_session", "attendance", "referral"),
    *("club", "membership", "club_guidance_visit", "club_rating"),
}
DELETED = {
    DatabaseRole.UNITS: {"person_name_token", "person_match_key"},
    DatabaseRole.WORKER: {
        *("worker_job", "dpop_proof", "idempotency_key", "sync_rejection", "sync_conflict", "change_feed"),
    },
}
"""Tables of which a role may take rows away: nothing that was recorded."""
ON_AUDIT = {
    DatabaseRole.UNITS: {"INSERT"},
    DatabaseRole.ORGANISATIONS: {"INSERT"},
    DatabaseRole.ACCESS: {"INSERT"},
    DatabaseRole.HEALTH: {"INSERT"},
    DatabaseRole.EMERGENCY: {"INSERT"},
    DatabaseRole.WORKER: {"SELECT", "INSERT"},
    DatabaseRole.AUDITOR: {"SELECT"},
    DatabaseRole.PERSON_AUDITOR: {"SELECT"},
    DatabaseRole.ACCESS_LOG: {"SELECT"},
}
"""What a role may do with the audit log. Nobody who acts on people's records reads it, and nobody changes it."""
_LOG_READERS = (DatabaseRole.AUDITOR, DatabaseRole.PERSON_AUDITOR, DatabaseRole.ACCESS_LOG)
ON_SEALS = {
    "audit_leaf": {DatabaseRole.WORKER: {"SELECT", "INSERT"}} | {role: {"SELECT"} for role in _LOG_READERS},
    "audit_checkpoint": {DatabaseRole.WORKER: {"SELECT", "INSERT"}, DatabaseRole.AUDITOR: {"SELECT"}},
}
