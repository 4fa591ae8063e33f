"""The counters of people read: what is over is forgotten. They are written where reading is audited."""

from datetime import datetime

from sqlalchemy import DateTime, bindparam, text
from sqlmodel.ext.asyncio.session import AsyncSession

_FORGET = text("SELECT app.forget_reads(:before)").bindparams(bindparam("before", type_=DateTime(timezone=True)))


async def forget(session: AsyncSession, *, before: datetime) -> None:
    """Forget whom anybody saw in the hours that began before an instant. Needs the worker's role."""
    await (await session.connection()).execute(_FORGET, {"before": before})
