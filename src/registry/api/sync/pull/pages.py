"""Pages of what a replica is told, each read at one instant: the feed, the records and the position agree."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import cast
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from registry.api.schemas.persons import ReachedPersonOut
from registry.api.schemas.pull import AnyRecordOut, ChangeOut
from registry.api.schemas.records import RecordOut
from registry.api.sync.pull.cursor import FORMAT, Progress
from registry.api.sync.pull.view import View
from registry.db import replica, state
from registry.db.records import AnyRow, Key, entity_of
from registry.db.replica import CopyKey
from registry.db.sealing import Vault
from registry.db.tables.persons import PersonRow
from registry.domain.access import FieldGroup
from registry.domain.feed import ChangeOperation, Position, told_as
from registry.domain.record import RecordState
from registry.domain.sync import SyncKind
from registry.vault.ring import KeyRing

Name = tuple[str, Key]
"""What names a record across kinds: its table, and its name there."""
Shown = RecordOut | ReachedPersonOut
PERSON = entity_of(PersonRow)


@dataclass(frozen=True, slots=True)
class PulledPage:
    """What is told, how far that brings the replica, and whether there is more to tell at once."""

    items: Sequence[ChangeOut]
    progress: Progress
    more: bool

    @property
    def persons(self) -> set[UUID]:
        """Everybody of whom the page tells."""
        return {item.person_id for item in self.items if item.person_id is not None}

    def groups(self, view: View) -> set[FieldGroup]:
        """The groups of fields that the page tells of."""
        told = {item.kind for item in self.items}
        return {group for kind in view.kinds if kind.singular in told for group in kind.groups}


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads pages of a view in one look."""

    session: AsyncSession
    key_ring: KeyRing
    view: View
    today: date

    async def page(self, progress: Progress | None, *, limit: int) -> PulledPage:
        """Read the page that follows; the first one without progress."""
        epoch = await state.feed_epoch(self.session)
        if progress is None:
            start = Position(await replica.told_below(self.session), 0)
            progress = Progress(FORMAT, epoch, self.view.digest, start, CopyKey())
        progress.require(epoch)
        if progress.copied is None:
            return await self._changes(progress, limit)
        return await self._copy(progress, progress.copied, limit)

    async def _copy(self, progress: Progress, after: CopyKey, limit: int) -> PulledPage:
        tables = [kind.table for kind in self.view.kinds]
        copied = await replica.copy(self.session, self.view.scope, tables, after=after, limit=limit)
        named = [(entity_of(each.table), each.key) for each in copied]
        rows = await self._loaded(named)
        shown = await self._shown({name: row for name, row in rows.items() if row.state is RecordState.ACTIVE})
        items = [
            self._change(name, ChangeOperation.UPSERT, rows[name].version, shown) for name in named if name in shown
        ]
        done = len(copied) < limit
        return PulledPage(items, replace(progress, copied=None if done else copied[-1].at), more=True)

    async def _changes(self, progress: Progress, limit: int) -> PulledPage:
        scope, entities = self.view.scope, self.view.by_entity
        told = await replica.changes(self.session, scope, entities, after=progress.position, limit=limit)
        more, told = len(told) > limit, told[:limit]
        end = told[-1].position if more else Position(await replica.told_below(self.session), 0)
        latest = {(row.entity, row.key): row for row in told}
        rows = await self._loaded(latest)
        versions = {name: rows[name].version if name in rows else row.version for name, row in latest.items()}
        ops = {name: told_as(row.op, rows[name].state if name in rows else None) for name, row in latest.items()}
        shown = await self._shown({name: rows[name] for name, op in ops.items() if op is ChangeOperation.UPSERT})
        items = [self._change(name, op, versions[name], shown) for name, op in ops.items()]
        return PulledPage(items, replace(progress, position=end), more=more)

    async def _loaded(self, named: Iterable[Name]) -> dict[Name, AnyRow]:
        keys: Mapping[str, list[Key]] = defaultdict(list)
        for entity, key in named:
            keys[entity].append(key)
        loaded: dict[Name, AnyRow] = {}
        for entity, wanted in keys.items():
            table = self.view.by_entity[entity].table
            rows = await replica.load(self.session, table, wanted, scope=self.view.scope, today=self.today)
            loaded |= {(entity, key): row for key, row in rows.items()}
        return loaded

    async def _shown(self, rows: Mapping[Name, AnyRow]) -> dict[Name, Shown]:
        opened = await Vault(self.session, self.key_ring).opened_all(list(rows.values()))
        return {name: self.view.out(name[0]).model_validate(row) for name, row in zip(rows, opened, strict=True)}

    def _change(self, name: Name, op: ChangeOperation, version: int, shown: Mapping[Name, Shown]) -> ChangeOut:
        entity, key = name
        return ChangeOut.model_construct(  # each part is checked already: of a union every member would be tried
            op=op,
            kind=SyncKind(self.view.by_entity[entity].singular),
            person_id=key.person_id or (key.id if entity == PERSON else None),
            id=key.id,
            version=version,
            record=cast("AnyRecordOut | None", shown.get(name)),
        )
