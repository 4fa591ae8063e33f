"""Reading through the API by a caller with 34 communes in reach: how long one answer takes."""

from itertools import repeat
from statistics import median

from benchmarks.client import Request, drive
from benchmarks.ground import PROVINCE
from benchmarks.stage import Stage

SECONDS = 1.5
REQUESTS = {
    "list_episodes_ms": Request("GET", f"/v1/episodes?unit={PROVINCE}&status=open&limit=50"),
    "search_persons_ms": Request("POST", "/v1/persons/search", {"name": "nguoi 2718"}),
}


def measure(stage: Stage) -> dict[str, float]:
    """Ask each question again and again on one connection; figures are medians."""
    figures = {}
    for name, request in REQUESTS.items():
        with stage.connect() as connection:
            connection.send(request)
            load = drive([connection], repeat(request), SECONDS)
        figures[name] = 1e3 * median(load.latencies)
    return figures
