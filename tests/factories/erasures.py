"""Orders to erase somebody, as two managers leave them behind."""

from typing import Any
from uuid import UUID, uuid4

from sqlmodel.ext.asyncio.session import AsyncSession

from registry.db.tables.persons import PersonRow
from registry.db.tables.rights import ErasureOrderRow
from registry.db.tables.tasks import TaskRow
from registry.domain.access import Role
from registry.domain.erasure import ErasureStatus
from registry.domain.task import TaskKind, TaskState
from tests.factories.rows import ACT, AT, TODAY, kept, of


async def an_approved_order(session: AsyncSession, person: PersonRow, **over: Any) -> UUID:  # noqa: ANN401 - columns
    """Write an order and its approval, by whoever `ACT` speaks of, in which the columns named stand otherwise."""
    order_id = uuid4()
    order = ErasureOrderRow(
        **of(person, id=order_id),
        authority="Tòa án nhân dân khu vực",
        decision_number="15/2026/QĐ-TA",
        decision_on=TODAY,
        status=ErasureStatus.ERASED,
    )
    approval: dict[str, Any] = {
        "person_id": person.id,
        "record_id": order_id,
        "state": TaskState.APPROVED,
        "settled_at": AT,
        "settled_by": ACT.author,
    }
    task = TaskRow(
        id=uuid4(),
        kind=TaskKind.ERASURE_APPROVAL,
        role=Role.PROVINCE_MANAGER,
        unit_id=person.unit_id,
        entity="erasure_order",
        opened_at=AT,
        opened_by="urn:tests|another officer",
        due_at=AT,
        **approval | over,
    )
    await kept(session, order, task)
    return order_id
