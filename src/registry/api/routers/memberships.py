"""Memberships of people on file in clubs."""

from registry.api.kinds.memberships import MEMBERSHIPS
from registry.api.records.routes import person_record_routes

router = person_record_routes(
    MEMBERSHIPS,
    *("organisation_unknown", "organisation_not_granted", "dates_out_of_order", "person_restricted"),
    "membership_already_open",
)
