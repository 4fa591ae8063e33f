"""Health for orchestrators: whether the process is alive, and whether it may be sent traffic."""

from dataclasses import asdict
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request
from pydantic import Field

from registry.api import problems
from registry.api.problems import Problem
from registry.api.readiness import Readiness
from registry.api.refusals import Refusal
from registry.api.schemas.fields import Out
from registry.api.tags import Tag

router = APIRouter(prefix="/health", tags=[Tag.SERVICE])


class NotReady(Refusal):
    """A condition of serving does not hold; `checks` and `progress` say which."""

    code = "not_ready"


class LiveOut(Out):
    """The process answers."""

    status: Literal["live"] = Field(description="Always `live`.", examples=["live"])


class CheckOut(Out):
    """One condition of readiness."""

    name: Annotated[str, Field(max_length=40, description="What was checked.", examples=["database"])]
    ok: Annotated[bool, Field(description="Whether it holds.", examples=[True])]


Checks = Annotated[list[CheckOut], Field(max_length=20, description="What was checked, each with its result.")]


class ProgressOut(Out):
    """How far the first load of the demo has come."""

    percent: Annotated[int, Field(ge=0, le=100, description="Share that is done.", examples=[40])]
    text: Annotated[str, Field(max_length=200, description="What is being done.", examples=["Posting treatment"])]


class ReadyOut(Out):
    """Everything that serving needs is there."""

    status: Literal["ready"] = Field(description="Always `ready`.", examples=["ready"])
    checks: Checks


class NotReadyProblem(Problem):
    """The problem, with what was found."""

    checks: Checks
    progress: Annotated[ProgressOut | None, Field(description="The load under way, or null.")]


NOT_READY: dict[int | str, dict[str, Any]] = {
    503: {
        "model": NotReadyProblem,
        "description": "- `not_ready`: a condition does not hold, or the demo is still being loaded",
        "headers": {
            "Retry-After": {
                "description": "Seconds after which to ask again.",
                "schema": {"type": "integer", "minimum": 1, "maximum": 60},
                "example": 1,
            }
        },
    }
}


@router.get("/live", summary="Is the process alive?", responses=problems.responses())
async def get_liveness() -> LiveOut:
    """Answer as soon as the process serves, whatever the state of the database. Restart it when this fails."""
    return LiveOut(status="live")


@router.get("/ready", summary="May it be sent traffic?", responses=problems.responses() | NOT_READY)
async def get_readiness(request: Request) -> ReadyOut:
    """Check the database and its schema now; on a demo server, tell how far the first load has come."""
    readiness: Readiness = request.app.state.readiness
    state = await readiness.state()
    checks = [CheckOut(name=name, ok=ok) for name, ok in state.checks.items()]
    if not state.is_ready:
        raise NotReady(
            headers={"Retry-After": "1"},
            checks=[check.model_dump() for check in checks],
            progress=asdict(state.loading) if state.loading else None,
        )
    return ReadyOut(status="ready", checks=checks)
