"""New records written together, one statement for each kind: only what fails there is judged one by one."""

import logging
from collections.abc import Mapping, Sequence
from contextlib import suppress
from itertools import groupby
from uuid import UUID

from registry.api import errors
from registry.api.records import flow
from registry.api.records.kind import Desk, Kind
from registry.api.refusals import Unavailable
from registry.api.sync.push.desks import Desks
from registry.api.sync.push.outcome import Done, Outcome
from registry.api.sync.push.reading import Operation
from registry.db import additions
from registry.db.constraints import CONSTRAINTS
from registry.db.persons import Owner
from registry.db.records import Key, Values
from registry.db.sealing import is_sealed
from registry.domain.errors import DomainError, Forbidden
from registry.domain.person import Warning as Remark
from registry.domain.record import RecordState

log = logging.getLogger(__name__)


async def write(desks: Desks, operations: Sequence[Operation]) -> list[Outcome]:
    """Create what can be created without a question; what is not among the outcomes has to be judged by itself."""
    outcomes: list[Outcome] = []
    for _, of_kind in groupby(sorted(operations, key=_kind_name), key=_kind_name):
        same = list(of_kind)
        outcomes += await _write_kind(desks, same[0].kind, same)
    return outcomes


def _kind_name(operation: Operation) -> str:
    return operation.kind.singular


async def _write_kind(desks: Desks, kind: Kind, operations: Sequence[Operation]) -> list[Outcome]:
    try:
        desk = desks.of(kind)
        await desks.sit_down(desk)
        async with desk.session.begin_nested():
            drafted = await _drafted(desk, kind, operations, desks.people(desk))
            rows = [values for _, values, _ in drafted.values()]
            act, today = desk.actor.act, desk.actor.today
            written = await additions.add(desk.session, kind.table, rows, act, groups=kind.groups, today=today)
    except Forbidden:
        return []
    except Exception as error:
        if isinstance(errors.refusal_of(error, CONSTRAINTS), Unavailable):
            raise
        log.info("push.one_by_one", extra={"kind": kind.singular, "error": type(error).__qualname__})
        return []
    return [
        Outcome(operation.sent, operation, Done(1, RecordState.ACTIVE, is_known=False, remarks=remarks))
        for key, (operation, _, remarks) in drafted.items()
        if key in written
    ]


async def _drafted(
    desk: Desk, kind: Kind, operations: Sequence[Operation], people: Mapping[UUID | None, Owner]
) -> dict[Key, tuple[Operation, Values, tuple[Remark, ...]]]:
    """Let the rules judge each; one that they refuse, or whose id comes twice, is left for later."""
    known = [each for each in operations if each.owner in people and people[each.owner].state is RecordState.ACTIVE]
    if is_sealed(kind.table, kind.create.model_fields):
        await desk.vault.within_reach({each.owner for each in known if each.owner is not None})
    drafted: dict[Key, tuple[Operation, Values, tuple[Remark, ...]]] = {}
    for operation in known:
        if operation.key not in drafted:
            with suppress(DomainError):
                judged = await flow.drafted(desk, kind, operation.body, people[operation.owner])
                drafted[operation.key] = (operation, *judged)
    return drafted
