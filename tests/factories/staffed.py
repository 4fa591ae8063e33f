"""Counselling points with their five people, set up by one push as a device would."""

import httpx
from pydantic import JsonValue

from registry.api.kinds.counselling_points import COUNSELLING_POINTS
from registry.api.kinds.staffing import APPOINTMENTS, WORKERS
from tests.api.push.pushing import creating, push
from tests.factories.bodies import Body, a_point, a_worker, an_appointment

STAFF = ("head", "counsellor", "counsellor", "case_manager", "case_manager")
NORM = {"head": 1, "counsellor": 2, "case_manager": 2}


async def a_staffed_point(client: httpx.AsyncClient, unit_code: str, opened_on: str, **over: JsonValue) -> list[Body]:
    """Set up a point; its body, and after it those of its people in the order of `STAFF`."""
    point = a_point(unit_code=unit_code, opened_on=opened_on, **over)
    workers = [a_worker(unit_code=unit_code, from_on=opened_on) for _ in STAFF]
    fields: dict[str, JsonValue] = {"organisation_id": point["id"], "from_on": opened_on, "to_on": None}
    appointments = [
        an_appointment(worker_id=worker["id"], role=role, **fields) for worker, role in zip(workers, STAFF, strict=True)
    ]
    results = await push(
        client,
        *(creating(APPOINTMENTS, each) for each in appointments),
        *(creating(WORKERS, each) for each in workers),
        creating(COUNSELLING_POINTS, point),
    )
    assert {each["status"] for each in results} == {"applied"}, results
    return [point, *workers]
