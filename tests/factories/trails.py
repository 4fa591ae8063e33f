"""What a request left behind: its audit rows, feed rows and history."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import httpx
from fastapi import FastAPI
from sqlmodel import col, select

from registry.db.engine import transaction
from registry.db.tables.trail import AuditEventRow, ChangeFeedRow

_AUDITED = (
    "issuer", "subject", "on_behalf_of", "client_id", "purpose", "operation", "person_ids", "entity", "record_id",
    "field_groups", "decision",
)  # fmt: skip


async def audited(app: FastAPI, answer: httpx.Response) -> list[dict[str, Any]]:
    """Read the audit rows of the request that was answered."""
    return [{name: getattr(row, name) for name in _AUDITED} for row in await _rows(app, answer)]


async def placed(app: FastAPI, answer: httpx.Response) -> list[tuple[list[UUID], list[int]]]:
    """Read under which grants a request acted, and in which units its audit rows lie."""
    return [(row.grant_ids, row.unit_ids) for row in await _rows(app, answer)]


async def fed(app: FastAPI, record_id: str | UUID) -> list[dict[str, Any]]:
    """Read the feed rows of a record, in the order of the feed."""
    query = select(ChangeFeedRow).where(ChangeFeedRow.record_id == UUID(str(record_id)))
    ordered = query.order_by(col(ChangeFeedRow.xid), col(ChangeFeedRow.seq))
    async with transaction(app.state.sessions) as session:
        rows: Sequence[ChangeFeedRow] = (await session.exec(ordered)).all()
    return [row.model_dump(exclude={"xid", "seq", "record_id", "recorded_on"}) for row in rows]


async def _rows(app: FastAPI, answer: httpx.Response) -> Sequence[AuditEventRow]:
    request_id = UUID(answer.headers["x-request-id"])
    query = select(AuditEventRow).where(AuditEventRow.request_id == request_id).order_by(col(AuditEventRow.seq))
    async with transaction(app.state.sessions) as session:
        return (await session.exec(query)).all()
