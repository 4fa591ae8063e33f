"""Orders to erase a person. Their approval is a task."""

from registry.api.kinds.erasure import ORDERS
from registry.api.records.routes import person_record_routes

orders = person_record_routes(ORDERS, "date_in_future", "erasure_decided")
