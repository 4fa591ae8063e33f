"""Tasks, opened where a feature would open them."""

from datetime import datetime
from typing import Any
from uuid import uuid4

from fastapi import FastAPI

from registry.db import tasks
from registry.db.engine import transaction
from registry.domain.task import TaskKind
from tests.conftest import NOW


async def opened(app: FastAPI, kind: TaskKind = TaskKind.EMERGENCY_REVIEW, **over: Any) -> str:  # noqa: ANN401 - columns
    """Open a task, of a commune of old Phú Yên unless another audience is named; the id."""
    columns: dict[str, Any] = {
        "entity": "emergency_access",
        "record_id": uuid4(),
        "opened_by": "urn:example|somebody",
        "opened_at": NOW,
    }
    if not {"unit_id", "organisation_id"} & set(over):
        columns["unit_id"] = unit_of(app, "22015")
    async with transaction(app.state.sessions) as session:
        return str((await tasks.open_task(session, kind=kind, **columns | over)).id)


def unit_of(app: FastAPI, code: str, at: datetime = NOW) -> int:
    """The id of a unit of today."""
    unit_id: int = app.state.atlas.resolve(code, at.date()).unit_id
    return unit_id
