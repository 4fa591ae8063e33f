"""Proofs of possession that were used: each may be used once, in whichever process."""

from datetime import datetime

from sqlalchemy import DateTime, LargeBinary, bindparam, text
from sqlmodel.ext.asyncio.session import AsyncSession

_USE = text(
    "INSERT INTO dpop_proof (digest, expires_at) VALUES (:digest, :expires_at) ON CONFLICT DO NOTHING"
).bindparams(bindparam("digest", type_=LargeBinary), bindparam("expires_at", type_=DateTime(timezone=True)))
_PURGE = text("DELETE FROM dpop_proof WHERE expires_at < :now").bindparams(
    bindparam("now", type_=DateTime(timezone=True))
)


async def use(session: AsyncSession, *, digest: bytes, expires_at: datetime) -> bool:
    """Note that a proof is used; tell whether it is for the first time."""
    done = await (await session.connection()).execute(_USE, {"digest": digest, "expires_at": expires_at})
    return done.rowcount == 1


async def purge(session: AsyncSession, *, now: datetime) -> int:
    """Forget the proofs that could not be used again anyway; tell how many."""
    return (await (await session.connection()).execute(_PURGE, {"now": now})).rowcount
