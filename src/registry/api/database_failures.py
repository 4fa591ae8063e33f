"""Failures of the database as refusals: a broken constraint by its name, a lost server as "try again".

A driver's message quotes the values at fault, so nothing of it goes further than the names and
codes read here.
"""

from collections.abc import Mapping

from asyncpg import InterfaceError, PostgresError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from registry.api.refusals import InternalError, Unavailable
from registry.db.tables.trail import AuditEventRow
from registry.domain.errors import DomainError

FAILURES = (DBAPIError, PoolTimeout, PostgresError, InterfaceError, OSError)
"""What a database that refuses, hangs or is not there raises, through SQLAlchemy or from asyncpg alone."""

_NO_PRIVILEGE = "aclcheck_error"
"""The function of the server that complains of a missing privilege.

Its message is in the server's language and names the table, which no field of its own does.
"""

_LATER_CLASSES = ("08", "53", "57")
"""Connection lost, resources exhausted, operator intervention (a timeout, a shutdown)."""

_LATER_STATES = frozenset({"25006", "40001", "40P01", "55P03"})
"""A standby not promoted yet, serialization failure, deadlock, lock not available."""


def refusal_of(failure: Exception, constraints: Mapping[str, type[DomainError]]) -> DomainError:
    """Say what a failure means for the caller."""
    if isinstance(failure, OSError | PoolTimeout):
        return Unavailable()
    if isinstance(failure, DBAPIError) and failure.connection_invalidated:
        return Unavailable()
    cause = failure.driver_exception if isinstance(failure, DBAPIError) else failure
    constraint = constraints.get(getattr(cause, "constraint_name", None) or "")
    if constraint is not None:
        return constraint()
    if _is_unaudited(cause):
        return Unavailable()
    state = getattr(cause, "sqlstate", None) or ""
    if state.startswith(_LATER_CLASSES) or state in _LATER_STATES:
        return Unavailable()
    return InternalError()


def _is_unaudited(cause: BaseException | None) -> bool:
    """Whether the audit log takes no rows: one breaks its constraints, or the service lost its privilege there.

    Nothing is shown or written then, until an operator has put it right. A privilege that is missing anywhere else
    is a fault of ours in one operation: it would be refused as often as it is sent, and holds up no other.
    """
    log = AuditEventRow.__tablename__
    table, source, message = (
        getattr(cause, name, None) for name in ("table_name", "server_source_function", "message")
    )
    return table == log or (source == _NO_PRIVILEGE and log in (message or ""))
