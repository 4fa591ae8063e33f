"""What came of requests under a key: looked up before the work, kept in its transaction, forgotten after its time."""

from dataclasses import asdict
from datetime import datetime

from sqlalchemy import BigInteger, DateTime, Integer, LargeBinary, SmallInteger, Text, bindparam, text
from sqlalchemy.exc import DBAPIError
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.domain.idempotency import Outcome, RequestUnderWay

RETRY_AFTER = 2
"""Seconds; as long as a lock is waited for."""

_LOCK_NOT_AVAILABLE = "55P03"
_DIGEST = bindparam("digest", type_=LargeBinary)
_UNDER = text("SELECT fingerprint, status, reference, version FROM app.outcome_under(:digest, :lock)").bindparams(
    _DIGEST, bindparam("lock", type_=BigInteger)
)
_KEEP = text("SELECT app.keep_outcome(:digest, :fingerprint, :status, :reference, :version, :kept_until)").bindparams(
    _DIGEST,
    bindparam("fingerprint", type_=LargeBinary),
    bindparam("status", type_=SmallInteger),
    bindparam("reference", type_=Text),
    bindparam("version", type_=Integer),
    bindparam("kept_until", type_=DateTime(timezone=True)),
)
_PURGE = text("DELETE FROM idempotency_key WHERE kept_until < :now").bindparams(
    bindparam("now", type_=DateTime(timezone=True))
)


async def outcome_under(session: AsyncSession, digest: bytes) -> Outcome | None:
    """Look up what came of the request under a key, and let no other under it begin until the transaction ends.

    Where one is under way it is waited for, as long as for any lock.
    """
    asked = {"digest": digest, "lock": int.from_bytes(digest[:8], signed=True)}
    try:
        found = (await (await session.connection()).execute(_UNDER, asked)).one_or_none()
    except DBAPIError as failure:
        if getattr(failure.driver_exception, "sqlstate", None) == _LOCK_NOT_AVAILABLE:
            raise RequestUnderWay(retry_after=RETRY_AFTER) from None
        raise
    return None if found is None else Outcome(found.fingerprint, found.status, found.reference, found.version)


async def keep(session: AsyncSession, digest: bytes, outcome: Outcome, *, until: datetime) -> None:
    """Keep what came of a request, in the transaction of its work."""
    kept = asdict(outcome) | {"digest": digest, "kept_until": until}
    await (await session.connection()).execute(_KEEP, kept)


async def purge(session: AsyncSession, *, now: datetime) -> int:
    """Forget the keys whose time is over; tell how many."""
    return (await (await session.connection()).execute(_PURGE, {"now": now})).rowcount
