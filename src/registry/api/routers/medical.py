"""Results about HIV and other infections: for health officers alone."""

from registry.api.kinds.medical import MEDICAL_RESULTS
from registry.api.records.routes import person_record_routes

router = person_record_routes(MEDICAL_RESULTS, "date_in_future", "treatment_start_incomplete")
