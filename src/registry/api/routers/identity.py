"""Identity documents and residences of a person."""

from registry.api.kinds.identity import DOCUMENTS, RESIDENCES
from registry.api.records.routes import person_record_routes

documents = person_record_routes(DOCUMENTS, "date_in_future")
residences = person_record_routes(
    RESIDENCES, "date_in_future", "dates_out_of_order", "unit_unknown", "unit_not_in_force"
)
