"""Pages of what a replica is told, each read at one instant: the feed, the records and the position agree."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import Any, TypeAlias
from uuid import UUID

from pydantic import TypeAdapter
from sqlmodel.ext.asyncio.session import AsyncSession

from registry.api.schemas.fields import Out
from registry.api.sync.pull import written
from registry.api.sync.pull.cursor import Progress
from registry.api.sync.pull.view import View
from registry.db import replica, state, told
from registry.db.records import AnyRow, Key, entity_of
from registry.db.replica import CopyKey, Found
from registry.db.sealing import Vault
from registry.db.tables.persons import PersonRow
from registry.db.told import Told
from registry.domain.access import FieldGroup
from registry.domain.feed import ChangeOperation, Position, gone_as, seen_as
from registry.domain.record import FeedOperation, RecordState
from registry.vault.ring import KeyRing

Name: TypeAlias = tuple[str, Key]
"""What names a record across kinds: its table, and its name there."""
PERSON = entity_of(PersonRow)


@dataclass(frozen=True, slots=True)
class PulledPage:
    """What is told, how far that brings the replica, and whether there is more to tell at once."""

    items: Sequence[str]
    named: Collection[Name]
    progress: Progress
    more: bool

    @property
    def persons(self) -> set[UUID]:
        """Everybody of whom the page tells."""
        return {owner for entity, key in self.named if (owner := _owner_of(entity, key)) is not None}

    def groups(self, view: View) -> set[FieldGroup]:
        """The groups of fields that the page tells of."""
        return {group for entity in {entity for entity, _ in self.named} for group in view.by_entity[entity].groups}

    def rendered(self, cursor: str) -> bytes:
        """Write what `ChangesOut` describes."""
        progress = self.progress
        return written.page(
            self.items,
            cursor=cursor,
            more=self.more,
            position=None if progress.copied is not None else str(progress.position.xid),
            feed_epoch=progress.epoch,
        )


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
            start = Position(await told.below(self.session), 0)
            progress = Progress(self.view.format, epoch, self.view.digest, start, self.today, CopyKey())
        progress.require(epoch, today=self.today)
        if progress.copied is None:
            return await self._changes(progress, limit)
        return await self._copy(progress, progress.copied, limit)

    async def _copy(self, progress: Progress, after: CopyKey, limit: int) -> PulledPage:
        tables = [kind.table for kind in self.view.kinds]
        copied = await replica.copy(self.session, self.view.scope, tables, after=after, limit=limit)
        named = [(entity_of(each.table), each.key) for each in copied]
        there = {
            name: found
            for name, found in zip(named, await self._found(named), strict=True)
            if found is not None and found.state is RecordState.ACTIVE
        }
        items = [self._seen(name, found) for name, found in there.items()]
        done = len(copied) < limit
        return PulledPage(items, there, replace(progress, copied=None if done else copied[-1].at), more=True)

    async def _changes(self, progress: Progress, limit: int) -> PulledPage:
        scope, entities = self.view.scope, self.view.by_entity
        rows = await told.changes(self.session, scope, entities, after=progress.position, limit=limit)
        more, rows = len(rows) > limit, rows[:limit]
        end = rows[-1].position if more else Position(await told.below(self.session), 0)
        latest = {(row.entity, row.key): row for row in rows}
        items = [
            self._gone(name, row) if found is None else self._seen(name, found)
            for (name, row), found in zip(latest.items(), await self._found(latest), strict=True)
        ]
        told_on = progress.told_on if more else self.today
        return PulledPage(items, latest, replace(progress, position=end, told_on=told_on), more=more)

    async def _found(self, named: Collection[Name]) -> Sequence[Found | None]:
        """Load those of the named records that are in reach, and open what is sealed in those that are told."""
        places: Mapping[str, list[tuple[int, Key]]] = defaultdict(list)
        for place, (entity, key) in enumerate(named):
            places[entity].append((place, key))
        found: list[Found | None] = [None] * len(named)
        for entity, wanted in places.items():
            loaded = await self._loaded(entity, [key for _, key in wanted])
            for (place, _), each in zip(wanted, loaded, strict=True):
                found[place] = each
        await Vault(self.session, self.key_ring).open_fields(
            (self.view.by_entity[entity].table, _owner_of(entity, key) or key.id, key.id, each.fields)
            for (entity, key), each in zip(named, found, strict=True)
            if each is not None and each.state is RecordState.ACTIVE
        )
        return found

    async def _loaded(self, entity: str, keys: Sequence[Key]) -> Sequence[Found | None]:
        table, out = self.view.by_entity[entity].table, self.view.out(entity)
        scope, today = self.view.scope, self.today
        loaded = await replica.load(self.session, table, tuple(out.model_fields), keys, scope=scope, today=today)
        for name, adapter in _kept_as_json(table, out).items():
            for each in filter(None, loaded):
                each.fields[name] = adapter.validate_python(each.fields[name])
        return loaded

    def _seen(self, name: Name, found: Found) -> str:
        op = seen_as(found.state)
        return self._item(name, op, found.version, written.record(found) if op is ChangeOperation.UPSERT else None)

    def _gone(self, name: Name, row: Told) -> str:
        return self._item(name, gone_as(FeedOperation(row.op)), row.version, None)

    def _item(self, name: Name, op: ChangeOperation, version: int, record: str | None) -> str:
        entity, key = name
        return written.item(op, self.view.by_entity[entity].singular, _owner_of(entity, key), key.id, version, record)


def _owner_of(entity: str, key: Key) -> UUID | None:
    return key.id if entity == PERSON else key.person_id


@cache
def _kept_as_json(table: type[AnyRow], out: type[Out]) -> dict[str, TypeAdapter[Any]]:
    """How fields are read that a column holds as JSON, whose order of names is the database's."""
    kept: dict[str, Any] = {name: out.model_fields[name].annotation for name in replica.json_columns(table)}
    return {name: TypeAdapter(annotation) for name, annotation in kept.items()}
